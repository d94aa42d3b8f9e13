"""What the list of keys shows."""

from typing import Any, Final

import reflex as rx

from dashboard import feedback, live, routes
from dashboard.components import list_state
from dashboard.pages.api_keys import snippets
from dashboard.pages.api_keys.lines import KeyLine, key_line
from dashboard.session import actor, guarded
from services.accounts import keys
from services.actor import Right
from services.clock import utc_now
from services.errors import AppError
from services.paging import PageRequest

KEY_PLACE: Final = "api-key"
_PAGE: Final = 50


class ApiKeysState(rx.State):
    """The list, newest first, and the snippets for a key that was made just now."""

    lines: list[KeyLine] = rx.field(default_factory=list)
    list_state: str = list_state.LOADING
    problem: str = ""
    q: str = ""
    with_revoked: bool = False
    next_cursor: str = ""
    previous_cursor: str = ""
    made_curl: str = ""
    made_python: str = ""

    _cursor: str = ""

    @rx.event(background=True)
    @guarded(Right.MANAGE_ACCESS)
    async def follow(self) -> None:
        """Show the keys that the address asks for, and again after every change."""
        async with self:
            query = self.router.url.query_parameters
            self.q, self._cursor = query.get("q", ""), query.get("cursor", "")
            self.with_revoked = query.get("revoked", "") == "1"
            self.made_curl = self.made_python = ""
        async for _ in live.changes(self):
            await self._load()

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def search(self, q: str) -> Any:
        """Put the search into the address; the page then loads anew from there."""
        self.q = q
        return rx.redirect(self._address(), replace=True)

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def show_revoked(self, with_revoked: bool) -> Any:
        """Show the revoked ones too, or leave them out."""
        self.with_revoked = with_revoked
        return rx.redirect(self._address(), replace=True)

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def turn(self, cursor: str) -> Any:
        """Go to an older or newer page."""
        return rx.redirect(self._address(cursor))

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def clear(self) -> Any:
        """Take the search away."""
        return rx.redirect(routes.API_KEYS)

    def _made(self, scope: str) -> None:
        """Show how a key of this scope is used."""
        origin = self.router.url.origin
        self.made_curl = snippets.curl(origin, scope)
        self.made_python = snippets.python(origin, scope)

    def _address(self, cursor: str = "") -> Any:
        revoked = "1" if self.with_revoked else ""
        return routes.with_query(routes.API_KEYS, q=self.q, revoked=revoked, cursor=cursor)

    async def _load(self) -> None:
        request = PageRequest(limit=_PAGE, cursor=self._cursor)
        try:
            page = await keys.list_page(
                actor(), request, revoked=None if self.with_revoked else False, q=self.q
            )
        except AppError as error:
            async with self:
                self.problem, self.list_state = feedback.sentence(error), list_state.FAILED
            return
        now = utc_now()
        lines = [key_line(row, now=now) for row in page.items]
        shown = list_state.READY
        if not lines:
            shown = list_state.NO_MATCH if self.q or self._cursor else list_state.EMPTY
        cursors = (page.next_cursor or "", page.previous_cursor or "")
        if (lines, shown, cursors) != (
            self.lines,
            self.list_state,
            (self.next_cursor, self.previous_cursor),
        ):
            async with self:
                self.lines, self.list_state = lines, shown
                self.next_cursor, self.previous_cursor = cursors
