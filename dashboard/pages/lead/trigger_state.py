"""The dialog that fires an event for a lead by hand."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import reflex as rx

from dashboard import feedback, routes, session
from dashboard.components.first_error import show_first_error
from dashboard.components.linked_toast import linked_toast
from dashboard.pages.lead.trigger_draft import (
    FIELDS,
    CallLine,
    FieldLine,
    OptionLine,
    custom_values,
    field_line,
    given_values,
    option_line,
    read_form,
    sent_words,
    sentences_of,
)
from dashboard.session import SessionState, actor, guarded
from models.words import Source
from services.actor import Right
from services.errors import AppError, InvalidInput
from services.intake import triggering
from services.intake.contract import Duplicate, Recorded
from services.intake.recording import record_event
from services.intake.triggering import TriggerOption


class TriggerState(rx.State):
    """The form: what can fire, what it would cause, and what came of it."""

    is_open: bool = False
    busy: bool = False
    ticket: str = ""
    """Good for one firing: the second half of a double click comes with a used one."""
    options: list[OptionLine] = rx.field(default_factory=list)
    can_any: bool = False
    event: str = ""
    is_conversion: bool = False
    is_affiliate_conversion: bool = False
    description: str = ""
    fields: list[FieldLine] = rx.field(default_factory=list)
    calls: list[CallLine] = rx.field(default_factory=list)
    previews: bool = False
    """Whether `calls` belongs to what is in the form now."""
    errors: dict[str, str] = dict.fromkeys((*FIELDS, ""), "")
    duplicate_href: str = ""

    _lead_id: str = ""
    _amount: str = ""
    _currency: str = ""
    _order_id: str = ""
    _custom: dict[str, str] = rx.field(default_factory=dict)

    @rx.event
    @guarded(Right.RECORD_EVENTS)
    async def open_form(self) -> None:
        """Open the empty form with the events as they can fire now."""
        lead_id = self.lead_id
        found = await triggering.options(actor(), lead_id)
        self.reset()
        self._lead_id = lead_id
        self._offer(found)
        self.ticket = secrets.token_hex(8)
        self.is_open = True

    @rx.event
    @guarded(Right.READ)
    async def set_open(self, is_open: bool) -> None:
        """Close the form; a forged `True` opens nothing."""
        self.is_open = self.is_open and bool(is_open)

    @rx.event
    @guarded(Right.RECORD_EVENTS)
    async def choose(self, event: str) -> None:
        """Show what firing this event would cause."""
        self.event = str(event)
        self.duplicate_href = ""
        self.fields, self._custom = [], {}
        self._show({})
        found = await triggering.options(actor(), self._lead_id)
        self._offer(found)
        chosen = next((option for option in found if option.name == self.event), None)
        self.is_conversion = chosen is not None and chosen.is_conversion
        self.is_affiliate_conversion = chosen is not None and chosen.is_affiliate_conversion
        self.description = chosen.description if chosen else ""
        self.fields = [field_line(row) for row in chosen.fields] if chosen else []
        await self._preview()

    @rx.event
    @guarded(Right.RECORD_EVENTS)
    async def type_amount(self, amount: str) -> None:
        """Show the calls with this amount."""
        self._amount = str(amount)
        await self._preview()

    @rx.event
    @guarded(Right.RECORD_EVENTS)
    async def type_currency(self, currency: str) -> None:
        """Show the calls with this currency."""
        self._currency = str(currency)
        await self._preview()

    @rx.event
    @guarded(Right.RECORD_EVENTS)
    async def type_order_id(self, order_id: str) -> None:
        """Show the calls with this order id."""
        self._order_id = str(order_id)
        await self._preview()

    @rx.event
    @guarded(Right.RECORD_EVENTS)
    async def type_field(self, name: str, value: str) -> None:
        """Show the calls with this value of a custom field."""
        if any(field.name == name for field in self.fields):
            self._custom[name] = value
            await self._preview()

    @rx.event
    @guarded(Right.RECORD_EVENTS)
    async def fire(self, form: dict[str, Any]) -> Any:
        """Record the event once; a refusal is said in words, and what was typed stays."""
        if not self.is_open or not self.ticket or form.get("ticket") != self.ticket:
            return
        # Used up before anything is awaited, so that no other run can come by here with it.
        self.ticket = ""
        self.busy, self.duplicate_href = True, ""
        self._show({})
        yield
        try:
            zone = session.current_zone(await self.get_state(SessionState))
            payload, problems = read_form(form, zone, self._field_names())
            if problems:
                raise InvalidInput(await self._problems_of(payload) | problems)
            payload["lead_id"] = self._lead_id
            answer = await record_event(actor(), payload, source=Source.MANUAL)
        except AppError as error:
            self._try_again(feedback.errors_of(error))
            yield show_first_error()
            return
        if isinstance(answer, Recorded):
            self.busy = self.is_open = False
            yield linked_toast(
                f"Fired “{payload['event']}”.",
                details=sent_words(answer.deliveries),
                label="View log entry",
                href=str(routes.log_entry(answer.event_id)),
            )
        elif isinstance(answer, Duplicate):
            self._try_again({})
            self.duplicate_href = str(routes.log_entry(answer.event_id))
            self._offer(await triggering.options(actor(), self._lead_id))
            yield show_first_error()
        else:
            self._try_again(sentences_of(answer))
            yield show_first_error()

    async def _preview(self) -> None:
        given = {"amount": self._amount, "currency": self._currency, "order_id": self._order_id}
        values: dict[str, Any] = given_values(given) | {"event": self.event}
        if custom := custom_values(self._custom):
            values["fields"] = custom
        self.previews = False
        if not self.event:
            self.calls = []
            return
        try:
            lines = await triggering.what_it_sends(actor(), self._lead_id, values)
        except InvalidInput:
            return  # half typed: the sentence comes with the confirmation
        self._show({})
        self.calls = [CallLine(line.method, line.url, line.not_sent) for line in lines]
        self.previews = True

    async def _problems_of(self, payload: dict[str, Any]) -> dict[str, str]:
        """Return what else is wrong, so that every wrong field gets its sentence at once."""
        try:
            await triggering.what_it_sends(actor(), self._lead_id, payload)
        except InvalidInput as error:
            return error.fields
        return {}

    def _offer(self, found: list[TriggerOption]) -> None:
        self.options = [option_line(option, datetime.now(UTC)) for option in found]
        self.can_any = any(not option.reason for option in found)

    def _try_again(self, errors: dict[str, str]) -> None:
        self.busy = False
        self.ticket = secrets.token_hex(8)
        self._show(errors)

    def _show(self, found: dict[str, str]) -> None:
        errors = dict.fromkeys((*FIELDS, ""), "")
        custom = {name: found.get(f"fields.{name}", "") for name in self._field_names()}
        for name, sentence in found.items():
            if name.startswith("fields.") and custom.get(name.removeprefix("fields.")):
                continue  # it stands at its own field
            place = name if name in errors else ""
            errors[place] = f"{errors[place]} {sentence}".strip()
        if errors != self.errors:
            self.errors = errors
        fields = [replace(field, error=custom[field.name]) for field in self.fields]
        if fields != self.fields:
            self.fields = fields

    def _field_names(self) -> list[str]:
        return [field.name for field in self.fields]
