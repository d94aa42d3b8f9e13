"""The dialog that erases the person behind a lead."""

from typing import Any

import reflex as rx

from dashboard import feedback
from dashboard.session import actor, guarded
from services.actor import Right
from services.errors import AppError, Conflict
from services.intake import erasure


class EraseState(rx.State):
    """The question, and what stands in the way."""

    is_open: bool = False
    busy: bool = False
    problem: str = ""
    waits: bool = False
    """Whether deliveries stand in the way that the person may give up."""

    _id: str = ""

    @rx.event
    @guarded(Right.ERASE_LEADS)
    async def open_form(self) -> None:
        """Ask about the lead of the page."""
        self._id = self.lead_id
        self.problem, self.waits, self.busy = "", False, False
        self.is_open = True

    @rx.event
    @guarded(Right.ERASE_LEADS)
    async def set_open(self, is_open: bool) -> None:
        """Close the dialog; a forged `True` opens nothing."""
        self.is_open = self.is_open and bool(is_open)

    @rx.event
    @guarded(Right.ERASE_LEADS)
    async def confirm(self) -> Any:
        """Erase the lead; deliveries that wait are given up only after they were named."""
        if not self.is_open or self.busy:
            return
        give_up, self.busy, self.problem = self.waits, True, ""
        yield
        try:
            await erasure.erase(actor(), self._id, cancel_waiting=give_up)
        except AppError as error:
            self.busy, self.problem = False, feedback.sentence(error)
            self.waits = isinstance(error, Conflict) and error.code == "deliveries_waiting"
            return
        self.is_open = self.busy = False
        yield feedback.done("Erased the lead.")
