"""How the list of leads looks."""

import reflex as rx

from dashboard import routes
from dashboard.components.banner import banner
from dashboard.components.button import button, link_button, text_link
from dashboard.components.confirm_dialog import dialog_actions, dialog_cancel, form_dialog
from dashboard.components.filter_bar import filter_bar, filter_select, search_box
from dashboard.components.form_field import form_columns, form_field, select_input, text_input
from dashboard.components.lead_fields import contact_fields, more_fields
from dashboard.components.lead_table import lead_table
from dashboard.components.list_state import list_state, notice
from dashboard.components.pager import pager
from dashboard.components.time_cell import time_cell
from dashboard.components.values import glyph, has_text, when
from dashboard.pages.leads.capture_state import CaptureState
from dashboard.pages.leads.state import LeadsState
from dashboard.session import SessionState


def new_button() -> rx.Component:
    """Build the button that opens the empty form."""
    return button("+ New Lead", kind="primary", on_click=CaptureState.open_form)


def filters() -> rx.Component:
    """Build search and campaign; both stand in the address."""
    return filter_bar(
        search_box(
            value=LeadsState.q,
            on_change=LeadsState.search,
            placeholder="Search id, e-mail, phone, name",
            label="Search leads",
        ),
        filter_select(
            "Campaign",
            value=LeadsState.campaign,
            options=LeadsState.campaign_options,
            on_change=LeadsState.choose_campaign,
        ),
        filter_select(
            "Affiliate",
            value=LeadsState.affiliate,
            options=LeadsState.affiliate_options,
            on_change=LeadsState.choose_affiliate,
        ),
        # Set by the link of a report; there is nothing to choose, only to see and to leave.
        when(has_text(LeadsState.since) | has_text(LeadsState.until), _range()),
    )


def _range() -> rx.Component:
    zone = SessionState.time_zone
    return rx.el.button(
        rx.el.span(
            rx.cond(LeadsState.submitted, "Submitted", "Captured"), class_name="al-chip-name"
        ),
        rx.el.span(
            time_cell(LeadsState.since, zone=zone, kind="exact", empty="any time"),
            " – ",
            time_cell(LeadsState.until, zone=zone, kind="exact", empty="now"),
            class_name="al-chip-value",
        ),
        glyph("close"),
        type="button",
        on_click=LeadsState.clear_range,
        aria_label="Remove the time range",
        class_name="al-chip",
    )


def lead_list() -> rx.Component:
    """Build the table with its pager, or what stands in its place."""
    zone = SessionState.time_zone
    return list_state(
        LeadsState.list_state,
        rx.el.div(
            lead_table(LeadsState.lines, zone=zone),
            pager(
                shown=rx.el.span(
                    "Captured ",
                    time_cell(LeadsState.newest_at, zone=zone, kind="exact"),
                    " – ",
                    time_cell(LeadsState.oldest_at, zone=zone, kind="exact"),
                ),
                has_newer=LeadsState.newer != "",
                has_older=LeadsState.older != "",
                on_newer=LeadsState.turn(LeadsState.newer),
                on_older=LeadsState.turn(LeadsState.older),
            ),
        ),
        empty_title="No lead yet",
        empty_text="Leads arrive by API. To try things out, make one by hand.",
        empty_action=new_button(),
        nothing="No lead matches",
        error=LeadsState.problem,
        on_retry=LeadsState.first_page,
        on_clear=LeadsState.clear,
        icon="contact",
    )


def capture_dialog() -> rx.Component:
    """Build the dialog for a new lead."""
    return form_dialog(
        rx.cond(LeadsState.open_campaigns.length() > 0, _form(), _no_campaign()),
        title="New lead",
        description="Captured by hand. Events can be fired for it at once.",
        is_open=CaptureState.is_open,
        on_open_change=CaptureState.set_open,
        width="680px",
    )


def _no_campaign() -> rx.Component:
    return notice(
        "There is no campaign yet",
        "A lead belongs to a campaign. Make one first.",
        icon="megaphone",
        action=link_button("Go to Campaigns", href=routes.CAMPAIGNS, kind="primary"),
    )


def _form() -> rx.Component:
    errors = CaptureState.errors
    return rx.el.form(
        form_columns(
            form_field(
                "Campaign",
                select_input(
                    LeadsState.open_campaigns,
                    name="campaign",
                    value=CaptureState.campaign,
                    on_change=CaptureState.choose_campaign,
                    placeholder="Choose…",
                ),
                name="campaign",
                error=errors["campaign"],
            ),
            form_field(
                "Transaction ID",
                text_input(name="transaction_id", mono=True, auto_complete="off"),
                name="transaction_id",
                help_text="Your own id of the lead. Made if empty.",
                error=errors["transaction_id"],
            ),
        ),
        contact_fields(errors, affiliates=LeadsState.open_affiliates),
        more_fields(
            errors,
            free=CaptureState.free,
            on_add=CaptureState.add_free_field,
            is_open=CaptureState.is_unfolded,
        ),
        when(has_text(errors[""]), banner(errors[""], tone="bad")),
        when(has_text(CaptureState.first_lead), _known_already()),
        dialog_actions(
            dialog_cancel(),
            button("Save", kind="primary", submit=True, loading=CaptureState.busy),
        ),
        class_name="al-form",
        no_validate=True,
        on_submit=CaptureState.save,
    )


def _known_already() -> rx.Component:
    return banner(
        rx.cond(
            has_text(CaptureState.differs),
            "Nothing was saved. The first lead stays as it is; this differs: "
            + CaptureState.differs
            + ".",
            "Nothing was saved: the lead is there already.",
        ),
        tone="warn",
        title="This transaction ID is taken in this campaign",
        action=text_link("Open the first lead", href=routes.lead(CaptureState.first_lead)),
    )
