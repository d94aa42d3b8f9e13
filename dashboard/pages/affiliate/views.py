"""How the page of one affiliate looks."""

import reflex as rx

from dashboard import routes
from dashboard.components.banner import banner
from dashboard.components.button import link_button, text_link
from dashboard.components.call_snippet import call_snippet
from dashboard.components.card import section
from dashboard.components.copy_button import id_cell, mono
from dashboard.components.status_badge import tag
from dashboard.components.tabs_nav import tabs_nav
from dashboard.components.values import when
from dashboard.keyed_kind import AFFILIATE, shown_name
from dashboard.keyed_record import (
    LEADS,
    MISSING,
    SETTINGS,
    figure_row,
    lead_list,
    record_body,
)
from dashboard.keyed_settings import archive_section, name_section
from dashboard.pages.affiliate.state import (
    POSTBACKS,
    AffiliatePostbacksState,
    AffiliateSettingsState,
    AffiliateState,
)
from dashboard.postback_list import postback_section


def title() -> rx.Var[str]:
    """Return the affiliate's name, or its key until the name is known."""
    return shown_name(AffiliateState.name, AffiliateState.key)


def beside_title() -> rx.Component:
    """Show that the affiliate is archived."""
    return when(AffiliateState.is_archived, tag("Archived", tone="warn"))


def key_line() -> rx.Component:
    """Show the key with its copy button."""
    return id_cell(AffiliateState.key, label="Copy key")


def tabs() -> rx.Component:
    """Build the tabs; the log opens under the filter of this affiliate."""
    path = routes.affiliate(AffiliateState.key)
    return rx.cond(
        AffiliateState.shown == MISSING,
        rx.fragment(),
        tabs_nav(
            ("Overview", path),
            ("Postbacks", routes.with_query(path, tab=POSTBACKS)),
            ("Leads", routes.with_query(path, tab=LEADS)),
            ("Logs", routes.logs(affiliate=AffiliateState.key)),
            ("Settings", routes.with_query(path, tab=SETTINGS)),
            current=rx.match(
                AffiliateState.tab,
                (POSTBACKS, "Postbacks"),
                (LEADS, "Leads"),
                (SETTINGS, "Settings"),
                "Overview",
            ),
            label="Parts of the affiliate",
        ),
    )


def body() -> rx.Component:
    """Build the tab, or what stands in its place."""
    return record_body(
        AffiliateState,
        AFFILIATE,
        rx.match(
            AffiliateState.tab,
            (POSTBACKS, _postbacks()),
            (LEADS, _leads()),
            (SETTINGS, _settings()),
            _overview(),
        ),
        on_restore=AffiliateSettingsState.restore,
    )


def _overview() -> rx.Component:
    return rx.fragment(
        figure_row(AffiliateState, AFFILIATE),
        section(
            "Capture its leads by API",
            rx.el.div(
                call_snippet(
                    "POST",
                    "/api/v1/leads",
                    body={
                        "campaign": "auto-us",
                        "transaction_id": "t-1001",
                        "affiliate": AffiliateState.key,
                        "external_click_id": "click-8f3a",
                        "sub1": "facebook",
                        "email": "jane@example.com",
                    },
                    reference="create_lead",
                ),
                style={"margin": "-1px"},
            ),
            description=rx.el.p(
                "A lead that names the affiliate belongs to it. Its postbacks give back what came "
                "with the lead, such as ",
                mono("{external_click_id}"),
                " and ",
                mono("{sub1}"),
                " to ",
                mono("{sub10}"),
                ".",
                style={"margin": "0"},
            ),
            flush=True,
        ),
    )


def _postbacks() -> rx.Component:
    return rx.fragment(
        when(
            AffiliateState.knows_signals & (AffiliateState.signals.length() == 0),
            banner(
                "Switch Affiliate Conversion Event on for an event, such as sale, and it calls "
                "them.",
                tone="warn",
                title="No event calls these postbacks yet",
                action=link_button(
                    "Go to Event Management", href=routes.EVENT_MANAGEMENT, small=True
                ),
            ),
        ),
        postback_section(
            AffiliatePostbacksState,
            owner_path=routes.affiliate(AffiliateState.key),
            description="Called for every Affiliate Conversion Event of this affiliate's leads.",
            empty_text="A postback URL tells the affiliate's platform of each conversion of its "
            "leads, with their values in place of the macros.",
        ),
        when(AffiliateState.signals.length() > 0, _signals()),
    )


def _signals() -> rx.Component:
    return rx.el.p(
        "Affiliate Conversion Events: ",
        rx.foreach(
            AffiliateState.signals,
            lambda name: rx.el.span(text_link(mono(name), href=routes.event(name)), " "),
        ),
        when(
            AffiliateState.more_signals > 0,
            rx.el.span("and ", AffiliateState.more_signals, " more"),
        ),
        class_name="al-field-help",
    )


def _leads() -> rx.Component:
    return lead_list(
        AffiliateState,
        AFFILIATE,
        empty_text="A lead belongs to the affiliate that it names when it is captured.",
    )


def _settings() -> rx.Component:
    return rx.fragment(
        name_section(AffiliateSettingsState, AFFILIATE),
        archive_section(AffiliateSettingsState, AffiliateState, AFFILIATE),
    )
