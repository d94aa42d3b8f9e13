"""The dialog that makes a campaign or an affiliate, and changes its name."""

from typing import Any

import reflex as rx

from dashboard import feedback
from dashboard.components.banner import banner
from dashboard.components.button import button
from dashboard.components.confirm_dialog import dialog_actions, dialog_cancel, form_dialog
from dashboard.components.elements import SuggestedField
from dashboard.components.form_field import form_field, text_input
from dashboard.components.linked_toast import linked_toast
from dashboard.components.values import has_text, when
from dashboard.keyed_kind import Kind, new_label
from dashboard.session import actor, guarded
from services.actor import Right
from services.errors import AppError


class KeyedEditor(rx.State, mixin=True):
    """A new one, or the name of one that exists.

    A page's State is a `class X(KeyedEditor, rx.State)` that adds `_kind`.
    """

    is_open: bool = False
    is_new: bool = True
    name: str = ""
    key: str = ""
    busy: bool = False
    name_error: str = ""
    key_error: str = ""
    problem: str = ""

    _key_typed: bool = False
    _version: int = 0

    def _kind(self) -> Kind:
        """Return what is edited."""
        raise NotImplementedError

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def open_new(self) -> None:
        """Open the empty form."""
        self._open(is_new=True)

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def open_edit(self, key: str) -> None:
        """Open the form of one that exists, as it is now."""
        row = await self._kind().service.get(actor(), str(key))
        self._open(is_new=False)
        self.name, self.key, self._version = row.name, row.key, row.version

    @rx.event
    @guarded(Right.READ)
    async def set_open(self, is_open: bool) -> None:
        """Close the form; a forged `True` opens nothing."""
        self.is_open = self.is_open and bool(is_open)

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def suggest(self, name: str) -> None:
        """Make a key from the name, until somebody types one."""
        if self.is_new and not self._key_typed:
            self.key = self._kind().service.suggest_key(str(name)[:200])

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_key(self, key: str) -> None:
        """Keep the key that was typed; an empty one is suggested again."""
        self.key = str(key)[:200]
        self._key_typed = bool(self.key)

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def save(self, form: dict[str, Any]) -> Any:
        """Store the form; wrong fields get their sentences, and what was typed stays."""
        if not self.is_open:  # the second half of a double click
            return
        kind = self._kind()
        name = str(form.get(f"{kind.noun}_name", ""))
        self.busy = True
        yield
        try:
            if self.is_new:
                typed = str(form.get(f"{kind.noun}_key", ""))
                key = typed or kind.service.suggest_key(name[:200])
                row = await kind.service.create(actor(), {"key": key, "name": name})
            else:
                row = await kind.service.update(
                    actor(), self.key, {"name": name}, if_match=self._version
                )
        except AppError as error:
            self._show(feedback.errors_of(error))
            return
        self.is_open = self.busy = False
        if self.is_new:
            yield linked_toast(
                f"Created “{row.name}”.",
                label=f"Open {kind.noun}",
                href=str(kind.path_of(row.key)),
            )
        else:
            yield feedback.done(f"Saved “{row.name}”.")

    def _open(self, *, is_new: bool) -> None:
        self.is_open, self.is_new = True, is_new
        self.name = self.key = ""
        self._key_typed = False
        self._show({})

    def _show(self, errors: dict[str, str]) -> None:
        self.busy = False
        self.name_error = errors.pop("name", "")
        self.key_error = errors.pop("key", "")
        self.problem = " ".join(errors.values())


def new_button(state: type[KeyedEditor], kind: Kind) -> rx.Component:
    """Build the button that opens the empty form."""
    return button(new_label(kind), kind="primary", on_click=state.open_new)


def editor_dialog(state: type[KeyedEditor], kind: Kind) -> rx.Component:
    """Build the dialog for a new one and for another name."""
    name = f"{kind.noun}_name"
    return form_dialog(
        rx.el.form(
            when(has_text(state.problem), banner(state.problem, tone="bad")),
            form_field(
                "Name",
                text_input(
                    name=name,
                    default_value=state.name,
                    on_change=state.suggest.debounce(150),
                    placeholder=kind.example_name,
                    auto_complete="off",
                ),
                name=name,
                error=state.name_error,
            ),
            rx.cond(state.is_new, _key_field(state, kind), rx.fragment()),
            dialog_actions(
                dialog_cancel(),
                button("Save", kind="primary", submit=True, loading=state.busy),
            ),
            class_name="al-form",
            no_validate=True,
            on_submit=state.save,
        ),
        title=rx.cond(state.is_new, f"New {kind.noun}", f"Edit {kind.noun}"),
        description=rx.cond(
            state.is_new,
            kind.purpose,
            "The key stays as it is, because outside programs use it.",
        ),
        is_open=state.is_open,
        on_open_change=state.set_open,
        width="480px",
    )


def _key_field(state: type[KeyedEditor], kind: Kind) -> rx.Component:
    name = f"{kind.noun}_key"
    return form_field(
        "Key",
        SuggestedField.create(
            name=name,
            value=state.key,
            on_change=state.set_key,
            placeholder=kind.example_key,
            class_name="al-input al-mono",
        ),
        name=name,
        help_text="What programs call it by. It never changes afterwards.",
        error=state.key_error,
    )
