"""The custom fields of one event in one campaign: the table and the dialogs."""

from dataclasses import dataclass
from typing import Any, Final

import reflex as rx

from dashboard import feedback, live
from dashboard.components import browser
from dashboard.components.first_error import show_first_error
from dashboard.pages.campaign.state import EVENT_MANAGER
from dashboard.session import actor, guarded
from models.words import FieldType
from services.actor import Right
from services.catalog import custom_fields
from services.catalog.custom_fields import CustomFieldRow
from services.errors import AppError, NotFound

NO_ERRORS: Final = {"name": "", "type": "", "help_text": "", "example": "", "": ""}

UP, DOWN = "up", "down"

_TYPES: Final = {FieldType.TEXT: "Text", FieldType.NUMBER: "Number", FieldType.DATE: "Date"}


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One custom field on screen."""

    name: str
    macro: str
    type: str
    required: bool
    help_text: str
    example: str
    is_first: bool
    is_last: bool


class CustomFieldsState(rx.State):
    """The fields in their order, the form for one of them, and the question before it goes."""

    lines: list[FieldLine] = rx.field(default_factory=list)

    is_open: bool = False
    is_new: bool = True
    busy: bool = False
    opened: int = 0
    """Counts how often the form was filled, so that the browser takes the values over anew."""
    name: str = ""
    suggestion: str = ""
    type: str = FieldType.TEXT
    required: bool = False
    help_text: str = ""
    example: str = ""
    errors: dict[str, str] = NO_ERRORS
    renamed_from: str = ""
    """The stored name of the field in the form, where it has another name there."""

    is_asking: bool = False
    asked_about: str = ""

    _key: str = ""
    _event: str = ""
    _edited: str = ""
    _replaced: str = ""
    """The name that a suggestion took the place of; a form that is slow may still send it."""
    _version: int = 0

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show the fields of the event in the address, and again after every change."""
        query = self.router.url.query_parameters
        key, event = str(self.campaign_key), query.get("event", "")
        if query.get("part", "") != EVENT_MANAGER or not event:
            return
        async with self:
            if (key, event) != (self._key, self._event):
                self.reset()
                self._key, self._event = key, event
        async for _ in live.changes(self):
            try:
                lines = _lines(await custom_fields.list_for(actor(), key, event))
            except NotFound:  # what else the page shows says so
                continue
            if lines != self.lines:
                async with self:
                    self.lines = lines

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def open_new(self) -> None:
        """Open the empty form."""
        self._open(None)

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def open_edit(self, name: str) -> None:
        """Open the form of a field, as it is now."""
        rows = await custom_fields.list_for(actor(), self._key, self._event)
        row = next((each for each in rows if each.name == name), None)
        if row is None:
            raise NotFound("custom field", name)
        self._open(row)

    @rx.event
    @guarded(Right.READ)
    async def set_open(self, is_open: bool) -> None:
        """Close the form; a forged `True` opens nothing."""
        self.is_open = self.is_open and bool(is_open)

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_name(self, name: str) -> None:
        """Take the name, and offer one that fits."""
        self.name, self._replaced = name, ""
        suggestion = custom_fields.suggest_name(name[:200])
        self.suggestion = suggestion if suggestion != name else ""
        self.renamed_from = self._edited if self._edited != name else ""
        self.errors = self.errors | {"name": ""}

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def use_suggestion(self) -> None:
        """Take the name that fits."""
        self._replaced = self.name
        self.name, self.suggestion = self.suggestion, ""
        self.errors = self.errors | {"name": ""}

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_type(self, kind: str) -> None:
        """Take the type."""
        self.type = kind
        self.errors = self.errors | {"type": "", "example": ""}

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_required(self, is_on: bool) -> None:
        """Take the switch."""
        self.required = bool(is_on)

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def save(self, form: dict[str, Any]) -> Any:
        """Store the field; wrong parts get their sentences, and what was typed stays."""
        if not self.is_open:  # the second half of a double click
            return
        name = str(form.get("field_name", ""))
        data = {
            "name": self.name if self._replaced and name == self._replaced else name.strip(),
            "type": self.type,
            "required": self.required,
            "help_text": str(form.get("field_help", "")),
            "example": str(form.get("field_example", "")).strip(),
        }
        self.busy = True
        yield
        place = (actor(), self._key, self._event)
        try:
            if self.is_new:
                row = await custom_fields.create(*place, data)
            else:
                row = await custom_fields.update(*place, self._edited, data, if_match=self._version)
        except AppError as error:
            self._say(feedback.errors_of(error))
            yield show_first_error()
            return
        self.busy = self.is_open = False
        self.lines = _lines(await custom_fields.list_for(*place))
        yield feedback.done(f"{'Added' if self.is_new else 'Saved'} “{row.name}”.")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def move(self, name: str, way: str) -> Any:
        """Put a field one place `up` or `down`."""
        place = (actor(), self._key, self._event)
        names = [row.name for row in await custom_fields.list_for(*place)]
        if name not in names:
            return None
        old = names.index(name)
        new = min(max(old + (-1 if way == UP else 1), 0), len(names) - 1)
        names.insert(new, names.pop(old))
        self.lines = _lines(await custom_fields.reorder(*place, names))
        return _focus_again(name, DOWN if new == 0 else UP if new == len(names) - 1 else way)

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def ask(self, name: str) -> None:
        """Open the question before a field is removed."""
        self.asked_about, self.is_asking = name, True

    @rx.event
    @guarded(Right.READ)
    async def set_asking(self, is_asking: bool) -> None:
        """Follow the dialog, which closes by Esc too."""
        self.is_asking = bool(is_asking)

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def remove(self) -> Any:
        """Remove the field that was asked about."""
        self.is_asking = False
        place = (actor(), self._key, self._event)
        await custom_fields.delete(*place, self.asked_about)
        self.lines = _lines(await custom_fields.list_for(*place))
        return feedback.done(f"Removed “{self.asked_about}”.")

    def _open(self, row: CustomFieldRow | None) -> None:
        self.is_new = row is None
        self._edited = self.name = row.name if row else ""
        self._version = row.version if row else 0
        self.type = row.type if row else FieldType.TEXT
        self.required = bool(row and row.required)
        self.help_text = row.help_text if row else ""
        self.example = row.example if row else ""
        self.suggestion = self.renamed_from = self._replaced = ""
        self.errors, self.busy = dict(NO_ERRORS), False
        self.opened += 1
        self.is_open = True

    def _say(self, errors: dict[str, str]) -> None:
        known = {name: errors.pop(name, "") for name in NO_ERRORS if name}
        self.errors = known | {"": " ".join(errors.values())}
        self.busy = False


def _lines(rows: list[CustomFieldRow]) -> list[FieldLine]:
    return [
        FieldLine(
            name=row.name,
            macro=f"{{field:{row.name}}}",
            type=_TYPES[row.type],
            required=row.required,
            help_text=row.help_text,
            example=row.example,
            is_first=number == 0,
            is_last=number == len(rows) - 1,
        )
        for number, row in enumerate(rows)
    ]


def _focus_again(name: str, way: str) -> rx.event.EventSpec:
    """Put the focus on a button of the field that was moved: the move took it away."""
    return browser.focus(move_id(name, way))


def move_id(name: str | rx.Var[str], way: str) -> str | rx.Var[str]:
    """Return the id of the button that moves a field `up` or `down`."""
    return f"field-{way}-" + name
