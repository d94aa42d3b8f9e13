"""The names of the test receiver: list, create, delete."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from dashboard import feedback, live, routes
from dashboard.components import browser, list_state
from dashboard.session import actor, guarded
from services.actor import Right
from services.delivery import test_receiver
from services.errors import AppError


@dataclass(frozen=True, slots=True)
class ReceiverLine:
    """One name on screen; `url` has the origin that the person uses."""

    name: str
    href: str
    url: str
    calls: int
    last_call_at: str


class TestReceiverState(rx.State):
    """All names and the form for a new one."""

    __test__ = False  # pytest takes every Test… for a test

    lines: list[ReceiverLine] = rx.field(default_factory=list)
    list_state: str = list_state.LOADING
    problem: str = ""
    name_error: str = ""
    may_edit: bool = False

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show the names, and again after every change."""
        async with self:
            self.name_error = ""
            self.may_edit = Right.SEND_TESTS in actor().rights
            origin = self.router.url.origin
        async for _ in live.changes(self):
            await self._load(origin)

    @rx.event
    @guarded(Right.SEND_TESTS)
    async def create(self, form: dict[str, Any]) -> Any:
        """Create a name and open its page."""
        name = str(form.get("receiver_name", "")).strip()
        try:
            row = await test_receiver.create_name(actor(), name)
        except AppError as error:
            errors = feedback.errors_of(error)
            self.name_error = errors.get("name", "") or feedback.sentence(error)
            return None
        self.name_error = ""
        return rx.redirect(str(routes.test_receiver(row.name)))

    @rx.event
    @guarded(Right.SEND_TESTS)
    async def delete(self, name: str) -> Any:
        """Delete a name with its calls."""
        await test_receiver.delete_name(actor(), str(name))
        return feedback.done(f"Deleted “{name}”.")

    @rx.event
    @guarded(Right.READ)
    async def retry(self) -> Any:
        """Load the page again after a failure."""
        self.list_state = list_state.LOADING
        return browser.reload()

    async def _load(self, origin: str) -> None:
        try:
            rows = await test_receiver.list_names(actor())
        except AppError as error:
            async with self:
                self.problem, self.list_state = feedback.sentence(error), list_state.FAILED
            return
        lines = [
            ReceiverLine(
                name=row.name,
                href=str(routes.test_receiver(row.name)),
                url=origin + row.path,
                calls=row.calls,
                last_call_at=row.last_call_at.isoformat() if row.last_call_at else "",
            )
            for row in rows
        ]
        shown = list_state.READY if lines else list_state.EMPTY
        if (lines, shown) != (self.lines, self.list_state):
            async with self:
                self.lines, self.list_state = lines, shown
