"""What the list of people shows, and the dialog that invites one."""

from dataclasses import dataclass
from typing import Any, Final

import reflex as rx

from dashboard import feedback, live, routes
from dashboard.components import browser, list_state
from dashboard.components.first_error import show_first_error
from dashboard.components.shown_once import say_once
from dashboard.session import actor, guarded
from models.words import Role
from services.accounts import link_mail, links, people
from services.accounts.links import InvitationRow, Link
from services.accounts.people import PersonRow
from services.actor import Right
from services.errors import AppError
from services.paging import MAX_LIMIT, PageRequest

LINK_PLACE: Final = "account-link"
_FIELDS: Final = ("email", "role", "")


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One person in the list."""

    id: str
    email: str
    role: str
    second_step: bool
    sessions: int
    last_signed_in_at: str
    is_off: bool
    is_you: bool


@dataclass(frozen=True, slots=True)
class InvitationLine:
    """One invitation that nobody has taken yet."""

    email: str
    role: str
    made_by: str
    expires_at: str


class UsersState(rx.State):
    """The people, the invitations, and the dialog."""

    lines: list[PersonLine] = rx.field(default_factory=list)
    invitations: list[InvitationLine] = rx.field(default_factory=list)
    list_state: str = list_state.LOADING
    problem: str = ""
    q: str = ""

    is_inviting: bool = False
    busy: bool = False
    role: str = Role.VIEWER.value
    can_mail: bool = False
    errors: dict[str, str] = dict.fromkeys(_FIELDS, "")

    @rx.event(background=True)
    @guarded(Right.MANAGE_ACCESS)
    async def follow(self) -> None:
        """Show the people that the address asks for, and again after every change."""
        async with self:
            self.q = self.router.url.query_parameters.get("q", "")
            self.can_mail = link_mail.can_mail()
        async for _ in live.changes(self):
            await self._load()

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def search(self, q: str) -> Any:
        """Put the search into the address; the page then loads anew from there."""
        self.q = q
        return rx.redirect(routes.with_query(routes.USERS, q=q), replace=True)

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def clear(self) -> Any:
        """Take the search away."""
        return rx.redirect(routes.USERS)

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def open_invite(self) -> None:
        """Open the empty form."""
        self.errors, self.role, self.busy = dict.fromkeys(_FIELDS, ""), Role.VIEWER.value, False
        self.is_inviting = True

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def set_inviting(self, is_open: bool) -> None:
        """Close the form; a forged `True` opens nothing."""
        self.is_inviting = self.is_inviting and bool(is_open)

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def choose_role(self, role: str) -> None:
        """Choose what the invited person may do."""
        self.role = role

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def invite(self, form: dict[str, Any]) -> Any:
        """Make the invitation and show its link, this once."""
        if not self.is_inviting:  # the second half of a double click
            return
        self.busy = True
        yield
        email = str(form.get("invite_email", ""))
        try:
            made = await links.invite(actor(), email=email, role=self.role)
        except AppError as error:
            found = feedback.errors_of(error)
            known = {name: found.pop(name, "") for name in _FIELDS if name}
            self.errors, self.busy = known | {"": " ".join(found.values())}, False
            yield show_first_error()
            return
        self.is_inviting = self.busy = False
        yield say_once(LINK_PLACE, made.url)
        yield said_of(made)

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def invite_again(self, email: str, role: str) -> Any:
        """Put a newer link in place of an invitation's."""
        made = await links.invite(actor(), email=email, role=role)
        return [say_once(LINK_PLACE, made.url), said_of(made)]

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def withdraw(self, email: str) -> Any:
        """Make an invitation worthless."""
        await links.withdraw(actor(), email=email)
        return feedback.done(f"The invitation of {email} is withdrawn.")

    async def _load(self) -> None:
        try:
            request = PageRequest(limit=MAX_LIMIT)
            page = await people.list_page(actor(), request, q=self.q)
            waiting = await links.list_invitations(actor())
        except AppError as error:
            async with self:
                self.problem, self.list_state = feedback.sentence(error), list_state.FAILED
            return
        lines = [person_line(row, you=actor().id) for row in page.items]
        invited = [_invitation_line(row) for row in waiting]
        shown = list_state.READY if lines else list_state.NO_MATCH
        if (lines, invited, shown) != (self.lines, self.invitations, self.list_state):
            async with self:
                self.lines, self.invitations, self.list_state = lines, invited, shown


def said_of(link: Link) -> rx.event.EventSpec:
    """Return the toast that says what became of a link's e-mail."""
    if link.mailed == link_mail.SENT:
        return feedback.done(f"The link was sent to {link.email}.")
    if link.mailed:
        text = f"The e-mail could not be sent: {link.mailed} Hand the link over."
        return browser.toast(text, level="warning")
    return feedback.done("The link is ready. Hand it over: it is shown this once.")


def person_line(row: PersonRow, *, you: str) -> PersonLine:
    """Return what the list shows of one person."""
    return PersonLine(
        id=row.id,
        email=row.email,
        role=row.role,
        second_step=row.second_step,
        sessions=row.sessions,
        last_signed_in_at=row.last_signed_in_at.isoformat() if row.last_signed_in_at else "",
        is_off=row.disabled_at is not None,
        is_you=row.id == you,
    )


def _invitation_line(row: InvitationRow) -> InvitationLine:
    return InvitationLine(
        email=row.email,
        role=row.role,
        made_by=row.made_by,
        expires_at=row.expires_at.isoformat(),
    )
