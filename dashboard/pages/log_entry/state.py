"""What the log entry shows, and Resend."""

from typing import Any

import reflex as rx

from dashboard import feedback, live, routes
from dashboard.components import browser, list_state
from dashboard.components.show_part import show_part
from dashboard.pages.log_entry import lines
from dashboard.pages.log_entry.lines import DeliveryLine, Facts, Moment
from dashboard.session import actor, guarded
from services.actor import Right
from services.clock import utc_now
from services.delivery import outbox
from services.errors import AppError, NotFound
from services.reporting import event_log, incoming_log
from services.reporting.event_log import EventDetail

MISSING = "missing"


class LogEntryState(rx.State):
    """One event with its deliveries."""

    shown: str = list_state.LOADING
    problem: str = ""
    facts: Facts = Facts()
    payload: str = ""
    call_href: str = ""
    """The call that the event was recorded from."""
    fields: list[tuple[str, str]] = rx.field(default_factory=list)
    deliveries: list[DeliveryLine] = rx.field(default_factory=list)
    moments: list[Moment] = rx.field(default_factory=list)
    may_resend: bool = False
    may_change_status: bool = False

    refused_id: str = ""
    refusal: str = ""

    _opened: set[str] = rx.field(default_factory=set)

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> Any:
        """Show the event in the address, and again after every change; first at one delivery."""
        async with self:
            wanted = str(self.event_id)
            sought = self.router.url.query_parameters.get("delivery", "")
            self.may_resend = Right.RESEND in actor().rights
            self.may_change_status = Right.RECORD_EVENTS in actor().rights
            self.refused_id = self.refusal = ""
            if wanted != self.facts.event_id:
                self.shown, self.problem, self.facts = list_state.LOADING, "", Facts()
                self.payload, self.fields, self.deliveries, self.moments = "", [], [], []
                self.call_href = ""
                self._opened = set()
        async for _ in live.changes(self):
            await self._load(wanted)
            # Only one that is on the page: the name comes from the address.
            if sought in {line.key for line in self.deliveries}:
                yield show_part(sought)
                sought = ""

    @rx.event
    @guarded(Right.READ)
    async def retry(self) -> Any:
        """Load the page again after a failure."""
        self.shown = list_state.LOADING
        return browser.reload()

    @rx.event
    @guarded(Right.RESEND)
    async def resend(self, delivery_id: str) -> Any:
        """Send one delivery again, now; a refusal stands beside its button."""
        self.refused_id = self.refusal = ""
        try:
            await outbox.resend(actor(), str(delivery_id))
        except AppError as error:
            self.refused_id, self.refusal = str(delivery_id), feedback.sentence(error)
            return None
        return feedback.done("It is being sent again.")

    async def _load(self, wanted: str) -> None:
        try:
            detail = await event_log.get(actor(), wanted)
        except AppError as error:
            async with self:
                self.problem = feedback.sentence(error)
                self.shown = MISSING if isinstance(error, NotFound) else list_state.FAILED
            return
        opened = self._opened | _newest_attempts(detail)
        facts, moments = lines.facts(detail, now=utc_now()), lines.moments(detail)
        deliveries = [
            lines.delivery_line(each, opened=opened, erased_at=detail.erased_at)
            for each in detail.deliveries
        ]
        found = (list_state.READY, facts, deliveries, moments)
        if found == (self.shown, self.facts, self.deliveries, self.moments):
            return
        call = await incoming_log.of_event(actor(), wanted)
        async with self:
            self.shown, self.facts, self.deliveries, self.moments = found
            self.call_href = str(routes.incoming_call(call)) if call else ""
            self.payload, self.fields, self._opened = detail.payload, list(detail.fields), opened


def _newest_attempts(detail: EventDetail) -> set[str]:
    """Name the last attempt of each delivery; it stands open, and stays so when another comes."""
    return {
        lines.attempt_key(each.id, each.attempts[-1].number)
        for each in detail.deliveries
        if each.attempts
    }
