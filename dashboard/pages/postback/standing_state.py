"""How the postback on screen fares: paused, failing, or resuming."""

import reflex as rx

from dashboard import live
from dashboard.components.postback_standing import NORMAL, StandingLine
from dashboard.postback_pause import PauseState, standing_line
from dashboard.session import actor, guarded
from services.actor import Right
from services.catalog import postbacks
from services.errors import AppError


class StandingState(rx.State):
    """Kept apart from the form: it changes by itself, and no Save touches it."""

    shown: str = ""
    """The id of the stored postback; empty for a new one."""
    line: StandingLine = NORMAL
    is_archived: bool = False

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show how the postback of the address fares, and again after every change."""
        wanted = str(getattr(self, "postback_id", "") or "")
        if self.router.url.path.rstrip("/").endswith("/postbacks/new"):
            wanted = ""
        async with self:
            (await self.get_state(PauseState))._close()
            if wanted != self.shown:
                self.shown, self.line, self.is_archived = "", NORMAL, False
        if not wanted:
            return
        async for _ in live.changes(self):
            try:
                row = await postbacks.get(actor(), wanted)
            except AppError:  # the editor says so
                return
            line, is_archived = standing_line(row.standing), row.archived_at is not None
            if (wanted, line, is_archived) != (self.shown, self.line, self.is_archived):
                async with self:
                    self.shown, self.line, self.is_archived = wanted, line, is_archived
