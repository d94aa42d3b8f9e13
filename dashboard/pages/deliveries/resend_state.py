"""Bulk resend on screen: the question with its count, and the progress of the one that runs."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import reflex as rx

from dashboard import feedback, live
from dashboard.pages.deliveries.address import DeliveryAddress, read
from dashboard.session import SessionState, actor, current_zone, guarded
from models.words import BulkStatus
from services.actor import Right
from services.clock import utc_now
from services.errors import AppError
from services.reporting.delivery_log import Count, DeliveryFilter
from services.resending import jobs
from services.resending.jobs import BulkResendRow, Preview
from services.resending.wish import ResendWish

# An ended one stays on the page for so long.
_SHOWN_FOR = timedelta(minutes=10)
_FILTERS = ("postback", "destination", "cause")


@dataclass(frozen=True, slots=True)
class JobLine:
    """One bulk resend on screen; `percent` is 0–100."""

    id: str = ""
    status: str = ""
    title: str = ""
    text: str = ""
    percent: int = 0
    is_running: bool = False
    at: str = ""


class ResendState(rx.State):
    """The dialog, and the panel above the list."""

    may_resend: bool = False
    job: JobLine = JobLine()

    is_open: bool = False
    counting: bool = False
    starting: bool = False
    problem: str = ""
    number: int = 0
    count: str = ""
    nothing: bool = True
    left_out: list[str] = rx.field(default_factory=list)
    delivered: str = ""
    """How many arrived and could be sent again all the same, in words; empty for none."""
    unclear: str = ""
    with_delivered: bool = False
    with_unclear: bool = False

    body: dict[str, Any] = rx.field(default_factory=dict)
    """The same question as the body of an API call."""

    _filter: DeliveryFilter = DeliveryFilter()
    _dismissed: str = ""

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show the bulk resend that runs or has just ended, and how far it is."""
        async with self:
            self.may_resend = Right.RESEND in actor().rights
            self.is_open = False
        async for _ in live.changes(self):
            latest = await jobs.latest(actor())
            line = job_line(latest) if latest is not None else JobLine()
            if line.id == self._dismissed:
                line = JobLine()
            if line != self.job:
                async with self:
                    self.job = line

    @rx.event
    @guarded(Right.RESEND)
    async def ask(self) -> Any:
        """Ask about everything that the filters in the address cover."""
        async for step in self._ask({}):
            yield step

    @rx.event
    @guarded(Right.RESEND)
    async def ask_group(self, postback: str, destination: str, cause: str) -> Any:
        """Ask about one group of failures within the filters in the address."""
        named = dict(zip(_FILTERS, (postback, destination, cause), strict=True))
        async for step in self._ask(named):
            yield step

    @rx.event
    @guarded(Right.READ)
    async def set_open(self, is_open: bool) -> None:
        """Close the dialog; a forged `True` opens nothing."""
        self.is_open = self.is_open and bool(is_open)

    @rx.event
    @guarded(Right.RESEND)
    async def set_delivered(self, wanted: bool) -> Any:
        """Take what has arrived into the resend, or out of it."""
        self.with_delivered = bool(wanted)
        async for step in self._count():
            yield step

    @rx.event
    @guarded(Right.RESEND)
    async def set_unclear(self, wanted: bool) -> Any:
        """Take what may have arrived into the resend, or out of it."""
        self.with_unclear = bool(wanted)
        async for step in self._count():
            yield step

    @rx.event
    @guarded(Right.RESEND)
    async def start(self) -> Any:
        """Begin; a refusal stands in the dialog."""
        if not self.is_open or self.counting:  # the second half of a double click
            return
        self.starting, self.problem = True, ""
        yield
        try:
            begun = await jobs.start(actor(), self._wish())
        except AppError as error:
            self.starting, self.problem = False, feedback.sentence(error)
            return
        self.is_open = self.starting = False
        self.job = job_line(begun)

    @rx.event
    @guarded(Right.RESEND)
    async def cancel(self) -> Any:
        """End the running one where it stands."""
        self.job = job_line(await jobs.cancel(actor(), self.job.id))

    @rx.event
    @guarded(Right.READ)
    async def dismiss(self) -> None:
        """Take an ended one off the page."""
        self._dismissed, self.job = self.job.id, JobLine()

    async def _ask(self, named: dict[str, str]) -> Any:
        actor().require(Right.RESEND)
        zone = current_zone(await self.get_state(SessionState))
        address: DeliveryAddress = read(self.router.url.query_parameters)
        now = utc_now()
        wanted = replace(address.wanted(now=now, zone=zone), **named)
        # Fixed here, so that what is counted is what is sent.
        self._filter = replace(wanted, until=min(filter(None, (wanted.until, now))))
        self.with_delivered = self.with_unclear = self.starting = False
        self.delivered = self.unclear = ""
        self.is_open = True
        async for step in self._count():
            yield step

    async def _count(self) -> Any:
        self.counting, self.problem = True, ""
        self.body = body_of(self._wish())
        yield
        try:
            found = await jobs.preview(actor(), self._wish())
        except AppError as error:
            self.problem, self.nothing = feedback.sentence(error), True
        else:
            self._show(found)
        self.counting = False

    def _wish(self) -> ResendWish:
        return ResendWish(self._filter, delivered=self.with_delivered, unclear=self.with_unclear)

    def _show(self, found: Preview) -> None:
        self.number = found.count.number
        self.count, self.nothing = _number(found.count), not found.count.number
        # Once it is ticked there is nothing left out any more; the words stay.
        if not self.with_delivered:
            self.delivered = _number(found.delivered) if found.delivered.number else ""
        if not self.with_unclear:
            self.unclear = _number(found.unclear) if found.unclear.number else ""
        self.left_out = [
            f"{_number(count)} {text}"
            for count, text in (
                (found.sending, "being sent right now"),
                (found.paused, "of a paused postback: resume the postback to send them"),
                (found.never, "that cannot be sent as they were made: fire the event again"),
            )
            if count.number
        ]


def body_of(wish: ResendWish) -> dict[str, Any]:
    """Return what `POST /deliveries/resend` takes for a wish; what is not asked for is left out."""
    asked = wish.filter
    body = {
        "status": list(asked.status),
        "postback": asked.postback,
        "destination": asked.destination,
        "campaign": asked.campaign,
        "affiliate": asked.affiliate,
        "cause": asked.cause,
        "from": asked.since.isoformat() if asked.since else "",
        "to": asked.until.isoformat() if asked.until else "",
        "include_delivered": wish.delivered,
        "include_unclear": wish.unclear,
        "dry_run": True,
    }
    return {name: value for name, value in body.items() if value}


def job_line(row: BulkResendRow) -> JobLine:
    """Return what the page shows of a bulk resend; nothing of one that ended a while ago."""
    if row.ended_at is not None and utc_now() - row.ended_at > _SHOWN_FOR:
        return JobLine()
    done = row.resent + row.left_out
    total = f"{row.total:,}" if row.total_is_complete else f"more than {row.total:,}"
    left_out = f" {row.left_out:,} had changed meanwhile and were left out." if row.left_out else ""
    is_running = row.status is BulkStatus.RUNNING
    titles = {
        BulkStatus.RUNNING: f"Resending: {done:,} of {total}",
        BulkStatus.FINISHED: f"{_deliveries(row.resent)} being sent again",
        BulkStatus.CANCELLED: f"Cancelled after {row.resent:,} of {total}",
    }
    texts = {
        BulkStatus.RUNNING: f"Started by {row.actor_name}. You can leave this page.",
        BulkStatus.FINISHED: f"Started by {row.actor_name}.{left_out}",
        BulkStatus.CANCELLED: (
            f"Started by {row.actor_name}. What was resent until then is sent all the same."
        ),
    }
    return JobLine(
        id=row.id,
        status=row.status,
        title=titles[row.status],
        text=texts[row.status],
        percent=min(100, 100 * done // row.total) if row.total else 100,
        is_running=is_running,
        at=(row.ended_at or row.created_at).isoformat(),
    )


def _deliveries(number: int) -> str:
    return f"{number:,} {'delivery is' if number == 1 else 'deliveries are'}"


def _number(count: Count) -> str:
    return f"{count.number:,}{'' if count.is_complete else '+'}"
