"""“What changes”: which campaigns gain and lose which events once the list is saved."""

from typing import Any

import reflex as rx

from dashboard import routes
from dashboard.components.button import text_link
from dashboard.components.card import section
from dashboard.components.status_badge import tag
from dashboard.components.values import Text, when, when_text
from dashboard.list_changes import ChangeGroup
from dashboard.pages.event_list.state import EventListState

_MOST_CAMPAIGNS = 4
_MOST_EVENTS = 12


def what_changes() -> rx.Component:
    """Build the panel; it follows every tick."""
    return section(
        "What changes",
        rx.el.div(
            when_text(
                EventListState.preview_problem,
                rx.el.p(EventListState.preview_problem, class_name="al-field-error", role="alert"),
            ),
            rx.cond(
                EventListState.groups.length() > 0,
                rx.fragment(
                    rx.el.p(EventListState.summary, style={"margin": "0", "font_weight": "500"}),
                    rx.el.ul(
                        rx.foreach(EventListState.groups, _group),
                        aria_label="Changes by campaign",
                        style=_GROUPS,
                    ),
                ),
                when(EventListState.preview_problem == "", _nothing()),
            ),
            aria_live="polite",
            style=_BODY,
        ),
        description="Which campaigns gain and lose which events when you save.",
    )


def _nothing() -> rx.Component:
    return rx.el.p(
        "No campaign gains or loses an event.",
        rx.cond(
            EventListState.only_everywhere,
            " Every event that is ticked is in force in all campaigns anyway.",
            rx.cond(
                EventListState.is_dirty & (EventListState.chosen_campaigns.length() > 0),
                " Other lists or the campaigns themselves give or withhold these events already.",
                "",
            ),
        ),
        class_name="al-dim",
        style={"margin": "0"},
    )


def _group(group: rx.Var[ChangeGroup]) -> rx.Component:
    return rx.el.li(
        rx.cond(
            group.campaigns.length() > _MOST_CAMPAIGNS,
            rx.el.details(
                rx.el.summary(rx.el.strong(group.campaigns.length(), " campaigns"), style=_SUMMARY),
                _names(group),
            ),
            _names(group),
        ),
        _events("gains", group.gains, "good"),
        _events("loses", group.loses, "bad"),
        style=_GROUP,
    )


def _names(group: rx.Var[ChangeGroup]) -> rx.Component:
    return rx.el.div(
        rx.foreach(
            group.campaigns,
            lambda pair: text_link(pair[1], href=routes.campaign(pair[0])),
        ),
        class_name="al-break",
        style=_NAMES,
    )


def _events(word: str, names: rx.Var[list[str]], tone: str) -> rx.Component:
    return when(
        names.length() > 0,
        rx.cond(
            names.length() > _MOST_EVENTS,
            rx.el.details(
                rx.el.summary(_sign(word), names.length(), " events", style=_SUMMARY),
                _tags(names, tone),
            ),
            rx.el.div(_sign(word), _tags(names, tone), style=_LINE),
        ),
    )


def _sign(word: Text) -> rx.Component:
    return rx.el.span(word, " ", class_name="al-dim")


def _tags(names: rx.Var[list[str]], tone: str) -> rx.Component:
    return rx.el.span(
        rx.foreach(names, lambda name: tag(name, tone=tone)), class_name="al-tags al-mono"
    )


_BODY: dict[str, Any] = {
    "display": "flex",
    "flex_direction": "column",
    "gap": "12px",
    "font_size": "13px",
    "max_height": "min(480px, 60vh)",
    "overflow_y": "auto",
    "min_width": "0",
}
_GROUPS: dict[str, Any] = {
    "margin": "0",
    "padding": "0",
    "list_style": "none",
    "display": "flex",
    "flex_direction": "column",
    "gap": "12px",
}
_GROUP: dict[str, Any] = {
    "display": "flex",
    "flex_direction": "column",
    "gap": "6px",
    "padding_top": "12px",
    "border_top": "1px solid var(--al-line)",
    "min_width": "0",
}
_NAMES: dict[str, Any] = {"display": "flex", "flex_wrap": "wrap", "gap": "2px 10px"}
_LINE: dict[str, Any] = {
    "display": "flex",
    "flex_wrap": "wrap",
    "align_items": "baseline",
    "gap": "4px 6px",
}
_SUMMARY: dict[str, Any] = {"font_size": "13px", "padding": "2px 0"}
