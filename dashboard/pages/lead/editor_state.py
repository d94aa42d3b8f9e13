"""The dialog that changes a lead's details."""

from typing import Any

import reflex as rx

from dashboard import feedback
from dashboard.components.first_error import show_first_error
from dashboard.components.lead_fields import (
    EDITABLE,
    FREE,
    SUBS,
    is_folded,
    no_errors,
    read_free_fields,
    sorted_errors,
)
from dashboard.session import actor, guarded
from services.actor import Right
from services.catalog import affiliates
from services.errors import AppError, InvalidInput
from services.intake import leads
from services.intake.leads import LeadRow
from services.paging import MAX_LIMIT, PageRequest


class LeadEditorState(rx.State):
    """The details as they were when the form was opened; what is typed stays in the browser."""

    is_open: bool = False
    busy: bool = False
    values: dict[str, str] = dict.fromkeys(EDITABLE, "")
    errors: dict[str, str] = no_errors()
    free: list[tuple[str, str]] = rx.field(default_factory=list)
    is_unfolded: bool = False
    affiliates: list[tuple[str, str]] = rx.field(default_factory=list)

    _id: str = ""
    _version: int = 0
    _free_before: dict[str, str] = rx.field(default_factory=dict)

    @rx.event
    @guarded(Right.CAPTURE_LEADS)
    async def open_form(self) -> None:
        """Open the form with the lead as it is now."""
        row = await leads.get(actor(), self.lead_id)
        self.affiliates = await _affiliates(row)
        self.values = _values(row)
        self._free_before = dict(row.fields)
        self.free = [*row.fields, ("", "")]
        self._id, self._version = row.id, row.version
        self.errors, self.is_unfolded, self.busy = no_errors(), False, False
        self.is_open = True

    @rx.event
    @guarded(Right.READ)
    async def set_open(self, is_open: bool) -> None:
        """Close the form; a forged `True` opens nothing."""
        self.is_open = self.is_open and bool(is_open)

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
        """Store what differs; wrong fields get their sentences, and what was typed stays."""
        if not self.is_open:  # the second half of a double click
            return
        self.busy = True
        yield
        try:
            changes = self._changes(form)
            if changes:
                await leads.update_details(actor(), self._id, changes, if_match=self._version)
        except AppError as error:
            self.errors = sorted_errors(feedback.errors_of(error))
            self.is_unfolded = self.is_unfolded or is_folded(self.errors)
            self.busy = False
            yield show_first_error()
            return
        self.is_open = self.busy = False
        yield feedback.done("Saved the lead.")

    def _changes(self, form: dict[str, Any]) -> dict[str, object]:
        changes: dict[str, object] = {}
        for name, before in self.values.items():
            typed = str(form.get(name, before)).strip()
            if typed != before.strip():
                changes[name] = typed
        typed_fields, problem = read_free_fields(form)
        if problem:
            raise InvalidInput({FREE: problem})
        before_fields = self._free_before
        fields: dict[str, str | None] = {
            name: value or None
            for name, value in typed_fields.items()
            if value != before_fields.get(name, "")
        }
        # A field whose name was taken away or changed goes.
        fields |= {name: None for name in before_fields if name not in typed_fields}
        if fields:
            changes[FREE] = fields
        return changes


async def _affiliates(row: LeadRow) -> list[tuple[str, str]]:
    page = await affiliates.list_page(actor(), PageRequest(limit=MAX_LIMIT))
    found = [(each.key, each.name) for each in page.items]
    known = {key for key, _ in found}
    if row.affiliate and row.affiliate not in known:  # archived since
        found.append((row.affiliate, row.affiliate_name or row.affiliate))
    return found


def _values(row: LeadRow) -> dict[str, str]:
    subs = dict(zip(SUBS, row.subs, strict=True))
    values = {name: getattr(row, name) for name in EDITABLE if name not in subs}
    return {name: text or "" for name, text in (values | subs).items()}
