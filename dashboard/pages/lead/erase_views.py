"""How the dialog that erases a lead looks, and the place from which it opens."""

import reflex as rx

from dashboard.components.banner import banner
from dashboard.components.button import button
from dashboard.components.card import section
from dashboard.components.confirm_dialog import dialog_actions, dialog_cancel, form_dialog
from dashboard.components.time_cell import time_cell
from dashboard.components.values import has_text, when
from dashboard.pages.lead.erase_state import EraseState
from dashboard.pages.lead.state import LeadState
from dashboard.session import SessionState, may
from services.actor import Right


def privacy() -> rx.Component:
    """Build the part of the record from which a person can be erased."""
    return when(
        may(Right.ERASE_LEADS) & ~has_text(LeadState.erased_at),
        section(
            "Privacy",
            rx.el.p(
                "When a person asks to be forgotten: empties everything that says who this is, "
                "and keeps ids, amounts, times and statuses, so that no report changes.",
                class_name="al-field-help",
            ),
            rx.el.div(
                button("Erase lead", icon="eraser", small=True, on_click=EraseState.open_form)
            ),
        ),
    )


def erased_banner() -> rx.Component:
    """Say that the person behind the lead is gone."""
    return when(
        has_text(LeadState.erased_at),
        banner(
            rx.fragment(
                "On ",
                time_cell(LeadState.erased_at, zone=SessionState.time_zone, kind="exact"),
                ". Nothing here says who it was. Its events still count, and new ones are "
                "recorded without a contact.",
            ),
            title="This lead was erased",
        ),
    )


def erase_dialog() -> rx.Component:
    """Build the question, with what is lost and what stays."""
    return form_dialog(
        rx.el.div(
            _said(
                "Gone for good",
                "Contact, names, click ID, subs and free fields; the payloads and custom fields of "
                "its events; its postbacks’ requests and answers; its incoming calls.",
            ),
            _said(
                "Kept",
                "IDs, campaign, affiliate, amounts, times and statuses. Reports stay as they are.",
            ),
            _said("Out of reach", "What partners were told already, and backups."),
            when(has_text(EraseState.problem), banner(EraseState.problem, tone="bad")),
            style={"display": "grid", "gap": "12px", "font_size": "13px"},
        ),
        dialog_actions(
            dialog_cancel(),
            button(
                rx.cond(EraseState.waits, "Give them up and erase", "Erase for good"),
                kind="danger",
                on_click=EraseState.confirm,
                loading=EraseState.busy,
            ),
        ),
        title="Erase this lead?",
        description="This cannot be undone. The audit keeps that you did it, and nothing else.",
        is_open=EraseState.is_open,
        on_open_change=EraseState.set_open,
    )


def _said(what: str, text: str) -> rx.Component:
    return rx.el.p(
        rx.el.strong(what, style={"font_weight": "500", "display": "block"}),
        text,
        style={"margin": "0"},
    )
