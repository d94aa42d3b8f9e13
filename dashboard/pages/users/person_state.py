"""The dialog for one person: what they may do, and ways in and out."""

from typing import Any

import reflex as rx

from dashboard import feedback
from dashboard.components.shown_once import say_once
from dashboard.pages.users.state import LINK_PLACE, PersonLine, UsersState, person_line, said_of
from dashboard.session import actor, guarded
from models.words import Role
from services.accounts import links, people
from services.actor import Right
from services.errors import AppError

_NOBODY = PersonLine(
    id="",
    email="",
    role=Role.VIEWER.value,
    second_step=False,
    sessions=0,
    last_signed_in_at="",
    is_off=False,
    is_you=False,
)


class PersonState(rx.State):
    """Who the dialog is about, and what went wrong."""

    is_open: bool = False
    person: PersonLine = _NOBODY
    role: str = Role.VIEWER.value
    problem: str = ""
    is_asking: bool = False
    """Whether to switch the person off is asked in the dialog itself."""

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def open_person(self, user_id: str) -> None:
        """Open the dialog for a person of the list."""
        listed = await self.get_state(UsersState)
        found = next((line for line in listed.lines if line.id == user_id), None)
        if found is not None:
            self.person, self.role, self.problem = found, found.role, ""
            self.is_open, self.is_asking = True, False

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def set_open(self, is_open: bool) -> None:
        """Close the dialog; a forged `True` opens nothing."""
        self.is_open = self.is_open and bool(is_open)

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def choose_role(self, role: str) -> None:
        """Choose another role; `save_role` stores it."""
        self.role, self.problem = role, ""

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def save_role(self) -> Any:
        """Let the person do more or less from now on."""
        try:
            row = await people.change_role(actor(), self.person.id, self.role)
        except AppError as error:
            self.problem, self.role = feedback.sentence(error), self.person.role
            return None
        self.person = person_line(row, you=actor().id)
        return feedback.done(f"{row.email} is {row.role} now.")

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def make_link(self) -> Any:
        """Make a link with which the person chooses another password."""
        try:
            made = await links.make_reset(actor(), self.person.id)
        except AppError as error:
            self.problem = feedback.sentence(error)
            return None
        self.is_open = False
        return [say_once(LINK_PLACE, made.url), said_of(made)]

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def sign_out(self) -> Any:
        """Sign the person out everywhere."""
        ended = await people.sign_out(actor(), self.person.id)
        self.is_open = False
        browsers = "1 browser" if ended == 1 else f"{ended} browsers"
        return feedback.done(f"{self.person.email} was signed out of {browsers}.")

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def remove_second_step(self) -> Any:
        """Let the person sign in by password alone."""
        row = await people.remove_second_step(actor(), self.person.id)
        self.person = person_line(row, you=actor().id)
        return feedback.done(f"{row.email} signs in by password alone now.")

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def ask_off(self) -> None:
        """Ask whether to switch the person off."""
        self.is_asking, self.problem = True, ""

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def keep_on(self) -> None:
        """Leave the person as they are."""
        self.is_asking = False

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def switch_off(self) -> Any:
        """Sign the person out and let them in no more."""
        self.is_asking = False
        try:
            row = await people.disable(actor(), self.person.id)
        except AppError as error:
            self.problem = feedback.sentence(error)
            return None
        self.is_open = False
        return feedback.done(f"{row.email} cannot sign in any more.")

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def switch_on(self) -> Any:
        """Let the person in again."""
        row = await people.enable(actor(), self.person.id)
        self.person = person_line(row, you=actor().id)
        return feedback.done(f"{row.email} can sign in again.")
