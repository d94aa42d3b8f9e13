"""How an event's page looks around its form: what may stand in its place, and the calls."""

import reflex as rx

from dashboard import routes
from dashboard.components.address import is_here
from dashboard.components.banner import banner
from dashboard.components.button import button, icon_button, link_button, text_link
from dashboard.components.call_snippet import call_snippet
from dashboard.components.card import section
from dashboard.components.code_view import code_snippet
from dashboard.components.confirm_dialog import confirm_dialog
from dashboard.components.list_state import notice, skeleton
from dashboard.components.menu import menu_item
from dashboard.pages.event.form_views import event_form
from dashboard.pages.event.places_views import places_section
from dashboard.pages.event.postbacks_views import postback_list
from dashboard.pages.event.state import FAILED, LOADING, MISSING, READY, EventState
from services.actor import Right


def new_event() -> rx.Component:
    """Build the empty form."""
    return rx.cond(
        (EventState.phase == READY) & is_here(EventState.address) & (EventState.shown == ""),
        rx.fragment(
            event_form(is_new=True),
            rx.el.p(
                "After saving you add the postback URLs that are called when this event fires.",
                class_name="al-dim",
                style={"font_size": "13px"},
            ),
        ),
        skeleton(rows=5),
    )


def stored_event() -> rx.Component:
    """Build a stored event, or what stands in its place."""
    return rx.match(
        EventState.phase,
        (LOADING, skeleton(rows=5)),
        (
            MISSING,
            notice(
                "There is no such event",
                "It may have another name now, or the address is mistyped.",
                icon="search-x",
                action=link_button("All events", href=routes.EVENT_MANAGEMENT),
            ),
        ),
        (
            FAILED,
            notice(
                "This event could not be loaded",
                EventState.problem,
                icon="cloud-alert",
                action=button("Try again", icon="rotate-cw", on_click=EventState.follow),
                alert=True,
            ),
        ),
        rx.cond(is_here(EventState.address), _content(), skeleton(rows=5)),
    )


def _content() -> rx.Component:
    return rx.el.div(
        rx.cond(
            EventState.is_archived,
            banner(
                "It cannot fire, and none of its postbacks is sent. Its history is kept.",
                tone="warn",
                title="This event is archived",
                action=button("Restore", small=True, on_click=EventState.restore),
            ),
        ),
        event_form(is_new=False),
        postback_list(),
        places_section(),
        _calls(),
        _archive_question(),
        class_name="al-content",
    )


def event_actions() -> tuple[rx.Component, ...]:
    """Build what stands beside the heading of a stored event."""
    return (
        rx.cond(
            EventState.shown != "",
            rx.fragment(
                link_button("View Logs", href=routes.logs(event=EventState.shown)),
                rx.menu.root(
                    rx.menu.trigger(
                        icon_button("ellipsis", label="More actions", right=Right.EDIT_DEFINITIONS)
                    ),
                    rx.menu.content(
                        menu_item("Clone", on_select=EventState.clone),
                        rx.menu.separator(),
                        rx.cond(
                            EventState.is_archived,
                            menu_item("Restore", on_select=EventState.restore),
                            menu_item("Archive", danger=True, on_select=EventState.ask),
                        ),
                        align="end",
                        variant="soft",
                    ),
                ),
            ),
        ),
    )


def _calls() -> rx.Component:
    return section(
        "Fire it from outside",
        call_snippet("POST", "/api/v1/events", body=EventState.facts, reference="record_event"),
        rx.el.p(
            "Name the lead by ",
            rx.el.code("transaction_id"),
            " or ",
            rx.el.code("lead_id"),
            ". An owner makes the key under ",
            text_link("API keys", href=routes.API_KEYS),
            ".",
            class_name="al-field-help",
        ),
        code_snippet(EventState.incoming_url, label="Incoming URL"),
        rx.el.p(
            "For a partner who calls a URL, by GET or POST. ",
            text_link("Incoming URLs", href=routes.INCOMING),
            " makes the key and speaks the partner's own parameter names.",
            class_name="al-field-help",
        ),
        description="Any program fires this event with one call.",
    )


def _archive_question() -> rx.Component:
    return confirm_dialog(
        title="Archive “" + EventState.shown + "”?",
        consequence="It can no longer fire: calls for it are refused, and none of its postbacks is "
        "sent. Its history stays in the logs, and you can restore it at any time.",
        confirm="Archive event",
        on_confirm=EventState.archive,
        is_open=EventState.is_asking,
        on_open_change=EventState.set_asking,
    )
