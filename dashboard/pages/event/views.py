"""How an event's page looks: the form and the call that fires it."""

import reflex as rx

from dashboard import routes
from dashboard.components.address import is_here
from dashboard.components.banner import banner
from dashboard.components.button import button, icon_button, link_button
from dashboard.components.card import card, section
from dashboard.components.code_view import code_snippet
from dashboard.components.confirm_dialog import confirm_dialog
from dashboard.components.form_field import (
    form_actions,
    form_field,
    switch_row,
    text_area,
    text_input,
)
from dashboard.components.list_state import notice, skeleton
from dashboard.components.values import when_text
from dashboard.pages.event.postbacks_views import postback_list
from dashboard.pages.event.state import FAILED, LOADING, MISSING, READY, EventState


def new_event() -> rx.Component:
    """Build the empty form."""
    return rx.cond(
        (EventState.phase == READY) & is_here(EventState.address) & (EventState.shown == ""),
        rx.fragment(
            _form(is_new=True),
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
        _form(is_new=False),
        postback_list(),
        _api(),
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
                    rx.menu.trigger(icon_button("ellipsis", label="More actions")),
                    rx.menu.content(
                        rx.menu.item("Clone", on_select=EventState.clone),
                        rx.menu.separator(),
                        rx.cond(
                            EventState.is_archived,
                            rx.menu.item("Restore", on_select=EventState.restore),
                            rx.menu.item("Archive", color="red", on_select=EventState.ask),
                        ),
                        align="end",
                        variant="soft",
                    ),
                ),
            ),
        ),
    )


def _form(*, is_new: bool) -> rx.Component:
    return card(
        rx.el.form(
            when_text(
                EventState.stale,
                banner(
                    EventState.stale,
                    tone="warn",
                    title="Not saved",
                    action=button("Load current version", small=True, on_click=EventState.reload),
                ),
            ),
            when_text(EventState.form_error, banner(EventState.form_error, tone="bad")),
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
                    error=EventState.name_error,
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
                error=EventState.description_error,
                help_text="For your colleagues: when does it happen?",
                optional=True,
            ),
            _switches(),
            form_actions(
                button(
                    "Save",
                    kind="primary",
                    submit=True,
                    disabled=False if is_new else ~EventState.is_dirty,
                ),
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
    return rx.el.div(
        switch_row(
            "Conversion Event",
            "Each firing counts toward conversions and conversion rate in reports.",
            name="is_conversion",
            checked=EventState.is_conversion,
            on_change=EventState.set_conversion,
        ),
        switch_row(
            "Affiliate Conversion Event",
            "Signals the conversion to the affiliate's platform, through the postbacks of the "
            "affiliate who sent the lead.",
            name="is_affiliate_conversion",
            checked=EventState.is_affiliate_conversion,
            on_change=EventState.set_affiliate_conversion,
        ),
        switch_row(
            "Multi-Trigger",
            rx.cond(
                EventState.multi_trigger,
                "It may fire any number of times for the same lead, and sends postbacks each time.",
                "It fires once for a lead: a second firing is recorded as a duplicate and sends "
                "nothing.",
            ),
            name="multi_trigger",
            checked=EventState.multi_trigger,
            on_change=EventState.set_multi_trigger,
        ),
        class_name="al-switches",
    )


def _api() -> rx.Component:
    return section(
        "API",
        code_snippet(EventState.curl, label="cURL"),
        rx.el.p(
            "Name the lead by ",
            rx.el.code("transaction_id"),
            " or ",
            rx.el.code("lead_id"),
            ". The key is made on the server with ",
            rx.el.code("python -m services create-key --name my-program --scope write"),
            ".",
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
