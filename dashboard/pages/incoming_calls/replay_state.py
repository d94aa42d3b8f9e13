"""Bulk replay on screen: the question with its count, and the progress of the one that runs."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import reflex as rx

from dashboard import feedback, live
from dashboard.pages.incoming_calls.address import CallsAddress, read
from dashboard.session import SessionState, actor, current_zone, guarded
from models.words import BulkStatus
from services.actor import Right
from services.clock import utc_now
from services.errors import AppError
from services.inbox import replays
from services.inbox.replays import BulkReplayRow
from services.reporting.incoming_log import SubmissionFilter

# An ended one stays on the page for so long.
_SHOWN_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class JobLine:
    """One bulk replay on screen; `percent` is 0–100."""

    id: str = ""
    status: str = ""
    title: str = ""
    text: str = ""
    percent: int = 0
    is_running: bool = False


class ReplayState(rx.State):
    """The dialog, and the panel above the list."""

    job: JobLine = JobLine()
    is_open: bool = False
    counting: bool = False
    starting: bool = False
    problem: str = ""
    number: int = 0
    count: str = ""
    nothing: bool = True

    _filter: SubmissionFilter = SubmissionFilter()
    _dismissed: str = ""

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show the bulk replay that runs or has just ended, and how far it is."""
        async with self:
            self.is_open = False
        async for _ in live.changes(self):
            latest = await replays.latest(actor())
            line = job_line(latest) if latest is not None else JobLine()
            if line.id == self._dismissed:
                line = JobLine()
            if line != self.job:
                async with self:
                    self.job = line

    @rx.event
    @guarded(Right.RECORD_EVENTS)
    async def ask(self) -> Any:
        """Ask about everything that the filters in the address cover."""
        zone = current_zone(await self.get_state(SessionState))
        address: CallsAddress = read(self.router.url.query_parameters)
        now = utc_now()
        wanted = address.wanted(now=now, zone=zone)
        # Fixed here, so that what is counted is what is replayed.
        self._filter = replace(wanted, until=min(filter(None, (wanted.until, now))))
        self.starting, self.problem, self.is_open, self.counting = False, "", True, True
        yield
        try:
            found = await replays.preview(actor(), self._filter)
        except AppError as error:
            self.problem, self.nothing = feedback.sentence(error), True
        else:
            self.number, self.nothing = found.number, not found.number
            self.count = f"{found.number:,}{'' if found.is_complete else '+'}"
        self.counting = False

    @rx.event
    @guarded(Right.READ)
    async def set_open(self, is_open: bool) -> None:
        """Close the dialog; a forged `True` opens nothing."""
        self.is_open = self.is_open and bool(is_open)

    @rx.event
    @guarded(Right.RECORD_EVENTS)
    async def start(self) -> Any:
        """Begin; a refusal stands in the dialog."""
        if not self.is_open or self.counting:  # the second half of a double click
            return
        self.starting, self.problem = True, ""
        yield
        try:
            begun = await replays.start(actor(), self._filter)
        except AppError as error:
            self.starting, self.problem = False, feedback.sentence(error)
            return
        self.is_open = self.starting = False
        self.job = job_line(begun)

    @rx.event
    @guarded(Right.RECORD_EVENTS)
    async def cancel(self) -> Any:
        """End the running one where it stands."""
        self.job = job_line(await replays.cancel(actor(), self.job.id))

    @rx.event
    @guarded(Right.READ)
    async def dismiss(self) -> None:
        """Take an ended one off the page."""
        self._dismissed, self.job = self.job.id, JobLine()


def job_line(row: BulkReplayRow) -> JobLine:
    """Return what the page shows of a bulk replay; nothing of one that ended a while ago."""
    if row.ended_at is not None and utc_now() - row.ended_at > _SHOWN_FOR:
        return JobLine()
    total = f"{row.total:,}" if row.total_is_complete else f"more than {row.total:,}"
    titles = {
        BulkStatus.RUNNING: f"Replaying: {row.done:,} of {total}",
        BulkStatus.FINISHED: f"{_calls(row.recorded)} recorded by replay",
        BulkStatus.CANCELLED: f"Cancelled after {row.done:,} of {total}",
    }
    others = [
        f"{number:,} {words}"
        for number, words in (
            (row.duplicates, "were there already"),
            (row.refused, "are refused still"),
            (row.left_out, "were left out"),
        )
        if number
    ]
    rest = f" {', '.join(others)}." if others else ""
    is_running = row.status is BulkStatus.RUNNING
    return JobLine(
        id=row.id,
        status=row.status,
        title=titles[row.status],
        text=f"Started by {row.actor_name}."
        + (" You can leave this page." if is_running else rest),
        percent=min(100, 100 * row.done // row.total) if row.total else 100,
        is_running=is_running,
    )


def _calls(number: int) -> str:
    return f"{number:,} {'call is' if number == 1 else 'calls are'}"
