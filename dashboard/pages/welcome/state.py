"""The page of an invitation or a reset: the person chooses a password and is signed in."""

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from dashboard import routes, session
from dashboard.feedback import errors_of, sentence
from models.words import LinkKind
from services.accounts import links
from services.errors import AppError, InvalidInput

_WORDS = {"owner": "an owner", "manager": "a manager", "operator": "an operator"}


class WelcomeState(rx.State):
    """What the page shows; neither the token nor the password is kept."""

    email: str = ""
    role: str = ""
    is_invitation: bool = True
    is_open: bool = False
    """The link is good."""
    problem: str = ""
    password_error: str = ""
    busy: bool = False

    @rx.event
    @session.public
    async def open(self) -> None:
        """Say what the link is for."""
        self.reset()
        try:
            found = await links.look(str(self.link_token))
        except AppError as error:
            self.problem = sentence(error)
            return
        self.email = found.email
        self.role = _WORDS.get(found.role or "", f"a {found.role}") if found.role else ""
        self.is_invitation = found.kind is LinkKind.INVITATION
        self.is_open = True

    @rx.event
    @session.public
    async def choose(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Store the password and sign the person in."""
        self.busy, self.problem, self.password_error = True, "", ""
        yield
        try:
            if form.get("password") != form.get("password_again"):
                raise InvalidInput({"password": "The two passwords differ. Type it again."})
            ticket = await links.redeem(
                str(self.link_token),
                password=str(form.get("password", "")),
                address=session.address_of(self),
            )
        except AppError as error:
            found = errors_of(error)
            self.password_error = found.pop("password", "")
            self.problem = " ".join(found.values())
            self.busy = False
            return
        yield session.opening_script(ticket, then=routes.OVERVIEW)
