"""How many calls wait for their lead: on the tabs of the logs, kept up to date by changes."""

import reflex as rx

from dashboard import live
from dashboard.session import actor, guarded
from services.actor import Right
from services.reporting import incoming_log


class UnmatchedCount(rx.State):
    """The number on the tab, in words; empty for none."""

    words: str = ""

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Count them, and again after every change."""
        async for _ in live.changes(self):
            found = await incoming_log.count_unmatched(actor())
            plus = "" if found.is_complete else "+"
            words = f"{found.number:,}{plus}" if found.number else ""
            if words != self.words:
                async with self:
                    self.words = words
