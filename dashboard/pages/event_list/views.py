"""How the editor of an event list looks."""

from typing import Any

import reflex as rx

from dashboard import routes
from dashboard.components.address import is_here
from dashboard.components.banner import banner
from dashboard.components.button import button, icon_button, link_button
from dashboard.components.card import card
from dashboard.components.check_list import check_list
from dashboard.components.confirm_dialog import confirm_dialog
from dashboard.components.conflict_panel import conflict_panel
from dashboard.components.copy_button import mono
from dashboard.components.form_field import form_field, text_input
from dashboard.components.list_state import notice, skeleton
from dashboard.components.menu import menu_item
from dashboard.components.status_badge import flag_badges, tag
from dashboard.components.values import has_text, when, when_text
from dashboard.locked import locked_without
from dashboard.pages.event_list.change_views import what_changes
from dashboard.pages.event_list.choices import CampaignChoice, EventChoice
from dashboard.pages.event_list.state import FAILED, LOADING, MISSING, EventListState
from services.actor import Right

_FORM = "event-list"


def editor() -> rx.Component:
    """Build the editor, or what stands in its place."""
    return rx.match(
        EventListState.phase,
        (LOADING, skeleton(rows=6)),
        (
            MISSING,
            notice(
                "There is no such event list",
                "The address may be mistyped. Archived lists are in the list too.",
                icon="search-x",
                action=link_button("All event lists", href=routes.EVENT_LISTS),
            ),
        ),
        (
            FAILED,
            notice(
                "This event list could not be loaded",
                EventListState.problem,
                icon="cloud-alert",
                action=button("Try again", icon="rotate-cw", on_click=EventListState.follow),
                alert=True,
            ),
        ),
        rx.cond(is_here(EventListState.address), _content(), skeleton(rows=6)),
    )


def actions() -> tuple[rx.Component, ...]:
    """Build what stands beside the heading of a stored list."""
    return (
        when(
            (EventListState.list_id != "") & (EventListState.phase == "ready"),
            rx.menu.root(
                rx.menu.trigger(
                    icon_button("ellipsis", label="More actions", right=Right.EDIT_DEFINITIONS)
                ),
                rx.menu.content(
                    menu_item("Clone", on_select=EventListState.clone),
                    rx.menu.separator(),
                    rx.cond(
                        EventListState.is_archived,
                        menu_item("Restore", on_select=EventListState.restore),
                        menu_item("Archive", danger=True, on_select=EventListState.ask),
                    ),
                    align="end",
                    variant="soft",
                ),
            ),
        ),
    )


def _content() -> rx.Component:
    return rx.el.div(
        _messages(),
        locked_without(Right.EDIT_DEFINITIONS, _editor()),
        _archive_question(),
        class_name="al-content",
        on_unmount=EventListState.leave,
    )


def _editor() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            card(_name_form()),
            rx.el.div(card(_events()), card(_campaigns()), style=_PAIR),
            style=_MAIN,
        ),
        rx.el.aside(what_changes(), _save_line(), aria_label="Before you save", style=_BESIDE),
        style=_GRID,
    )


def _messages() -> rx.Component:
    return rx.fragment(
        conflict_panel(
            EventListState.conflict,
            on_keep=EventListState.keep_mine,
            on_take=EventListState.take_theirs,
        ),
        when(
            EventListState.is_overtaken & (EventListState.conflict.length() == 0),
            banner(
                "Your changes are still here. When you save, you see both versions and decide.",
                tone="warn",
                title="Somebody else saved this list meanwhile",
            ),
        ),
        when(
            EventListState.is_archived,
            banner(
                "It gives its campaigns no events until you restore it.",
                tone="warn",
                title="This event list is archived",
                action=button("Restore", small=True, on_click=EventListState.restore),
            ),
        ),
        when_text(
            EventListState.warning,
            banner(EventListState.warning, tone="warn", title="Two conversions for one lead"),
        ),
        when_text(EventListState.form_error, banner(EventListState.form_error, tone="bad")),
    )


def _name_form() -> rx.Component:
    return rx.el.form(
        form_field(
            "Name",
            text_input(
                name="list_name",
                value=EventListState.name,
                on_change=EventListState.set_name,
                placeholder="Auto insurance",
                auto_complete="off",
            ),
            name="list_name",
            error=EventListState.name_error,
            required=True,
        ),
        id=_FORM,
        on_submit=EventListState.save,
        no_validate=True,
    )


def _events() -> rx.Component:
    return check_list(
        EventListState.events,
        label="Events",
        name="listed_events",
        key_of=lambda line: line.name,
        shown=_event,
        chosen=EventListState.chosen_events,
        total=EventListState.events_there,
        q=EventListState.event_q,
        only_chosen=EventListState.only_chosen_events,
        on_search=EventListState.search_events,
        on_toggle=EventListState.toggle_event,
        on_only_chosen=EventListState.toggle_only_chosen_events,
        on_all=EventListState.select_shown_events,
        on_none=EventListState.clear_shown_events,
        error=EventListState.events_error,
        nothing=rx.cond(
            EventListState.events_there == 0,
            "There is no event yet. Make one in Event Management.",
            "No event matches.",
        ),
    )


def _campaigns() -> rx.Component:
    return check_list(
        EventListState.campaigns,
        label="Campaigns",
        name="listed_campaigns",
        key_of=lambda line: line.key,
        shown=_campaign,
        chosen=EventListState.chosen_campaigns,
        total=EventListState.campaigns_there,
        q=EventListState.campaign_q,
        only_chosen=EventListState.only_chosen_campaigns,
        on_search=EventListState.search_campaigns,
        on_toggle=EventListState.toggle_campaign,
        on_only_chosen=EventListState.toggle_only_chosen_campaigns,
        on_all=EventListState.select_shown_campaigns,
        on_none=EventListState.clear_shown_campaigns,
        error=EventListState.campaigns_error,
        nothing=rx.cond(
            EventListState.campaigns_there == 0,
            "There is no campaign yet.",
            "No campaign matches.",
        ),
    )


def _event(line: rx.Var[EventChoice]) -> rx.Component:
    return rx.fragment(
        rx.el.span(mono(line.name), class_name="al-break", title=line.description),
        rx.el.span(
            flag_badges(
                is_conversion=line.is_conversion,
                is_affiliate_conversion=line.is_affiliate_conversion,
                multi_trigger=line.multi_trigger,
                archived=line.archived,
            ),
            when(
                line.everywhere,
                tag("Everywhere", title="In force in all campaigns, with or without a list"),
            ),
            class_name="al-tags",
        ),
    )


def _campaign(line: rx.Var[CampaignChoice]) -> rx.Component:
    return rx.fragment(
        rx.el.span(line.name, class_name="al-break"),
        rx.el.span(
            mono(line.key, dim=True),
            when(line.archived, tag("Archived", tone="warn")),
            class_name="al-tags",
            style={"align_items": "center", "gap": "8px"},
        ),
    )


def _save_line() -> rx.Component:
    is_new = EventListState.list_id == ""
    return rx.el.div(
        button(
            "Save",
            kind="primary",
            submit=True,
            form=_FORM,
            loading=EventListState.is_saving,
        ),
        rx.cond(
            is_new,
            link_button("Cancel", href=routes.EVENT_LISTS),
            when(
                EventListState.is_dirty,
                button("Discard changes", kind="quiet", on_click=EventListState.discard),
            ),
        ),
        rx.el.span(
            rx.cond(
                EventListState.is_dirty,
                "Unsaved changes",
                rx.cond(is_new, "", "All changes saved"),
            ),
            class_name="al-dim",
            role="status",
        ),
        class_name="al-form-actions",
    )


def _archive_question() -> rx.Component:
    return confirm_dialog(
        title="Archive “" + EventListState.title + "”?",
        consequence=EventListState.consequence,
        confirm="Archive event list",
        on_confirm=EventListState.archive,
        is_open=EventListState.is_asking,
        on_open_change=EventListState.set_asking,
    )


def heading() -> rx.Var[str]:
    """Return the stored name, or what the page is until it is known."""
    return rx.cond(has_text(EventListState.title), EventListState.title, "Event list")


_GRID: dict[str, Any] = {
    "display": "grid",
    "gap": "16px 24px",
    "grid_template_columns": "minmax(0, 1fr)",
    "align_items": "start",
    "@media (min-width: 1100px)": {"grid_template_columns": "minmax(0, 1fr) 320px"},
}
_MAIN: dict[str, Any] = {
    "display": "flex",
    "flex_direction": "column",
    "gap": "16px",
    "min_width": "0",
}
_PAIR: dict[str, Any] = {
    "display": "grid",
    "grid_template_columns": "minmax(0, 1fr)",
    "gap": "16px",
    "align_items": "start",
    "@media (min-width: 1024px)": {"grid_template_columns": "minmax(0, 4fr) minmax(0, 3fr)"},
}
_BESIDE: dict[str, Any] = {
    **_MAIN,
    "@media (min-width: 1100px)": {"position": "sticky", "top": "64px"},
}
