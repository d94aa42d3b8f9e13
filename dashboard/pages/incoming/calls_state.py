"""The last calls of the incoming URL on screen."""

from dataclasses import dataclass
from typing import Any, Final

import reflex as rx

from dashboard import feedback, live, routes
from dashboard.components import list_state
from dashboard.session import actor, guarded
from models.words import Source, Verdict
from services.actor import Right
from services.catalog import incoming_urls
from services.errors import AppError
from services.paging import PageRequest
from services.reporting import incoming_log
from services.reporting.incoming_log import SubmissionFilter, SubmissionRow

SHOWN_CALLS: Final = 25


@dataclass(frozen=True, slots=True)
class CallLine:
    """One call with its verdict; `href` leads to the event, for a duplicate to the first one."""

    key: str
    at: str
    verdict: str
    code: int
    event: str
    transaction_id: str
    reason: str
    href: str
    link: str
    details: str


class CallsState(rx.State):
    """The newest calls with its key, whatever that was at the time."""

    shown: str = list_state.LOADING
    problem: str = ""
    calls: list[CallLine] = rx.field(default_factory=list)
    bodies: dict[str, str] = rx.field(default_factory=dict)
    """What came in with the calls that were opened."""

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show the calls of the URL in the address, and again after every change."""
        wanted = str(self.incoming_url_id)
        async with self:
            self.shown, self.calls, self.bodies = list_state.LOADING, [], {}
        async for _ in live.changes(self):
            await self._load(wanted)

    @rx.event
    @guarded(Right.READ)
    async def open_call(self, key: str) -> Any:
        """Show what came in with one of these calls."""
        if any(call.key == key for call in self.calls) and key not in self.bodies:
            detail = await incoming_log.get(actor(), key)
            ending = " …" if detail.body_truncated else ""
            parts = filter(None, (detail.content.query, detail.content.body))
            self.bodies = {**self.bodies, key: "\n".join(parts) + ending}

    async def _load(self, wanted: str) -> None:
        try:
            row = await incoming_urls.get(actor(), wanted)
            page = await incoming_log.list_page(
                actor(),
                SubmissionFilter(source=Source.INCOMING, actor_id=row.api_key_id),
                PageRequest(limit=SHOWN_CALLS),
            )
        except AppError as error:
            async with self:
                self.problem, self.shown = feedback.sentence(error), list_state.FAILED
            return
        calls = [_line(each) for each in page.items]
        shown = list_state.READY if calls else list_state.EMPTY
        if (calls, shown) != (self.calls, self.shown):
            async with self:
                self.calls, self.shown = calls, shown


def _line(row: SubmissionRow) -> CallLine:
    is_duplicate = row.verdict is Verdict.DUPLICATE
    sentences = [sentence for _, sentence in row.errors] or [row.reason]
    return CallLine(
        key=row.id,
        at=row.received_at.isoformat(),
        verdict=row.verdict,
        code=row.answer_status,
        event=row.event or "",
        transaction_id=row.transaction_id or row.lead_id or "",
        reason=" ".join(dict.fromkeys(filter(None, sentences))),
        href=str(routes.log_entry(row.event_id)) if row.event_id else "",
        link="First event" if is_duplicate else "Log entry",
        details=str(routes.incoming_call(row.id)),
    )
