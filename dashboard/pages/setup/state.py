"""The form that makes the first owner, once in the life of an installation."""

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from dashboard import routes, session
from dashboard.feedback import errors_of
from services.accounts import sessions, users
from services.errors import AppError, InvalidInput
from services.settings import get_settings


class SetupState(rx.State):
    """What the first-owner page shows; the password itself is never kept."""

    problem: str = ""
    email_error: str = ""
    password_error: str = ""
    code_error: str = ""
    busy: bool = False
    code_needed: bool = False
    """Other machines can reach this page, so the owner must prove to see the console."""

    @rx.event
    @session.public
    async def open(self) -> Any:
        """Send everybody to sign-in once there is an owner."""
        self._show({})
        self.code_needed = not get_settings().is_loopback
        if not await users.is_empty():
            return rx.redirect(routes.LOGIN, replace=True)
        return None

    @rx.event
    @session.public
    async def create_owner(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Make the owner and sign them in."""
        self._show({})
        self.busy = True
        yield
        try:
            if form.get("password") != form.get("password_again"):
                raise InvalidInput({"password": "The two passwords differ. Type it again."})
            user = await users.create_owner(
                email=str(form.get("email", "")),
                password=str(form.get("password", "")),
                code=str(form.get("code", "")),
            )
            ticket = await sessions.issue_ticket(user.id)
        except AppError as error:
            self._show(errors_of(error))
            return
        yield session.opening_script(ticket, then=routes.OVERVIEW)

    def _show(self, errors: dict[str, str]) -> None:
        self.email_error = errors.pop("email", "")
        self.password_error = errors.pop("password", "")
        self.code_error = errors.pop("code", "")
        self.problem = " ".join(errors.values())
        self.busy = False
