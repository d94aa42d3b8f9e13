"""One's own account: what one may do, the password, and the browsers that are signed in."""

from dataclasses import dataclass
from typing import Any, Final

import reflex as rx

from dashboard import feedback, live
from dashboard.components.first_error import show_first_error
from dashboard.session import actor, guarded
from services.accounts import people, sessions
from services.accounts.browsers import browser_name
from services.accounts.sessions import SessionRow
from services.actor import DEEDS, Right
from services.errors import AppError, InvalidInput

_FIELDS: Final = ("current", "password", "")


@dataclass(frozen=True, slots=True)
class BrowserLine:
    """One signed-in browser."""

    id: str
    name: str
    title: str
    address: str
    last_seen_at: str
    created_at: str
    is_current: bool


class AccountState(rx.State):
    """What the page shows; no password is kept."""

    allowed: list[str] = rx.field(default_factory=list)
    browsers: list[BrowserLine] = rx.field(default_factory=list)
    busy: bool = False
    errors: dict[str, str] = dict.fromkeys(_FIELDS, "")
    form_number: int = 0
    """Grows with each stored password, so that the fields are empty again."""

    @rx.event
    @guarded(Right.READ)
    async def open_form(self) -> None:
        """Begin with an empty form."""
        self.reset()
        self.allowed = [DEEDS[right] for right in Right if right in actor().rights]

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show the browsers that are signed in, and again after every change."""
        async for _ in live.changes(self):
            lines = [_line(row) for row in await sessions.list_own(actor())]
            if lines != self.browsers:
                async with self:
                    self.browsers = lines

    @rx.event
    @guarded(Right.READ)
    async def change_password(self, form: dict[str, Any]) -> Any:
        """Store another password; all other browsers are signed out."""
        self.busy, self.errors = True, dict.fromkeys(_FIELDS, "")
        yield
        try:
            if form.get("password") != form.get("password_again"):
                raise InvalidInput({"password": "The two passwords differ. Type it again."})
            await people.change_password(
                actor(), current=str(form.get("current", "")), new=str(form.get("password", ""))
            )
        except AppError as error:
            found = feedback.errors_of(error)
            known = {name: found.pop(name, "") for name in _FIELDS if name}
            self.errors, self.busy = known | {"": " ".join(found.values())}, False
            yield show_first_error()
            return
        self.busy = False
        self.form_number += 1
        yield feedback.done("The password is changed. All other browsers were signed out.")

    @rx.event
    @guarded(Right.READ)
    async def end(self, session_id: str) -> Any:
        """Sign one browser out."""
        await sessions.end_own(actor(), session_id)
        return feedback.done("That browser is signed out.")

    @rx.event
    @guarded(Right.READ)
    async def end_others(self) -> Any:
        """Sign out everywhere but here."""
        ended = await sessions.end_others(actor())
        browsers = "1 browser was" if ended == 1 else f"{ended} browsers were"
        return feedback.done(f"{browsers} signed out.")


def _line(row: SessionRow) -> BrowserLine:
    return BrowserLine(
        id=row.id,
        name=browser_name(row.browser),
        title=row.browser,
        address=row.address,
        last_seen_at=row.last_seen_at.isoformat(),
        created_at=row.created_at.isoformat(),
        is_current=row.is_current,
    )
