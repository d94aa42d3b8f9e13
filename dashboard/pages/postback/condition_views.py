"""When the postback is called, and which other ones are called at the same moment."""

from typing import Any

import reflex as rx

from dashboard.components.card import section
from dashboard.components.form_field import form_columns, form_field, select_input, switch_row
from dashboard.components.macro_input import macro_text
from dashboard.components.status_badge import method_badge, tag
from dashboard.components.values import Handler, when_text
from dashboard.pages.postback.condition_state import CHANGED, RECORDED
from dashboard.pages.postback.lines import OtherLine
from dashboard.pages.postback.link_views import link_beside
from dashboard.pages.postback.state import PostbackState
from dashboard.pages.postback.trial_state import TrialState
from models.words import ConversionStatus, PostbackLevel

RULE = (
    "All of them are called; where two would send the same request for one event, it is sent "
    "once, by the narrower level (affiliate, then campaign, then event)."
)
LOOK = [TrialState.refresh, TrialState.look_around]
_CHOICE: dict[str, Any] = {
    "display": "flex",
    "align_items": "center",
    "gap": "8px",
    "min_height": "28px",
    "font_size": "13px",
    "cursor": "pointer",
}
_BOX: dict[str, Any] = {
    "accent_color": "var(--al-accent)",
    "width": "16px",
    "height": "16px",
    "flex": "none",
}


def conditions(level: PostbackLevel) -> rx.Component:
    """Build moment, filters and switch; a level has no filter of its own kind."""
    filters = []
    if level is not PostbackLevel.CAMPAIGN:
        filters.append(_campaign())
    if level is not PostbackLevel.AFFILIATE:
        filters.append(_affiliate())
    return section(
        "When it is called",
        _moment(),
        form_columns(*filters) if len(filters) > 1 else filters[0],
        switch_row(
            "Enabled",
            "While it is off, nothing is sent by this postback.",
            name="enabled",
            checked=PostbackState.enabled,
            on_change=PostbackState.set_enabled,
        ),
    )


def fires_together() -> rx.Component:
    """List the other postbacks that are called at the same moment, with the rule."""
    return section(
        "Fires together with",
        rx.cond(
            TrialState.others.length() > 0,
            rx.el.ul(
                rx.foreach(TrialState.others, _other),
                aria_label="Fires together with",
                style={"margin": "0", "padding": "0", "list_style": "none"},
            ),
            rx.el.p(
                "Nothing else is called at that moment.",
                class_name="al-dim",
                style={"margin": "0", "padding": "12px 16px", "font_size": "13px"},
            ),
        ),
        description=RULE,
        flush=True,
    )


def _moment() -> rx.Component:
    name = "on_conversion_status"
    return rx.el.fieldset(
        rx.el.legend("Fires when", class_name="al-label", style={"padding": "0"}),
        _moment_choice(RECORDED, "The event is recorded"),
        _moment_choice(CHANGED, "Its conversion status changes to"),
        rx.cond(
            PostbackState.fires_when == CHANGED,
            rx.el.div(
                *[_status_choice(status) for status in ConversionStatus],
                role="group",
                aria_label="Statuses that fire it",
                aria_describedby=f"{name}-error",
                style={
                    "display": "flex",
                    "flex_wrap": "wrap",
                    "gap": "0 18px",
                    "padding_left": "24px",
                },
            ),
        ),
        rx.el.p(
            when_text(
                PostbackState.errors[name],
                rx.fragment(
                    rx.icon("circle-alert", size=13, aria_hidden="true"),
                    PostbackState.errors[name],
                ),
            ),
            id=f"{name}-error",
            class_name="al-field-error",
            aria_live="polite",
        ),
        style={"border": "0", "margin": "0", "padding": "0", "min_width": "0"},
    )


def _moment_choice(moment: str, label: str) -> rx.Component:
    return _choice(
        label,
        type="radio",
        name="fires_when",
        value=moment,
        checked=PostbackState.fires_when == moment,
        on_change=[PostbackState.set_fires_when(moment), *LOOK],
    )


def _status_choice(status: ConversionStatus) -> rx.Component:
    return _choice(
        status.replace("_", " "),
        type="checkbox",
        name="status",
        value=status.value,
        checked=PostbackState.statuses.contains(status.value),
        on_change=[PostbackState.toggle_status(status.value), *LOOK],
    )


def _choice(label: str, *, on_change: Handler, **props: Any) -> rx.Component:
    return rx.el.label(rx.el.input(on_change=on_change, style=_BOX, **props), label, style=_CHOICE)


def _campaign() -> rx.Component:
    return form_field(
        "Campaign",
        select_input(
            TrialState.campaign_options,
            name="campaign",
            value=PostbackState.campaign,
            on_change=lambda key: [PostbackState.set_campaign(key), *LOOK],
            placeholder="All campaigns",
        ),
        name="campaign",
        error=PostbackState.errors["campaign"],
        help_text="With a campaign chosen, only its leads call this postback.",
    )


def _affiliate() -> rx.Component:
    return form_field(
        "Affiliate",
        select_input(
            TrialState.affiliate_options,
            name="affiliate",
            value=PostbackState.affiliate,
            on_change=lambda key: [PostbackState.set_affiliate(key), *LOOK],
            placeholder="All affiliates, and none",
        ),
        name="affiliate",
        error=PostbackState.errors["affiliate"],
        help_text="With an affiliate chosen, only leads that it brought call this postback.",
    )


def _other(line: rx.Var[OtherLine]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            tag(line.owner, tone="accent"),
            rx.foreach(line.conditions, _condition),
            rx.cond(
                _is_same(line),
                tag("Same request: sent once", tone="warn", title="The narrower level sends it"),
            ),
            rx.el.span(
                link_beside("Open", line.href), style={"margin_left": "auto", "font_size": "13px"}
            ),
            style={"display": "flex", "flex_wrap": "wrap", "gap": "4px 8px"},
        ),
        rx.el.div(
            method_badge(line.method),
            macro_text(line.url),
            style={"display": "flex", "gap": "8px", "align_items": "flex-start", "min_width": "0"},
        ),
        style={
            "display": "flex",
            "flex_direction": "column",
            "gap": "6px",
            "padding": "10px 16px",
            "border_bottom": "1px solid var(--al-line)",
            "&:last-child": {"border_bottom": "0"},
        },
    )


def _condition(words: rx.Var[str]) -> rx.Component:
    return tag(words)


def _is_same(line: rx.Var[OtherLine]) -> rx.Var[bool]:
    """Tell whether both templates are the same, so that their requests always are."""
    body = rx.cond(PostbackState.method == "POST", PostbackState.body, "")
    return (
        (line.method == PostbackState.method)
        & (line.url == PostbackState.url)
        & (rx.cond(line.method == "POST", line.body, "") == body)
    )
