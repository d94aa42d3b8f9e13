"""Bulk replay on screen: refused calls under the filters in the address, tried again."""

from typing import Any

import reflex as rx

from dashboard.bulk_job import BulkJobState, total_text
from dashboard.pages.incoming_calls.address import CallsAddress, read
from dashboard.session import SessionState, current_zone, guarded
from models.words import BulkStatus
from services.actor import Right
from services.clock import utc_now
from services.inbox.bulk_replays import REPLAYS, BulkReplayRow
from services.inbox.replay_wish import ReplayWish
from services.reporting.incoming_log import SubmissionFilter


class ReplayState(BulkJobState, rx.State):
    """The dialog, and the panel above the list."""

    _wish: ReplayWish = ReplayWish(SubmissionFilter())

    def _kind(self) -> Any:
        return REPLAYS

    @rx.event
    @guarded(Right.RECORD_EVENTS)
    async def ask(self) -> Any:
        """Ask about everything that the filters in the address cover."""
        zone = current_zone(await self.get_state(SessionState))
        address: CallsAddress = read(self.router.url.query_parameters)
        async for step in self._ask(ReplayWish(address.wanted(now=utc_now(), zone=zone))):
            yield step

    @rx.event
    @guarded(Right.RECORD_EVENTS)
    async def start(self) -> Any:
        """Begin; a refusal stands in the dialog."""
        async for step in self._start():
            yield step

    @rx.event
    @guarded(Right.RECORD_EVENTS)
    async def cancel(self) -> None:
        """End the running one where it stands."""
        await self._cancel()

    def _words(self, row: BulkReplayRow) -> tuple[str, str]:
        if row.status is BulkStatus.RUNNING:
            title = f"Replaying: {row.done:,} of {total_text(row)}"
            return title, " You can leave this page."
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
        if row.status is BulkStatus.CANCELLED:
            return f"Cancelled after {row.done:,} of {total_text(row)}", rest
        calls = "call is" if row.recorded == 1 else "calls are"
        return f"{row.recorded:,} {calls} recorded by replay", rest
