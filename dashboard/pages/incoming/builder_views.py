"""How the builder of one incoming URL looks."""

import reflex as rx

from dashboard import routes
from dashboard.components.address import is_here
from dashboard.components.banner import banner
from dashboard.components.button import button, link_button
from dashboard.components.call_snippet import call_snippet
from dashboard.components.card import section
from dashboard.components.confirm_dialog import confirm_dialog
from dashboard.components.conflict_panel import conflict_panel
from dashboard.components.copy_button import copy_button
from dashboard.components.disclosure import stack
from dashboard.components.form_field import (
    form_actions,
    form_columns,
    form_field,
    select_input,
    text_input,
)
from dashboard.components.list_state import FAILED, READY, notice, skeleton
from dashboard.components.status_badge import tag
from dashboard.components.values import has_text, when
from dashboard.pages.incoming.calls_views import calls
from dashboard.pages.incoming.dialect_views import parameters, words
from dashboard.pages.incoming.form_state import MISSING, IncomingUrlState


def name_or_title() -> rx.Var[str]:
    """Return the name, once it is known."""
    return rx.cond(has_text(IncomingUrlState.name), IncomingUrlState.name, "Incoming URL")


def badges() -> rx.Component:
    """Show that the URL is archived."""
    return when(IncomingUrlState.is_archived, tag("Archived", tone="warn"))


def url_actions() -> rx.Component:
    """Build what can be done with the key."""
    return when(
        (IncomingUrlState.shown == READY)
        & IncomingUrlState.may_edit
        & ~IncomingUrlState.is_archived,
        rx.fragment(
            confirm_dialog(
                title="Make another key?",
                consequence="The present key stops working within two seconds, and the partner's "
                "calls are refused until he uses the new URL.",
                confirm="Make another key",
                on_confirm=IncomingUrlState.new_key,
                trigger=button("New key…", icon="key-round"),
            ),
            confirm_dialog(
                title="Archive “" + IncomingUrlState.name + "”?",
                consequence="Its key stops working for good, and the partner's calls are refused. "
                "Events that it recorded stay.",
                confirm="Archive",
                on_confirm=IncomingUrlState.archive,
                trigger=button("Archive…", icon="archive"),
            ),
        ),
    )


def builder() -> rx.Component:
    """Build the page, or what stands in its place."""
    return rx.match(
        IncomingUrlState.shown,
        (
            READY,
            rx.cond(is_here(IncomingUrlState.address), _content(), skeleton(rows=8)),
        ),
        (
            MISSING,
            notice(
                "There is no such incoming URL",
                "The address may be mistyped.",
                icon="search-x",
                action=link_button("Back to Incoming URLs", href=routes.INCOMING),
            ),
        ),
        (
            FAILED,
            notice(
                "This incoming URL could not be loaded",
                IncomingUrlState.problem,
                icon="cloud-alert",
                action=button("Try again", icon="rotate-cw", on_click=IncomingUrlState.open_form),
                alert=True,
            ),
        ),
        skeleton(rows=8),
    )


def _content() -> rx.Component:
    return stack(
        conflict_panel(
            IncomingUrlState.conflict,
            on_keep=IncomingUrlState.keep_mine,
            on_take=IncomingUrlState.take_theirs,
        ),
        when(~IncomingUrlState.is_archived, _url()),
        when(
            IncomingUrlState.is_archived,
            banner(
                "Its key is revoked. Make another incoming URL for the partner.",
                tone="warn",
                title="This incoming URL is archived",
            ),
        ),
        _form(),
        calls(),
        gap="24px",
    )


def _url() -> rx.Component:
    return section(
        "URL for the partner",
        when(
            ~IncomingUrlState.key_is_readable,
            banner(
                rx.cond(
                    IncomingUrlState.may_edit,
                    "The key cannot be read any more. Make a new one.",
                    "Only people who may edit definitions see the key.",
                ),
                tone="warn",
            ),
        ),
        # Always a line: Save must not move away from under the pointer that leaves a field for it.
        rx.el.p(
            rx.cond(
                IncomingUrlState.is_changed,
                "Save the changes below before the partner uses it.",
                "Everything is saved: the partner can use it.",
            ),
            class_name="al-field-help",
        ),
        rx.el.div(
            rx.el.code(IncomingUrlState.url, class_name="al-mono al-break", style={"flex": "1"}),
            copy_button(IncomingUrlState.url, label="Copy URL", word="Copy"),
            style={"display": "flex", "gap": "12px", "align_items": "flex-start"},
        ),
        call_snippet(
            "GET", IncomingUrlState.test_call, by_key=False, reference="receive_event_by_get"
        ),
        description="GET or POST, as query, form or JSON. A call with test=1 is recorded, sends "
        "nothing and counts nowhere. The key in it can record events and do nothing else.",
    )


def _form() -> rx.Component:
    errors = IncomingUrlState.errors
    return rx.el.div(
        section(
            "What it records",
            form_columns(
                form_field(
                    "Name",
                    text_input(
                        name="url_name",
                        key=IncomingUrlState.opened.to(str),
                        default_value=IncomingUrlState.name,
                        on_change=IncomingUrlState.set_name.debounce(200),
                        on_blur=IncomingUrlState.set_name,
                        auto_complete="off",
                    ),
                    name="url_name",
                    error=errors["name"],
                    help_text="Stands in the logs as the source of the calls.",
                ),
                form_field(
                    "Campaign",
                    select_input(
                        IncomingUrlState.campaign_options,
                        name="campaign",
                        value=IncomingUrlState.campaign,
                        on_change=IncomingUrlState.set_campaign,
                        placeholder="Any campaign",
                    ),
                    name="campaign",
                    error=errors["campaign"],
                    help_text="Fixed: the URL works for leads of no other campaign.",
                ),
                form_field(
                    "Event",
                    select_input(
                        IncomingUrlState.event_options,
                        name="event",
                        value=IncomingUrlState.event,
                        on_change=IncomingUrlState.set_event,
                        placeholder="The call names it",
                    ),
                    name="event",
                    error=errors["event"],
                    help_text="Fixed: it is fired when a call names none.",
                ),
                form_field(
                    "Answer",
                    text_input(
                        name="returns",
                        value=IncomingUrlState.returns,
                        on_change=IncomingUrlState.set_returns,
                        placeholder="JSON",
                        auto_complete="off",
                    ),
                    name="returns",
                    error=errors["returns"],
                    optional=True,
                    help_text="For partners that want a fixed text, such as OK.",
                ),
            ),
        ),
        parameters(),
        words(),
        when(has_text(errors[""]), banner(errors[""], tone="bad")),
        when(
            IncomingUrlState.may_edit & ~IncomingUrlState.is_archived,
            form_actions(
                button(
                    "Save",
                    kind="primary",
                    loading=IncomingUrlState.busy,
                    on_click=IncomingUrlState.save,
                ),
                note=rx.cond(IncomingUrlState.is_changed, "There are changes to save.", ""),
            ),
        ),
        style={"display": "flex", "flex_direction": "column", "gap": "24px"},
    )
