"""How the form for an event's definition looks."""

import reflex as rx

from dashboard import routes
from dashboard.components.banner import banner
from dashboard.components.button import button, link_button
from dashboard.components.card import card
from dashboard.components.conflict_panel import conflict_panel
from dashboard.components.dedupe_choice import dedupe_choice
from dashboard.components.form_field import (
    form_actions,
    form_field,
    switch_row,
    text_area,
    text_input,
)
from dashboard.components.values import when, when_text
from dashboard.locked import guarded_form
from dashboard.pages.event.state import EventState


def event_form(*, is_new: bool) -> rx.Component:
    """Build the form for the definition of an event."""
    return card(
        guarded_form(
            conflict_panel(
                EventState.conflict, on_keep=EventState.keep_mine, on_take=EventState.reload
            ),
            when_text(EventState.errors[""], banner(EventState.errors[""], tone="bad")),
            rx.el.div(
                form_field(
                    "Name",
                    text_input(
                        name="name",
                        value=EventState.name,
                        on_change=EventState.set_name,
                        mono=True,
                        read_only=EventState.has_fired,
                        auto_complete="off",
                        auto_capitalize="none",
                        spell_check=False,
                        placeholder="sale",
                    ),
                    name="name",
                    error=EventState.errors["name"],
                    help_text=rx.cond(
                        EventState.has_fired,
                        "It has fired, so its name stays: programs and links use it. Clone the "
                        "event to use another name.",
                        "Used in API calls and URLs: lower-case letters, digits and underscores.",
                    ),
                    required=True,
                ),
                when_text(
                    EventState.suggestion,
                    rx.el.div(
                        button(
                            "Use " + EventState.suggestion,
                            small=True,
                            icon="wand-sparkles",
                            on_click=EventState.use_suggestion,
                        ),
                        style={"margin_top": "8px"},
                    ),
                ),
            ),
            form_field(
                "Description",
                text_area(
                    name="description",
                    value=EventState.description,
                    on_change=EventState.set_description,
                    rows=2,
                ),
                name="description",
                error=EventState.errors["description"],
                help_text="For your colleagues: when does it happen?",
                optional=True,
            ),
            _switches(),
            form_actions(
                button("Save", kind="primary", submit=True),
                link_button("Cancel", href=routes.EVENT_MANAGEMENT)
                if is_new
                else rx.cond(
                    EventState.is_dirty,
                    button("Discard changes", kind="quiet", on_click=EventState.reload),
                ),
                note=rx.cond(
                    EventState.is_dirty,
                    "Unsaved changes",
                    rx.cond(EventState.shown != "", "All changes saved", ""),
                ),
            ),
            on_submit=EventState.save,
            on_unmount=EventState.leave,
            no_validate=True,
            class_name="al-form",
        )
    )


def _switches() -> rx.Component:
    state = EventState
    return rx.el.div(
        switch_row(
            "Conversion Event",
            "Each firing counts toward conversions and conversion rate in reports.",
            name="is_conversion",
            checked=state.is_conversion,
            on_change=state.set_conversion,
        ),
        when_text(
            state.overlap,
            banner(state.overlap, tone="warn", title="A second conversion event"),
        ),
        switch_row(
            "Affiliate Conversion Event",
            "Signals the conversion to the affiliate's platform, through the postbacks of the "
            "affiliate who sent the lead.",
            name="is_affiliate_conversion",
            checked=state.is_affiliate_conversion,
            on_change=state.set_affiliate_conversion,
        ),
        switch_row(
            "Multi-Trigger",
            rx.cond(
                state.multi_trigger,
                "It may fire more than once for the same lead, and sends postbacks each time.",
                "It fires once for a lead: a second firing is recorded as a duplicate and sends "
                "nothing.",
            ),
            name="multi_trigger",
            checked=state.multi_trigger,
            on_change=state.set_multi_trigger,
        ),
        when(
            state.multi_trigger,
            dedupe_choice(
                value=state.dedupe,
                on_change=state.set_dedupe,
                minutes=state.window_minutes,
                on_minutes=state.set_window_minutes,
                error=state.errors["dedupe"],
            ),
        ),
        switch_row(
            "Available to all campaigns",
            rx.cond(
                state.available_everywhere,
                "Every campaign may fire it, unless it is switched off there.",
                "Only campaigns that it is assigned to may fire it, one by one or through an "
                "event list.",
            ),
            name="available_everywhere",
            checked=state.available_everywhere,
            on_change=state.set_available,
        ),
        class_name="al-switches",
    )
