"""How the form of one channel looks."""

import reflex as rx

from dashboard.components.banner import banner
from dashboard.components.button import button
from dashboard.components.card import section
from dashboard.components.elements import Tick
from dashboard.components.form_field import form_actions, form_field, switch_row, text_input
from dashboard.components.values import has_text, when
from dashboard.pages.alerts.channel_state import ChannelState
from models.words import NoticeKind

_TYPES = {
    NoticeKind.DELIVERY_FAILING: "A delivery failed at its fourth try, and is tried again",
    NoticeKind.DELIVERY_RECOVERED: "A postback that was failing works again",
    NoticeKind.DELIVERY_FAILED: "Deliveries were given up",
    NoticeKind.POSTBACK_PAUSED: "A postback is paused, and its deliveries are held",
    NoticeKind.QUEUE_LAGGING: "Deliveries are not sent in time, or nobody sends them",
}


def channel_form() -> rx.Component:
    """Build the fields of a channel: its name, where it is, and the alerts that it is told."""
    errors = ChannelState.errors
    return section(
        "What it is told",
        rx.el.div(
            form_field(
                "Name",
                text_input(
                    name="channel_name",
                    value=ChannelState.name,
                    on_change=ChannelState.set_name,
                    auto_complete="off",
                    disabled=~ChannelState.may_edit,
                ),
                name="channel_name",
                error=errors["name"],
            ),
            form_field(
                rx.cond(ChannelState.is_url, "URL", "E-mail address"),
                text_input(
                    name="channel_target",
                    value=ChannelState.target,
                    on_change=ChannelState.set_target,
                    mono=True,
                    auto_complete="off",
                    disabled=~ChannelState.may_edit,
                ),
                name="channel_target",
                error=errors["target"],
                help_text=rx.cond(
                    ChannelState.is_url,
                    "It is called by POST, under the same rules as a postback.",
                    "What happens together goes out as one e-mail, at most one in five minutes.",
                ),
            ),
            rx.el.fieldset(
                rx.el.legend("Alerts", class_name="al-label"),
                *[_type(kind, text) for kind, text in _TYPES.items()],
                rx.el.p(errors["types"], class_name="al-field-error", aria_live="polite"),
                class_name="al-choices",
            ),
            switch_row(
                "Switched on",
                "Switched off, it is told nothing, and what waits for it is cancelled.",
                name="channel_enabled",
                checked=ChannelState.enabled,
                on_change=ChannelState.set_enabled,
                disabled=~ChannelState.may_edit,
            ),
            when(has_text(errors[""]), banner(errors[""], tone="bad")),
            when(
                ChannelState.may_edit & ~ChannelState.is_archived,
                form_actions(
                    button(
                        "Save",
                        kind="primary",
                        loading=ChannelState.busy,
                        on_click=ChannelState.save,
                    ),
                    note=rx.cond(ChannelState.is_changed, "There are changes to save.", ""),
                ),
            ),
            class_name="al-form",
        ),
    )


def _type(kind: NoticeKind, text: str) -> rx.Component:
    return rx.el.label(
        Tick.create(
            checked=ChannelState.types.contains(kind.value),
            name=f"type-{kind.value}",
            on_change=ChannelState.toggle_type(kind.value),
            class_name="al-tick",
        ),
        rx.el.span(
            rx.el.span(kind.value, class_name="al-mono"),
            rx.el.span(text, class_name="al-field-help"),
            style={"display": "flex", "flex_direction": "column"},
        ),
        class_name="al-check-line",
    )
