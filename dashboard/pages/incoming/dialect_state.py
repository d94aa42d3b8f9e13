"""The partner's dialect in the form of an incoming URL: his parameters and his words."""

from dataclasses import replace
from typing import Any

import reflex as rx

from dashboard.pages.incoming.draft import ParameterLine, WordLine
from dashboard.session import guarded
from services.actor import Right
from services.catalog.incoming_urls import TRANSLATED

_MOST_WORDS = 100
_MOST_CHARACTERS = 300


class IncomingUrlDialect(rx.State, mixin=True):
    """The rows of parameters and of words.

    The form that takes them in has `_touch()`, which marks it as changed, and `_some_event()`.
    """

    parameters: list[ParameterLine] = rx.field(default_factory=list)
    words: list[WordLine] = rx.field(default_factory=list)

    _number: int = 0

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def use(self, ours: str, is_used: bool) -> None:
        """Take a parameter into the URL, or out of it."""
        self._change_parameter(ours, is_used=bool(is_used))

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_theirs(self, ours: str, theirs: str) -> None:
        """Take the partner's name of a parameter."""
        self._change_parameter(ours, theirs=theirs[:_MOST_CHARACTERS])

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_value(self, ours: str, value: str) -> None:
        """Take what the partner's system puts in place."""
        self._change_parameter(ours, value=value[:_MOST_CHARACTERS])

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def add_word(self, field: str) -> None:
        """Offer one more word of the partner's own."""
        if field in TRANSLATED and len(self.words) < _MOST_WORDS:
            self._number += 1
            ours = self._some_event() if field == "event" else "approved"
            self.words = [*self.words, WordLine(f"new-{self._number}", field, "", ours)]

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_word(self, key: str, theirs: str) -> None:
        """Take the partner's word."""
        self._change_word(key, theirs=theirs[:_MOST_CHARACTERS])

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_meaning(self, key: str, ours: str) -> None:
        """Take what a word means."""
        self._change_word(key, ours=ours[:_MOST_CHARACTERS])

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def remove_word(self, key: str) -> None:
        """Take a word away."""
        self.words = [line for line in self.words if line.key != key]
        self._touch()

    def _change_parameter(self, ours: str, **changes: Any) -> None:
        lines = [
            replace(line, **changes) if line.ours == ours else line for line in self.parameters
        ]
        # A field that is left says its value once more than the pause in typing does.
        if lines != self.parameters:
            self.parameters = lines
            self._touch()

    def _change_word(self, key: str, **changes: Any) -> None:
        words = [replace(line, **changes) if line.key == key else line for line in self.words]
        if words != self.words:
            self.words = words
            self._touch()
