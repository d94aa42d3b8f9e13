"""What can be changed about a campaign or an affiliate: its name, and whether it is archived."""

from typing import Any

import reflex as rx

from dashboard import feedback
from dashboard.components.banner import banner
from dashboard.components.button import button
from dashboard.components.card import section
from dashboard.components.confirm_dialog import confirm_dialog
from dashboard.components.form_field import form_actions, form_field, text_input
from dashboard.components.values import has_text, when
from dashboard.keyed_kind import KeyedRow, Kind
from dashboard.keyed_record import KeyedRecord
from dashboard.locked import guarded_form
from dashboard.session import actor, guarded
from services.actor import Right
from services.errors import AppError, StaleVersion


class KeyedSettings(rx.State, mixin=True):
    """The name as it was when the form was opened, and what is wrong with the new one.

    A page's State is a `class X(KeyedSettings, rx.State)` that adds `_kind` and `_key`; the page
    adds `X.open_form` to its `on_load`.
    """

    name: str = ""
    opened: int = 0
    """Counts how often the form was filled, so that the browser takes the name over anew."""
    busy: bool = False
    name_error: str = ""
    problem: str = ""
    is_stale: bool = False

    _version: int = 0
    """Of the name in the form; a newer one elsewhere means that somebody was faster."""

    def _kind(self) -> Kind:
        """Return what is edited."""
        raise NotImplementedError

    def _key(self) -> str:
        """Return the key in the address."""
        raise NotImplementedError

    @rx.event
    @guarded(Right.READ)
    async def open_form(self) -> None:
        """Fill the form with what is stored now."""
        self._show({})
        try:
            row = await self._kind().service.get(actor(), self._key())
        except AppError:
            # The page itself says that there is none.
            return
        self._fill(row)

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def save(self, form: dict[str, Any]) -> Any:
        """Store the name; one that is wrong, or too late, gets its sentence and stays typed."""
        kind = self._kind()
        name = str(form.get(f"{kind.noun}_name", ""))
        self.busy = True
        yield
        try:
            row = await kind.service.update(
                actor(), self._key(), {"name": name}, if_match=self._version
            )
        except AppError as error:
            self._show(feedback.errors_of(error))
            self.is_stale = isinstance(error, StaleVersion)
            return
        self._show({})
        self.name, self._version = row.name, row.version
        if row.name != name:  # else the field stays as it is, with what was typed meanwhile
            self.opened += 1
        yield feedback.done(f"Saved “{row.name}”.")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def archive(self) -> Any:
        """Archive it."""
        row = await self._kind().service.archive(actor(), self._key())
        self._know(row)
        return feedback.done(f"Archived “{row.name}”.")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def restore(self) -> Any:
        """Bring the archived one back."""
        row = await self._kind().service.restore(actor(), self._key())
        self._know(row)
        return feedback.done(f"Restored “{row.name}”.")

    def _fill(self, row: KeyedRow) -> None:
        self.name, self._version = row.name, row.version
        self.opened += 1

    def _know(self, row: KeyedRow) -> None:
        # Our own change must not make the name in the form a stale one; somebody else's does.
        if row.version == self._version + 1:
            self._version = row.version

    def _show(self, errors: dict[str, str]) -> None:
        self.busy = self.is_stale = False
        self.name_error = errors.pop("name", "")
        self.problem = " ".join(errors.values())


def name_section(state: type[KeyedSettings], kind: Kind) -> rx.Component:
    """Build the form for the name."""
    name = f"{kind.noun}_name"
    return section(
        "Name",
        guarded_form(
            when(
                has_text(state.problem),
                banner(
                    state.problem,
                    tone="bad",
                    action=when(
                        state.is_stale,
                        button("Reload", small=True, on_click=state.open_form),
                    ),
                ),
            ),
            form_field(
                "Name",
                # With a new key, the browser takes the new name over; else it keeps what was typed.
                text_input(
                    name=name,
                    key=state.opened.to(str),
                    default_value=state.name,
                    auto_complete="off",
                ),
                name=name,
                error=state.name_error,
            ),
            form_actions(button("Save", kind="primary", submit=True, loading=state.busy)),
            class_name="al-form",
            no_validate=True,
            on_submit=state.save,
        ),
    )


def archive_section(
    state: type[KeyedSettings], record: type[KeyedRecord], kind: Kind
) -> rx.Component:
    """Build the way into the archive, with its consequence, and out of it."""
    return section(
        "Archive",
        rx.cond(
            record.is_archived,
            _choice(
                f"The {kind.noun} is archived.",
                button(f"Restore {kind.noun}", on_click=state.restore),
            ),
            _choice(
                f"Hides the {kind.noun}. Its leads, events and logs stay.",
                confirm_dialog(
                    title="Archive “" + record.name + "”?",
                    consequence=kind.archive_consequence,
                    confirm=f"Archive {kind.noun}",
                    on_confirm=state.archive,
                    trigger=button("Archive…", icon="archive"),
                ),
            ),
        ),
    )


def _choice(text: str, control: rx.Component) -> rx.Component:
    return rx.el.div(
        rx.el.p(text, class_name="al-field-help"),
        control,
        class_name="al-form",
        style={"align_items": "flex-start", "gap": "12px"},
    )
