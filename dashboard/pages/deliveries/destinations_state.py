"""How destinations do, and who sends, kept live."""

from typing import Any

import reflex as rx

from dashboard import feedback, live
from dashboard.changed_vars import set_changed
from dashboard.components import browser, list_state
from dashboard.pages.deliveries import lines
from dashboard.pages.deliveries.address import DESTINATIONS, read
from dashboard.pages.deliveries.lines import DestinationLine, WorkerLine
from dashboard.session import actor, guarded
from services.actor import Right
from services.clock import utc_now
from services.errors import AppError
from services.reporting import destinations


class DestinationsState(rx.State):
    """The view of destinations."""

    lines: list[DestinationLine] = rx.field(default_factory=list)
    workers: list[WorkerLine] = rx.field(default_factory=list)
    nobody_sends: bool = False
    has_more: bool = False
    shown: str = list_state.LOADING
    problem: str = ""

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show the destinations if the address asks for them, and again after every change."""
        if read(self.router.url.query_parameters).view != DESTINATIONS:
            return
        async for _ in live.changes(self):
            await self._load()

    @rx.event
    @guarded(Right.READ)
    async def retry(self) -> Any:
        """Ask again after a failure."""
        self.shown = list_state.LOADING
        return browser.reload()

    async def _load(self) -> None:
        try:
            view = await destinations.get(actor())
        except AppError as error:
            async with self:
                self.problem, self.shown = feedback.sentence(error), list_state.FAILED
            return
        now = utc_now()
        found = {
            "lines": [
                lines.destination_line(row, is_overdue=row.due_at is not None and row.due_at <= now)
                for row in view.rows
            ],
            "workers": [lines.worker_line(worker) for worker in view.workers],
            "nobody_sends": not any(worker.is_alive for worker in view.workers),
            "has_more": view.has_more,
            "shown": list_state.READY if view.rows else list_state.EMPTY,
        }
        await set_changed(self, found)
