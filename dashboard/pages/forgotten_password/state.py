"""The wish for a link to choose another password; the answer tells nothing of who exists."""

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from dashboard import session
from dashboard.feedback import errors_of
from services.accounts import link_mail, links
from services.errors import AppError


class ForgottenState(rx.State):
    """What the page shows."""

    problem: str = ""
    busy: bool = False
    sent_to: str = ""
    can_mail: bool = True

    @rx.event
    @session.public
    async def open(self) -> None:
        """Begin anew."""
        self.reset()
        self.can_mail = link_mail.can_mail()

    @rx.event
    @session.public
    async def wish(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Have a link sent, if somebody signs in with this address."""
        self.busy, self.problem = True, ""
        yield
        email = str(form.get("email", ""))[:254]
        try:
            await links.mail_reset(email=email, address=session.address_of(self))
        except AppError as error:
            self.problem = " ".join(errors_of(error).values())
        else:
            self.sent_to = email
        self.busy = False
