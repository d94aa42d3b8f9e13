"""How the page of one campaign looks."""

import reflex as rx

from dashboard import routes
from dashboard.components.banner import banner
from dashboard.components.button import button, link_button
from dashboard.components.card import section, stat_card, stat_row
from dashboard.components.code_view import code_snippet
from dashboard.components.confirm_dialog import confirm_dialog
from dashboard.components.copy_button import id_cell, mono
from dashboard.components.form_field import form_actions, form_field, text_input
from dashboard.components.lead_table import lead_table
from dashboard.components.list_state import list_state, notice, skeleton
from dashboard.components.pager import pager
from dashboard.components.status_badge import tag
from dashboard.components.tabs_nav import tabs_nav
from dashboard.components.time_cell import time_cell
from dashboard.components.values import has_text, when
from dashboard.pages.campaign.settings_state import CampaignSettingsState
from dashboard.pages.campaign.state import LEADS, MISSING, SETTINGS, CampaignState
from dashboard.session import SessionState


def title() -> rx.Var[str]:
    """Return the campaign's name, or its key until the name is known."""
    return rx.cond(has_text(CampaignState.name), CampaignState.name, CampaignState.key)


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
            ("Settings", routes.with_query(path, tab=SETTINGS)),
            current=rx.match(
                CampaignState.tab,
                (LEADS, "Leads"),
                (SETTINGS, "Settings"),
                "Overview",
            ),
            label="Parts of the campaign",
        ),
    )


def body() -> rx.Component:
    """Build the tab, or what stands in its place."""
    return rx.match(
        CampaignState.shown,
        (
            MISSING,
            notice(
                "There is no such campaign",
                "The address may be mistyped. Archived campaigns are in the list too.",
                icon="search-x",
                action=link_button("Go to Campaigns", href=routes.CAMPAIGNS),
            ),
        ),
        (
            "error",
            notice(
                "This campaign could not be loaded",
                CampaignState.problem,
                icon="cloud-alert",
                action=button("Try again", icon="rotate-cw", on_click=CampaignState.follow),
                alert=True,
            ),
        ),
        ("ready", rx.fragment(_archived(), _tab())),
        skeleton(),
    )


def _tab() -> rx.Component:
    return rx.match(CampaignState.tab, (LEADS, _leads()), (SETTINGS, _settings()), _overview())


def _archived() -> rx.Component:
    return when(
        CampaignState.is_archived,
        banner(
            "No lead is captured for it and no event fires for its leads.",
            tone="warn",
            title="This campaign is archived",
            action=button("Restore", small=True, on_click=CampaignSettingsState.restore),
        ),
    )


def _overview() -> rx.Component:
    key = CampaignState.key
    return rx.fragment(
        stat_row(
            stat_card("Leads", CampaignState.leads, href=routes.leads(campaign=key)),
            stat_card(
                "Events, 24 h", CampaignState.events, href=routes.logs(campaign=key, range="24h")
            ),
            stat_card("Conversions, 24 h", CampaignState.conversions),
            stat_card(
                "Last event",
                time_cell(
                    CampaignState.last_event_at, zone=SessionState.time_zone, empty="None yet"
                ),
                href=routes.logs(campaign=key),
            ),
        ),
        section(
            "Capture leads by API",
            rx.el.div(code_snippet(CampaignState.snippet, label="cURL"), style={"margin": "-1px"}),
            description=rx.el.p(
                "The answer holds the lead's id. The same transaction ID again gives the first "
                "lead back. An administrator makes the key with ",
                mono("python -m services create-key --name NAME --scope write"),
                ".",
                style={"margin": "0"},
            ),
            flush=True,
        ),
    )


def _leads() -> rx.Component:
    return list_state(
        CampaignState.leads_state,
        rx.el.div(
            lead_table(CampaignState.lines, zone=SessionState.time_zone, campaign=False),
            when(
                (CampaignState.newer != "") | (CampaignState.older != ""),
                pager(
                    shown="Newest first",
                    has_newer=CampaignState.newer != "",
                    has_older=CampaignState.older != "",
                    on_newer=CampaignState.turn(CampaignState.newer),
                    on_older=CampaignState.turn(CampaignState.older),
                ),
            ),
        ),
        empty_title="No lead in this campaign yet",
        empty_text="Leads arrive by API, or you make one by hand.",
        empty_action=link_button(
            "Go to Leads", href=routes.leads(campaign=CampaignState.key), kind="primary"
        ),
        error=CampaignState.leads_problem,
        on_retry=CampaignState.first_page,
        on_clear=CampaignState.first_page,
        icon="contact",
    )


def _settings() -> rx.Component:
    return rx.fragment(
        section("Name", _name_form()),
        section(
            "Archive",
            rx.cond(
                CampaignState.is_archived,
                rx.el.div(
                    rx.el.p("The campaign is archived.", class_name="al-field-help"),
                    button("Restore campaign", on_click=CampaignSettingsState.restore),
                    class_name="al-form",
                    style={"align_items": "flex-start", "gap": "12px"},
                ),
                rx.el.div(
                    rx.el.p(
                        "Hides the campaign. Its leads, events and logs stay.",
                        class_name="al-field-help",
                    ),
                    _archive_button(),
                    class_name="al-form",
                    style={"align_items": "flex-start", "gap": "12px"},
                ),
            ),
        ),
    )


def _name_form() -> rx.Component:
    return rx.el.form(
        when(
            has_text(CampaignSettingsState.problem),
            banner(
                CampaignSettingsState.problem,
                tone="bad",
                action=when(
                    CampaignSettingsState.is_stale,
                    button("Reload", small=True, on_click=CampaignSettingsState.open_form),
                ),
            ),
        ),
        form_field(
            "Name",
            # With a new key, the browser takes the new name over; else it keeps what was typed.
            text_input(
                name="campaign_name",
                key=CampaignSettingsState.opened.to(str),
                default_value=CampaignSettingsState.name,
                auto_complete="off",
            ),
            name="campaign_name",
            error=CampaignSettingsState.name_error,
        ),
        form_actions(
            button("Save", kind="primary", submit=True, loading=CampaignSettingsState.busy)
        ),
        class_name="al-form",
        no_validate=True,
        on_submit=CampaignSettingsState.save,
    )


def _archive_button() -> rx.Component:
    return confirm_dialog(
        title="Archive “" + CampaignState.name + "”?",
        consequence="No lead is captured for it and no event fires for its leads until you "
        "restore it. Its leads, events and logs stay.",
        confirm="Archive campaign",
        on_confirm=CampaignSettingsState.archive,
        trigger=button("Archive…", icon="archive"),
    )
