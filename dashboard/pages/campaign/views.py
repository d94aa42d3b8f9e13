"""How the page of one campaign looks: heading, tabs, and what is no Event Manager."""

import reflex as rx

from dashboard import routes
from dashboard.components.button import text_link
from dashboard.components.call_snippet import call_snippet
from dashboard.components.card import section
from dashboard.components.copy_button import id_cell
from dashboard.components.status_badge import tag
from dashboard.components.tabs_nav import tabs_nav
from dashboard.components.values import when
from dashboard.keyed_kind import CAMPAIGN, shown_name
from dashboard.keyed_record import (
    LEADS,
    MISSING,
    SETTINGS,
    figure_row,
    lead_list,
    record_body,
)
from dashboard.keyed_settings import archive_section, name_section
from dashboard.pages.campaign.event_views import event_in_campaign
from dashboard.pages.campaign.manager_state import manager_path
from dashboard.pages.campaign.manager_views import event_manager
from dashboard.pages.campaign.state import (
    EVENT_MANAGER,
    POSTBACKS,
    CampaignPostbacksState,
    CampaignSettingsState,
    CampaignState,
)
from dashboard.postback_list import postback_section


def title() -> rx.Var[str]:
    """Return the campaign's name, or its key until the name is known."""
    return shown_name(CampaignState.name, CampaignState.key)


def beside_title() -> rx.Component:
    """Show that the campaign is archived."""
    return when(CampaignState.is_archived, tag("Archived", tone="warn"))


def key_line() -> rx.Component:
    """Show the key with its copy button."""
    return id_cell(CampaignState.key, label="Copy key")


def tabs() -> rx.Component:
    """Build the tabs; the log opens under the filter of this campaign."""
    path = routes.campaign(CampaignState.key)
    return rx.cond(
        CampaignState.shown == MISSING,
        rx.fragment(),
        tabs_nav(
            ("Overview", path),
            ("Leads", routes.with_query(path, tab=LEADS)),
            ("Logs", routes.logs(campaign=CampaignState.key)),
            ("Postbacks", routes.with_query(path, tab=POSTBACKS)),
            ("Settings", routes.with_query(path, tab=SETTINGS)),
            current=rx.match(
                CampaignState.tab,
                (LEADS, "Leads"),
                (POSTBACKS, "Postbacks"),
                (SETTINGS, "Settings"),
                "Overview",
            ),
            label="Parts of the campaign",
        ),
    )


def body() -> rx.Component:
    """Build the tab, or what stands in its place."""
    return record_body(
        CampaignState,
        CAMPAIGN,
        rx.match(
            CampaignState.tab,
            (POSTBACKS, _postbacks()),
            (LEADS, _leads()),
            (SETTINGS, _settings()),
            _overview(),
        ),
        on_restore=CampaignSettingsState.restore,
    )


def _overview() -> rx.Component:
    return rx.fragment(
        figure_row(CampaignState, CAMPAIGN),
        section(
            "Capture leads by API",
            rx.el.div(
                call_snippet(
                    "POST",
                    "/api/v1/leads",
                    body={
                        "campaign": CampaignState.key,
                        "transaction_id": "t-1001",
                        "first_name": "Jane",
                        "last_name": "Miller",
                        "email": "jane@example.com",
                    },
                    reference="create_lead",
                ),
                style={"margin": "-1px"},
            ),
            description=rx.el.p(
                "The answer holds the lead's id. The same transaction ID again gives the first "
                "lead back. An owner makes the key under ",
                text_link("API keys", href=routes.API_KEYS),
                ".",
                style={"margin": "0"},
            ),
            flush=True,
        ),
    )


def _leads() -> rx.Component:
    return lead_list(
        CampaignState,
        CAMPAIGN,
        empty_text="Leads arrive by API, or you make one by hand.",
        campaign=False,
    )


def _postbacks() -> rx.Component:
    return postback_section(
        CampaignPostbacksState,
        owner_path=routes.campaign(CampaignState.key),
        description="Called for every event of this campaign's leads, beside the postbacks of the "
        "event and of the affiliate.",
        empty_text="A postback URL here is called each time any event fires for a lead of this "
        "campaign, with the lead's values in place of the macros.",
    )


def _settings() -> rx.Component:
    is_manager = CampaignState.part == EVENT_MANAGER
    return rx.fragment(
        rx.el.div(
            tabs_nav(
                ("General", routes.with_query(routes.campaign(CampaignState.key), tab=SETTINGS)),
                ("Event Manager", manager_path(CampaignState.key)),
                current=rx.cond(is_manager, "Event Manager", "General"),
                label="Parts of the settings",
            ),
            style={"& .al-tabs": {"margin": "-12px 0 0"}},
        ),
        rx.cond(
            is_manager,
            rx.cond(CampaignState.event != "", event_in_campaign(), event_manager()),
            rx.fragment(
                name_section(CampaignSettingsState, CAMPAIGN),
                archive_section(CampaignSettingsState, CampaignState, CAMPAIGN),
            ),
        ),
    )
