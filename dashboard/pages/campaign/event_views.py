"""How one event in one campaign looks: the choices that the campaign may make."""

import reflex as rx

from dashboard import routes
from dashboard.components.banner import banner
from dashboard.components.button import button, link_button, text_link
from dashboard.components.card import section
from dashboard.components.confirm_dialog import confirm_dialog
from dashboard.components.conflict_panel import conflict_panel
from dashboard.components.dedupe_choice import (
    EVERY_TIME,
    ONCE,
    PER_ORDER,
    WINDOW,
    minutes_field,
)
from dashboard.components.form_field import form_actions, form_columns, form_field
from dashboard.components.list_state import notice, skeleton
from dashboard.components.status_badge import tag
from dashboard.components.values import Text, glyph, when, when_text
from dashboard.locked import guarded_form
from dashboard.pages.campaign.event_state import (
    FAILED,
    LOADING,
    MISSING,
    EventInCampaignState,
)
from dashboard.pages.campaign.fields_views import fields_section
from dashboard.pages.campaign.manager_state import manager_path
from dashboard.pages.campaign.origin_views import origin_badge
from dashboard.pages.campaign.overrides import INHERIT, OFF, ON
from dashboard.pages.campaign.state import CampaignState


def event_in_campaign() -> rx.Component:
    """Build the event of the address, with the way back to all events."""
    state = EventInCampaignState
    back = manager_path(CampaignState.key)
    return rx.fragment(
        rx.el.div(
            text_link(rx.fragment(glyph("left"), "All events of this campaign"), href=back),
            style={"& a": {"display": "inline-flex", "align_items": "center", "gap": "4px"}},
        ),
        rx.match(
            state.phase,
            (LOADING, skeleton(rows=5)),
            (
                MISSING,
                notice(
                    "There is no such event",
                    "It may have another name now, or the address is mistyped.",
                    icon="search-x",
                    action=link_button("All events of this campaign", href=back),
                ),
            ),
            (
                FAILED,
                notice(
                    "This event could not be loaded",
                    state.problem,
                    icon="cloud-alert",
                    action=button("Try again", icon="rotate-cw", on_click=state.follow),
                    alert=True,
                ),
            ),
            rx.cond(
                state.name == CampaignState.event,
                rx.fragment(_overrides(), fields_section()),
                skeleton(rows=5),
            ),
        ),
    )


def _overrides() -> rx.Component:
    state = EventInCampaignState
    return section(
        state.name + " in this campaign",
        guarded_form(
            conflict_panel(state.conflict, on_keep=state.keep_mine, on_take=state.reload),
            when_text(state.error, banner(state.error, tone="bad")),
            when_text(
                state.why_not, banner(state.why_not, tone="warn", title="It cannot fire here now")
            ),
            form_columns(_in_force(), _often()),
            form_columns(_conversion(), _affiliate_conversion()),
            form_actions(
                button("Save", kind="primary", submit=True),
                when(
                    state.is_dirty,
                    button("Discard changes", kind="quiet", on_click=state.reload),
                ),
                when(state.has_overrides & ~state.is_dirty, _return()),
                note=rx.cond(
                    state.is_dirty,
                    "Unsaved changes",
                    rx.cond(state.has_overrides, "", "Everything is inherited"),
                ),
            ),
            on_submit=state.save,
            on_unmount=state.leave,
            no_validate=True,
            class_name="al-form",
        ),
        description=rx.el.div(
            origin_badge(state.origin, state.lists),
            when(state.has_overrides, tag("Overridden here", tone="accent")),
            when_text(state.description, rx.el.span(state.description)),
            style={
                "display": "flex",
                "flex_wrap": "wrap",
                "align_items": "center",
                "gap": "6px 10px",
            },
        ),
        actions=(
            link_button("Event definition", href=routes.event(state.name), small=True),
            link_button(
                "View Logs",
                href=routes.logs(event=state.name, campaign=CampaignState.key),
                small=True,
            ),
        ),
    )


def _in_force() -> rx.Component:
    return _choice(
        "In this campaign",
        "enabled",
        "On assigns the event to this campaign, Off refuses it here even if it is available "
        "to all.",
    )


def _conversion() -> rx.Component:
    overlap = EventInCampaignState.overlap
    return rx.el.div(
        _choice(
            "Conversion Event",
            "is_conversion",
            "Whether each firing here counts toward conversions in reports.",
        ),
        when_text(
            overlap,
            rx.el.div(
                banner(overlap, tone="warn", title="A second conversion event"),
                style={"margin_top": "8px"},
            ),
        ),
    )


def _affiliate_conversion() -> rx.Component:
    return _choice(
        "Affiliate Conversion Event",
        "is_affiliate_conversion",
        "Whether a firing here calls the postbacks of the lead's affiliate.",
    )


def _choice(label: str, field: str, consequence: str) -> rx.Component:
    state = EventInCampaignState
    inherited = state.inherited[field]
    value = getattr(state, field)
    return form_field(
        label,
        rx.el.select(
            rx.el.option("Inherit (", inherited, ")", value=INHERIT),
            rx.el.option("On", value=ON),
            rx.el.option("Off", value=OFF),
            name=field,
            value=value,
            on_change=lambda choice: state.choose(field, choice),
            class_name="al-input al-select",
        ),
        name=field,
        help_text=_help(consequence, value, inherited),
    )


def _often() -> rx.Component:
    state = EventInCampaignState
    inherited = state.inherited["dedupe"]
    options = [
        (ONCE, "Once per lead"),
        (PER_ORDER, "Once per lead and order ID"),
        (WINDOW, "Once in a window of minutes"),
        (EVERY_TIME, "Every time"),
    ]
    return rx.el.div(
        form_field(
            "Multi-Trigger",
            rx.el.select(
                rx.el.option("Inherit (", inherited, ")", value=INHERIT),
                *[rx.el.option(label, value=value) for value, label in options],
                name="dedupe",
                value=state.dedupe,
                on_change=state.choose_dedupe,
                class_name="al-input al-select",
            ),
            name="dedupe",
            error=rx.cond(state.dedupe == WINDOW, "", state.dedupe_error),
            help_text=_help(
                "How often it may fire for the same lead; what is more is a duplicate and sends "
                "nothing.",
                state.dedupe,
                inherited,
            ),
        ),
        when(
            state.dedupe == WINDOW,
            rx.el.div(
                minutes_field(
                    value=state.window_minutes,
                    on_change=state.set_window_minutes,
                    error=state.dedupe_error,
                ),
                style={"margin_top": "12px"},
            ),
        ),
    )


def _help(consequence: str, value: Text, inherited: Text) -> rx.Component:
    return rx.fragment(
        consequence,
        rx.cond(
            value != INHERIT,
            rx.el.strong(" Overridden here; inherited: ", inherited, ".", style=_STRONG),
        ),
    )


def _return() -> rx.Component:
    state = EventInCampaignState
    return confirm_dialog(
        title="Return “" + state.name + "” to inherited?",
        consequence=rx.fragment(
            "It then follows the organisation's event in this campaign: in force ",
            state.inherited["enabled"],
            "; conversion ",
            state.inherited["is_conversion"],
            "; affiliate conversion ",
            state.inherited["is_affiliate_conversion"],
            "; fires ",
            state.inherited["dedupe"],
            ". Its custom fields stay.",
        ),
        confirm="Return to inherited",
        on_confirm=state.clear,
        trigger=button("Return to inherited", icon="undo-2"),
        danger=False,
    )


_STRONG = {"font_weight": "500", "color": "var(--al-accent-text)"}
