"""The rows of headers and secrets in the postback editor, and the macros that fields offer."""

from dataclasses import replace
from typing import Any

import reflex as rx

from dashboard.pages.postback.lines import (
    HeaderLine,
    MacroEntry,
    SecretLine,
    lints_of,
    picker_entries,
    secret_entries,
)
from dashboard.session import guarded
from services.actor import Right
from services.catalog.known_fields import KnownField
from services.macros import Position


class PostbackRows(rx.State, mixin=True):
    """What can be added to a postback any number of times.

    The form that takes the rows in has `_touch(field)`, which marks it as changed, and `campaign`.
    """

    headers: list[HeaderLine] = rx.field(default_factory=list)
    secrets: list[SecretLine] = rx.field(default_factory=list)
    macros: list[MacroEntry] = rx.field(default_factory=list)
    header_macros: list[MacroEntry] = rx.field(default_factory=list)

    _number: int = 0
    _secret_values: dict[str, str] = rx.field(default_factory=dict)
    _stored_secrets: list[str] = rx.field(default_factory=list)
    _lead_fields: dict[str, str] = rx.field(default_factory=dict)
    _custom_fields: list[KnownField] = rx.field(default_factory=list)

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def add_header(self) -> None:
        """Add an empty header row."""
        self.headers = [*self.headers, HeaderLine(key=self._next_key())]

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_header_name(self, key: str, name: str) -> None:
        """Take a header's name."""
        self._change_header(key, name=str(name), error="")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_header_value(self, key: str, value: str) -> None:
        """Take a header's value and lint it."""
        text = str(value)
        self._change_header(key, value=text, lints=lints_of(text, Position.HEADER), error="")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def remove_header(self, key: str) -> None:
        """Take a header row away."""
        self.headers = [row for row in self.headers if row.key != key]
        self._touch("headers")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def add_secret(self) -> None:
        """Add an empty row for a secret."""
        self.secrets = [*self.secrets, SecretLine(key=self._next_key(), is_replacing=True)]

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_secret_name(self, key: str, name: str) -> None:
        """Take the name by which headers refer to a secret."""
        self._change_secret(key, name=str(name).strip(), error="")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_secret_value(self, key: str, value: str) -> None:
        """Keep a secret's value on the server; it is never sent back."""
        self._secret_values = {**self._secret_values, str(key): str(value)}
        self._change_secret(key, error="")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def replace_secret(self, key: str, is_replacing: bool) -> None:
        """Open the field for another value, or keep the stored one after all."""
        self._secret_values = {k: v for k, v in self._secret_values.items() if k != key}
        self._change_secret(key, is_replacing=bool(is_replacing), error="")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def remove_secret(self, key: str) -> None:
        """Take a secret away; the stored one goes with the next Save."""
        self._secret_values = {k: v for k, v in self._secret_values.items() if k != key}
        self.secrets = [row for row in self.secrets if row.key != key]
        self._touch("secrets")
        self._list_macros()

    def _change_header(self, key: str, **changes: Any) -> None:
        self.headers = [replace(row, **changes) if row.key == key else row for row in self.headers]
        self._touch("headers")

    def _change_secret(self, key: str, **changes: Any) -> None:
        self.secrets = [replace(row, **changes) if row.key == key else row for row in self.secrets]
        self._touch("secrets")
        self._list_macros()

    def _list_macros(self) -> None:
        self.macros = picker_entries(
            self._lead_fields,
            [each for each in self._custom_fields if self.campaign in {"", *each.campaigns}],
        )
        self.header_macros = [
            *secret_entries([row.name for row in self.secrets]),
            *self.macros,
        ]

    def _next_key(self) -> str:
        self._number += 1
        return f"row{self._number}"
