"""A bulk job on screen: the question with its count, and the progress of the one that runs."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import reflex as rx

from dashboard import feedback, live
from dashboard.session import actor, guarded
from services.actor import Right
from services.bulk_jobs import jobs
from services.bulk_jobs.kind import BulkJobRow, Kind, Wish
from services.clock import utc_now
from services.errors import AppError
from services.reporting.keyset import Count

# An ended one stays on the page for so long.
_SHOWN_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class JobLine:
    """One bulk job on screen; `percent` is 0–100."""

    id: str = ""
    title: str = ""
    text: str = ""
    percent: int = 0
    is_running: bool = False


class BulkJobState(rx.State, mixin=True):
    """The dialog, and the panel above the list.

    A page's State is a `class X(BulkJobState, rx.State)` that adds `_wish`, `_kind` and `_words`,
    and the handlers that need the right of its kind: `ask`, `start` and `cancel`.
    """

    job: JobLine = JobLine()

    is_open: bool = False
    counting: bool = False
    starting: bool = False
    problem: str = ""
    number: int = 0
    count: str = ""
    nothing: bool = True

    _dismissed: str = ""

    def _kind(self) -> Kind[Any, Any]:
        """Return what kind of bulk job it is."""
        raise NotImplementedError

    def _words(self, row: Any) -> tuple[str, str]:
        """Return how a job stands, as a title and a text."""
        raise NotImplementedError

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show the job that runs or has just ended, and how far it is."""
        async with self:
            self.is_open = False
        async for _ in live.changes(self):
            latest = await jobs.latest(actor(), self._kind())
            line = self._line(latest) if latest is not None else JobLine()
            if line.id == self._dismissed:
                line = JobLine()
            if line != self.job:
                async with self:
                    self.job = line

    @rx.event
    @guarded(Right.READ)
    async def set_open(self, is_open: bool) -> None:
        """Close the dialog; a forged `True` opens nothing."""
        self.is_open = self.is_open and bool(is_open)

    @rx.event
    @guarded(Right.READ)
    async def dismiss(self) -> None:
        """Take an ended one off the page."""
        self._dismissed, self.job = self.job.id, JobLine()

    async def _ask(self, wish: Wish) -> Any:
        """Open the question about what the wish covers now."""
        # Fixed here, so that what is counted is what is done.
        self._wish = wish.before(utc_now())
        self.starting, self.is_open = False, True
        async for step in self._count():
            yield step

    async def _count(self) -> Any:
        self.counting, self.problem = True, ""
        yield
        try:
            found = await self._counted()
        except AppError as error:
            self.problem, self.nothing = feedback.sentence(error), True
        else:
            self.number, self.nothing = found.number, not found.number
            self.count = number_text(found)
        self.counting = False

    async def _counted(self) -> Count:
        """Return how many the wish covers."""
        return await jobs.preview(actor(), self._kind(), self._wish)

    async def _start(self) -> Any:
        """Begin; a refusal stands in the dialog."""
        if not self.is_open or self.counting:  # the second half of a double click
            return
        self.starting, self.problem = True, ""
        yield
        try:
            begun = await jobs.start(actor(), self._kind(), self._wish)
        except AppError as error:
            self.starting, self.problem = False, feedback.sentence(error)
            return
        self.is_open = self.starting = False
        self.job = self._line(begun)

    async def _cancel(self) -> None:
        """End the running one where it stands."""
        self.job = self._line(await jobs.cancel(actor(), self._kind(), self.job.id))

    def _line(self, row: BulkJobRow) -> JobLine:
        """Return what the page shows of a job; nothing of one that ended a while ago."""
        if row.ended_at is not None and utc_now() - row.ended_at > _SHOWN_FOR:
            return JobLine()
        title, text = self._words(row)
        return JobLine(
            id=row.id,
            title=title,
            text=f"Started by {row.actor_name}.{text}",
            percent=min(100, 100 * row.done // row.total) if row.total else 100,
            is_running=row.ended_at is None,
        )


def number_text(count: Count) -> str:
    """Return a count in words, with a plus where counting stopped."""
    return f"{count.number:,}{'' if count.is_complete else '+'}"


def total_text(row: BulkJobRow) -> str:
    """Return of how many a job is about."""
    return f"{row.total:,}" if row.total_is_complete else f"more than {row.total:,}"
