"""The dialog that changes an event's conversion status."""

from typing import Any

import reflex as rx

from dashboard import feedback
from dashboard.components.first_error import show_first_error
from dashboard.session import actor, guarded
from models.words import Source
from services.actor import Right
from services.errors import AppError
from services.intake import status_changes


class StatusState(rx.State):
    """The form, and what is wrong with it."""

    is_open: bool = False
    busy: bool = False
    to_error: str = ""
    reason_error: str = ""
    problem: str = ""

    _event_id: str = ""

    @rx.event
    @guarded(Right.RECORD_EVENTS)
    async def open_form(self) -> None:
        """Open the empty form for the event in the address."""
        actor().require(Right.RECORD_EVENTS)
        self.reset()
        self._event_id = str(self.event_id)
        self.is_open = True

    @rx.event
    @guarded(Right.READ)
    async def set_open(self, is_open: bool) -> None:
        """Close the form; a forged `True` opens nothing."""
        self.is_open = self.is_open and bool(is_open)

    @rx.event
    @guarded(Right.RECORD_EVENTS)
    async def save(self, form: dict[str, Any]) -> Any:
        """Change the status; a refusal is said in words, and what was typed stays."""
        if not self.is_open:  # the second half of a double click
            return
        self.busy = True
        self._show({})
        yield
        try:
            changed = await status_changes.change(
                actor(),
                self._event_id,
                to=str(form.get("to", "")),
                reason=str(form.get("reason", "")),
                source=Source.MANUAL,
            )
        except AppError as error:
            self.busy = False
            self._show(feedback.errors_of(error))
            yield show_first_error()
            return
        self.is_open = self.busy = False
        calls = changed.deliveries
        sent = f" {calls} postback{'s' if calls != 1 else ''} on the way." if calls else ""
        yield feedback.done(f"The conversion status is “{_word(changed.to_status)}” now.{sent}")

    def _show(self, errors: dict[str, str]) -> None:
        self.to_error = errors.pop("to", "")
        self.reason_error = errors.pop("reason", "")
        self.problem = " ".join(errors.values())


def _word(status: str) -> str:
    return status.replace("_", " ")
