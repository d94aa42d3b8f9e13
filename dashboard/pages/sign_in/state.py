"""The sign-in form: a checked password becomes a one-time ticket, which becomes the cookie."""

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from dashboard import routes, session
from dashboard.feedback import errors_of
from services.accounts import link_mail, sign_in, users
from services.accounts.sign_in import CodeNeeded
from services.errors import AppError


class SignInState(rx.State):
    """What the sign-in page shows; neither password nor code is ever kept."""

    problem: str = ""
    busy: bool = False
    code_needed: bool = False
    """E-mail and password were right; they stay in the form and go along with the code."""
    can_mail: bool = False

    @rx.event
    @session.public
    async def open(self) -> Any:
        """Send on whoever needs no sign-in: the signed in, and the first visitor."""
        self.reset()
        self.can_mail = link_mail.can_mail()
        if await users.is_empty():
            return rx.redirect(routes.SETUP, replace=True)
        if await session.check(self) is not None:
            return rx.redirect(self._next(), replace=True)
        return None

    @rx.event
    @session.public
    async def sign_in(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Check e-mail and password, and the code where one is needed, and open the session."""
        self.busy = True
        self.problem = ""
        yield
        try:
            ticket = await sign_in.sign_in(
                email=str(form.get("email", "")),
                password=str(form.get("password", "")),
                # Reflex sends None for a field that is not on the page.
                code=str(form.get("code") or ""),
                address=session.address_of(self),
            )
        except CodeNeeded:
            self.busy, self.code_needed = False, True
            yield rx.set_focus("code")
            return
        except AppError as error:
            self.problem = " ".join(errors_of(error).values())
            self.busy = False
            return
        yield session.opening_script(ticket, then=self._next())

    @rx.event
    @session.public
    async def start_over(self) -> None:
        """Ask for e-mail and password again."""
        self.problem, self.busy, self.code_needed = "", False, False

    def _next(self) -> str:
        return session.same_site_path(self.router.url.query_parameters.get("next", ""))
