"""Whether the stored postback signs its calls, and the acts that change it at once."""

from collections.abc import Awaitable, Callable
from typing import Any

import reflex as rx

from dashboard import feedback, live
from dashboard.components.shown_once import say_once
from dashboard.pages.postback.state import PostbackState
from dashboard.pages.postback.trial_state import TrialState
from dashboard.session import actor, guarded
from services.actor import Right
from services.catalog import postback_signing, postbacks
from services.catalog.postbacks import PostbackRow
from services.clock import utc_now
from services.errors import AppError

Act = Callable[..., Awaitable[PostbackRow]]


class SigningState(rx.State):
    """The signing of the postback on screen. A new secret never comes in here; see `say_once`."""

    postback: str = ""
    """The id of the postback that all this is about; empty for one that is not saved yet."""

    is_on: bool = False
    is_readable: bool = True
    since: str = ""
    secret_made_at: str = ""
    old_until: str = ""
    may_edit: bool = False
    problem: str = ""

    _version: int = 0

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show the signing of the address's postback, and again after every change."""
        wanted = str(getattr(self, "postback_id", "") or "")
        if self.router.url.path.rstrip("/").endswith("/postbacks/new"):
            wanted = ""
        async with self:
            self.may_edit = Right.EDIT_DEFINITIONS in actor().rights
            if wanted != self.postback:
                self.postback, self.is_on, self.problem = wanted, False, ""
        if not wanted:
            return
        async for _ in live.changes(self):
            await self._load(wanted)

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def switch_on(self) -> Any:
        """Make the first secret and show it, once; a second click of the same makes no other."""
        return None if self.is_on else await self._make_secret()

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def new_secret(self) -> Any:
        """Make another secret and show it, once."""
        return await self._make_secret() if self.is_on else None

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def end_old(self) -> Any:
        """Sign with the present secret alone."""
        return await self._act(postback_signing.end_old, "Only the new secret signs now.")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def switch_off(self) -> Any:
        """Send unsigned from now on."""
        followed = await self._act(postback_signing.switch_off, "Signing is off.")
        # A secret that may still stand on the page is none any more.
        return [say_once(self.postback, ""), *followed] if followed else None

    async def _make_secret(self) -> Any:
        try:
            made = await postback_signing.new_secret(actor(), self.postback, if_match=self._version)
        except AppError as error:
            self.problem = feedback.sentence(error)
            return None
        await self._take(made.row)
        return [say_once(self.postback, made.secret), TrialState.refresh]

    async def _act(self, act: Act, done: str) -> Any:
        try:
            row = await act(actor(), self.postback, if_match=self._version)
        except AppError as error:
            self.problem = feedback.sentence(error)
            return None
        await self._take(row)
        return [feedback.done(done), TrialState.refresh]

    async def _take(self, row: PostbackRow) -> None:
        form = await self.get_state(PostbackState)
        form._pass_over(row, before=self._version)
        self.problem = ""
        self._show(row)

    async def _load(self, wanted: str) -> None:
        try:
            row = await postbacks.get(actor(), wanted)
        except AppError:  # the form says what is wrong with it
            return
        # An old secret also ends without any change to the postback.
        if (row.version, _old_until(row)) != (self._version, self.old_until) or not self.is_on:
            async with self:
                self._show(row)

    def _show(self, row: PostbackRow) -> None:
        signing = row.signing
        self._version = row.version
        self.is_on = signing is not None
        self.is_readable = signing is None or signing.is_readable
        self.since = signing.since.isoformat() if signing and signing.since else ""
        made_at = signing.secret_made_at if signing else None
        self.secret_made_at = made_at.isoformat() if made_at else ""
        self.old_until = _old_until(row)


def _old_until(row: PostbackRow) -> str:
    until = row.signing.old_until(utc_now()) if row.signing else None
    return until.isoformat() if until else ""
