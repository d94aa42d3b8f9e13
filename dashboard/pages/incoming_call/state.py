"""What the page of one call shows, and Replay and Dismiss."""

from typing import Any

import reflex as rx

from dashboard import feedback, live
from dashboard.components import browser, list_state
from dashboard.components.first_error import show_first_error
from dashboard.pages.incoming_call import lines
from dashboard.pages.incoming_call.lines import Facts
from dashboard.session import actor, guarded
from models.words import Verdict
from services.actor import Right
from services.errors import AppError, NotFound
from services.inbox import by_hand
from services.reporting import incoming_log

MISSING = "missing"


class CallState(rx.State):
    """One call with its answer."""

    shown: str = list_state.LOADING
    problem: str = ""
    facts: Facts = Facts()
    errors: list[tuple[str, str]] = rx.field(default_factory=list)
    tried_errors: list[tuple[str, str]] = rx.field(default_factory=list)

    replaying: bool = False
    refusal: str = ""

    is_dismissing: bool = False
    dismissing: bool = False
    reason_error: str = ""

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show the call in the address, and again after every change."""
        async with self:
            wanted = str(self.submission_id)
            self.refusal, self.is_dismissing, self.replaying = "", False, False
            if wanted != self.facts.id:
                self.shown, self.problem, self.facts = list_state.LOADING, "", Facts()
                self.errors, self.tried_errors = [], []
        async for _ in live.changes(self):
            await self._load(wanted)

    @rx.event
    @guarded(Right.READ)
    async def retry(self) -> Any:
        """Load the page again after a failure."""
        self.shown = list_state.LOADING
        return browser.reload()

    @rx.event
    @guarded(Right.RECORD_EVENTS)
    async def replay(self) -> Any:
        """Try the call again as it came; what came of it stands on the page."""
        self.replaying, self.refusal = True, ""
        yield
        try:
            tried = await by_hand.replay(actor(), str(self.submission_id))
        except AppError as error:
            self.replaying, self.refusal = False, feedback.sentence(error)
            return
        self.replaying = False
        if tried.verdict is Verdict.RECORDED:
            yield feedback.done("The event is recorded.")
        elif tried.is_good:
            yield feedback.done("The same fact is there already; nothing was sent.")
        else:
            sentences = [text for _, text in tried.errors] or [tried.message]
            self.refusal = f"Refused again: {' '.join(dict.fromkeys(sentences))}"

    @rx.event
    @guarded(Right.RECORD_EVENTS)
    async def open_dismiss(self) -> None:
        """Open the question why."""
        self.reason_error, self.dismissing, self.is_dismissing = "", False, True

    @rx.event
    @guarded(Right.READ)
    async def set_dismissing(self, is_open: bool) -> None:
        """Close the question; a forged `True` opens nothing."""
        self.is_dismissing = self.is_dismissing and bool(is_open)

    @rx.event
    @guarded(Right.RECORD_EVENTS)
    async def dismiss(self, form: dict[str, Any]) -> Any:
        """Note that nothing more is done about the call; a refusal stands in the form."""
        if not self.is_dismissing:  # the second half of a double click
            return
        self.dismissing, self.reason_error = True, ""
        yield
        try:
            await by_hand.dismiss(
                actor(), str(self.submission_id), reason=str(form.get("reason", ""))
            )
        except AppError as error:
            self.dismissing, self.reason_error = False, feedback.sentence(error)
            yield show_first_error()
            return
        self.is_dismissing = self.dismissing = False
        yield feedback.done("Dismissed. It can still be replayed.")

    async def _load(self, wanted: str) -> None:
        try:
            detail = await incoming_log.get(actor(), wanted)
        except AppError as error:
            async with self:
                self.problem = feedback.sentence(error)
                self.shown = MISSING if isinstance(error, NotFound) else list_state.FAILED
            return
        facts = lines.facts(detail)
        if (facts, self.shown) != (self.facts, list_state.READY):
            async with self:
                self.facts, self.shown = facts, list_state.READY
                self.errors = lines.error_lines(detail.row.errors, detail.row.reason)
                self.tried_errors = lines.error_lines(detail.tried_errors, detail.row.tried_reason)
