"""Matching by hand: which lead is meant, what that would fire, and doing it."""

from dataclasses import dataclass
from typing import Any, Final

import reflex as rx

from dashboard import feedback
from dashboard.session import actor, guarded
from models.words import Verdict
from services.actor import Right
from services.errors import AppError
from services.inbox import by_hand, suggestions
from services.inbox.by_hand import Preview
from services.intake import leads
from services.intake.leads import LeadRow
from services.paging import PageRequest

FOUND_AT_MOST: Final = 8


@dataclass(frozen=True, slots=True)
class LeadLine:
    """A lead that may be meant; `why` is empty for one that was searched for."""

    id: str
    transaction_id: str
    name: str
    campaign: str
    at: str
    why: str


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One call that the match would cause."""

    method: str
    url: str
    not_sent: str


class MatchState(rx.State):
    """The dialog."""

    is_open: bool = False
    loading: bool = False
    suggested: list[LeadLine] = rx.field(default_factory=list)
    found: list[LeadLine] = rx.field(default_factory=list)
    search: str = ""
    searched: bool = False

    chosen: str = ""
    asking: bool = False
    can: bool = False
    outcome: str = ""
    wrong: list[str] = rx.field(default_factory=list)
    requests: list[RequestLine] = rx.field(default_factory=list)
    busy: bool = False
    problem: str = ""

    _call: str = ""

    @rx.event
    @guarded(Right.RECORD_EVENTS)
    async def open_form(self) -> Any:
        """Open the dialog with the leads that the call may mean."""
        self.reset()
        self._call = str(self.submission_id)
        self.is_open = self.loading = True
        yield
        try:
            found = await suggestions.suggest(actor(), self._call)
        except AppError as error:
            self.problem = feedback.sentence(error)
        else:
            self.suggested = [_line(each.lead, why=each.why) for each in found]
        self.loading = False

    @rx.event
    @guarded(Right.READ)
    async def set_open(self, is_open: bool) -> None:
        """Close the dialog; a forged `True` opens nothing."""
        self.is_open = self.is_open and bool(is_open)

    @rx.event
    @guarded(Right.RECORD_EVENTS)
    async def find(self, text: str) -> None:
        """Search among all leads."""
        self.search = text
        self.found, self.searched = [], bool(text.strip())
        if self.searched:
            page = await leads.list_page(actor(), PageRequest(limit=FOUND_AT_MOST), q=text)
            self.found = [_line(row) for row in page.items]

    @rx.event
    @guarded(Right.RECORD_EVENTS)
    async def choose(self, lead_id: str) -> Any:
        """Choose a lead, and say what the match would come to; nothing is changed."""
        self.chosen, self.asking, self.can, self.problem = lead_id, True, False, ""
        self.outcome, self.wrong, self.requests = "", [], []
        yield
        try:
            seen = await by_hand.preview(actor(), self._call, lead_id=lead_id)
        except AppError as error:
            self.problem = feedback.sentence(error)
        else:
            self._show(seen)
        self.asking = False

    @rx.event
    @guarded(Right.RECORD_EVENTS)
    async def confirm(self) -> Any:
        """Match the call with the chosen lead; a refusal stands in the dialog."""
        if not self.is_open or not self.can:  # the second half of a double click
            return
        self.busy, self.problem = True, ""
        yield
        try:
            tried = await by_hand.match(actor(), self._call, lead_id=self.chosen)
        except AppError as error:
            self.busy, self.problem = False, feedback.sentence(error)
            return
        self.is_open = self.busy = False
        recorded = tried.verdict is Verdict.RECORDED
        yield feedback.done(
            "Matched; the event is recorded."
            if recorded
            else "Matched with the event that is there already; nothing was sent."
        )

    def _show(self, seen: Preview) -> None:
        tried = seen.tried
        self.can = tried.is_good
        if tried.verdict is Verdict.RECORDED:
            self.outcome = "The event is recorded for this lead, as of the time when the call came."
            self.requests = [
                RequestLine(each.method, each.url, each.not_sent) for each in seen.requests
            ]
        elif tried.is_good:
            self.outcome = (
                "This lead has the same fact already. The call is matched with that; nothing is "
                "recorded or sent."
            )
        else:
            texts = [text for _, text in tried.errors] or [tried.message]
            self.wrong = list(dict.fromkeys(texts))


def _line(row: LeadRow, *, why: str = "") -> LeadLine:
    return LeadLine(
        id=row.id,
        transaction_id=row.transaction_id,
        name=row.full_name,
        campaign=row.campaign_name,
        at=row.created_at.isoformat(),
        why=why,
    )
