"""What can be done to a key beside its limits: another secret, an earlier end, revocation."""

from typing import Any

import reflex as rx

from dashboard import feedback
from dashboard.components.shown_once import say_once
from dashboard.pages.api_keys.form_state import KeyFormState
from dashboard.pages.api_keys.state import KEY_PLACE, ApiKeysState
from dashboard.session import actor, guarded
from services.accounts import keys
from services.actor import Right
from services.errors import AppError


class KeyDeedState(rx.State):
    """What is asked in the dialog of a key."""

    overlap: str = "24"
    is_asking: bool = False
    """Whether to revoke the key is asked in the dialog itself."""
    problem: str = ""

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def begin(self) -> None:
        """Forget what was asked about another key."""
        self.reset()

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def choose_overlap(self, hours: str) -> None:
        """Choose for how long the old key works on."""
        self.overlap = hours

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def rotate(self) -> Any:
        """Give the key another secret and show it this once."""
        form = await self.get_state(KeyFormState)
        hours = int(self.overlap) if self.overlap.isascii() and self.overlap.isdigit() else -1
        try:
            made = await keys.rotate(actor(), form.key_id, {"overlap_hours": hours})
        except AppError as error:
            self.problem = feedback.sentence(error)
            return None
        form.is_open = False
        listed = await self.get_state(ApiKeysState)
        listed._made(made.row.scope.value)
        old = "works no more" if not hours else f"works for {_hours(hours)} more"
        return [
            say_once(KEY_PLACE, made.key),
            feedback.done(f"“{made.row.name}” has another key. The old one {old}."),
        ]

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def end_old(self) -> Any:
        """End the secret of before the last rotation now."""
        form = await self.get_state(KeyFormState)
        try:
            row = await keys.end_overlap(actor(), form.key_id)
        except AppError as error:
            self.problem = feedback.sentence(error)
            return None
        form._fill(row)
        return feedback.done(f"The old key of “{row.name}” works no more.")

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def ask(self) -> None:
        """Ask whether to revoke the key."""
        self.is_asking, self.problem = True, ""

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def leave(self) -> None:
        """Leave the key as it is."""
        self.is_asking = False

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def revoke(self) -> Any:
        """Make the key worthless for good."""
        form = await self.get_state(KeyFormState)
        self.is_asking = False
        try:
            row = await keys.revoke(actor(), form.key_id)
        except AppError as error:
            self.problem = feedback.sentence(error)
            return None
        form.is_open = False
        return feedback.done(f"“{row.name}” is revoked. Nobody gets in with it any more.")


def _hours(hours: int) -> str:
    return "1 hour" if hours == 1 else f"{hours} hours"
