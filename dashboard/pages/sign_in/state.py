"""The sign-in form: a checked password becomes a one-time ticket, which becomes the cookie."""

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from dashboard import routes, session
from dashboard.feedback import errors_of
from services.accounts import sessions, users
from services.errors import AppError


class SignInState(rx.State):
    """What the sign-in page shows; the password itself is never kept."""

    problem: str = ""
    busy: bool = False

    @rx.event
    @session.public
    async def open(self) -> Any:
        """Send on whoever needs no sign-in: the signed in, and the first visitor."""
        self.problem = ""
        self.busy = False
        if await users.is_empty():
            return rx.redirect(routes.SETUP, replace=True)
        if await session.check(self) is not None:
            return rx.redirect(self._next(), replace=True)
        return None

    @rx.event
    @session.public
    async def sign_in(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Check e-mail and password, and open the session."""
        self.busy = True
        self.problem = ""
        yield
        try:
            user = await users.check_password(
                email=str(form.get("email", "")), password=str(form.get("password", ""))
            )
            ticket = await sessions.issue_ticket(user.id)
        except AppError as error:
            self.problem = " ".join(errors_of(error).values())
            self.busy = False
            return
        yield session.opening_script(ticket, then=self._next())

    def _next(self) -> str:
        return session.same_site_path(self.router.url.query_parameters.get("next", ""))
