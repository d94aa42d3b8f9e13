"""The dialog that captures a lead by hand."""

from typing import Any

import reflex as rx

from dashboard import feedback, routes
from dashboard.components.first_error import show_first_error
from dashboard.components.lead_fields import (
    EDITABLE,
    FREE,
    is_folded,
    no_errors,
    read_free_fields,
    sorted_errors,
)
from dashboard.pages.leads.state import LeadsState
from dashboard.session import actor, guarded
from models.words import LeadSource
from services.actor import Right
from services.errors import AppError, InvalidInput
from services.intake import leads

_OWN_ERRORS = ("campaign", "transaction_id")


class CaptureState(rx.State):
    """The form for a new lead; what is typed stays in the browser until it is saved."""

    is_open: bool = False
    campaign: str = ""
    busy: bool = False
    errors: dict[str, str] = no_errors(*_OWN_ERRORS)
    free: list[tuple[str, str]] = rx.field(default_factory=lambda: [("", "")])
    is_unfolded: bool = False
    first_lead: str = ""
    """The lead that has the transaction id already."""
    first_name: str = ""
    differs: str = ""

    @rx.event
    @guarded(Right.CAPTURE_LEADS)
    async def open_form(self) -> None:
        """Open the empty form, for the campaign that the list is filtered by."""
        page = await self.get_state(LeadsState)
        known = [key for key, _ in page.open_campaigns]
        only = known[0] if len(known) == 1 else ""
        self.reset()
        self.campaign = page.campaign if page.campaign in known else only
        self.is_open = True

    @rx.event
    @guarded(Right.READ)
    async def set_open(self, is_open: bool) -> None:
        """Close the form; a forged `True` opens nothing."""
        self.is_open = self.is_open and bool(is_open)

    @rx.event
    @guarded(Right.CAPTURE_LEADS)
    async def choose_campaign(self, key: str) -> None:
        """Remember the campaign that was chosen."""
        self.campaign = str(key)

    @rx.event
    @guarded(Right.CAPTURE_LEADS)
    async def add_free_field(self) -> None:
        """Offer one more free field."""
        if len(self.free) < 100:
            self.free = [*self.free, ("", "")]
        self.is_unfolded = True

    @rx.event
    @guarded(Right.CAPTURE_LEADS)
    async def save(self, form: dict[str, Any]) -> Any:
        """Capture the lead and go to it; wrong fields get their sentences."""
        if not self.is_open:  # the second half of a double click
            return
        self.busy, self.first_lead = True, ""
        yield
        try:
            created = await leads.create(actor(), _read(form), source=LeadSource.MANUAL)
        except AppError as error:
            self.errors = sorted_errors(feedback.errors_of(error), *_OWN_ERRORS)
            self.is_unfolded = self.is_unfolded or is_folded(self.errors)
            self.busy = False
            yield show_first_error()
            return
        self.errors, self.busy = no_errors(*_OWN_ERRORS), False
        lead = created.lead
        if created.is_new:
            self.is_open = False
            yield rx.redirect(routes.lead(lead.id))
            yield feedback.done("Captured the lead.")
            return
        self.first_lead = lead.id
        self.first_name = lead.full_name or lead.email or lead.id
        self.differs = ", ".join(name.replace("_", " ") for name in created.differs)
        yield show_first_error()


def _read(form: dict[str, Any]) -> dict[str, object]:
    fields, problem = read_free_fields(form)
    if problem:
        raise InvalidInput({FREE: problem})
    names = ("campaign", "transaction_id", *EDITABLE)
    data: dict[str, object] = {
        name: text for name in names if (text := str(form.get(name, "")).strip())
    }
    given = {name: value for name, value in fields.items() if value}
    return data | ({FREE: given} if given else {})
