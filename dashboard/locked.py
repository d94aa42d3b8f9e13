"""Forms and parts of pages that some may only look at: shown to all, alive for those who may."""

from typing import Any

import reflex as rx

from dashboard.access import right_of
from dashboard.session import SessionState, may
from services.actor import Right

_NOTE = "You may look at this and not change it."


def locked_without(right: Right, *content: rx.Component, note: bool = True) -> rx.Component:
    """Switch every control in the content off for people without the right, and say so."""
    return rx.el.fieldset(
        rx.cond(
            SessionState.rights.length() > 0,
            rx.cond(may(right), rx.fragment(), rx.el.p(_NOTE, class_name="al-field-help")),
        )
        if note
        else None,
        *content,
        disabled=~may(right),
        class_name="al-locked",
    )


def guarded_form(*content: rx.Component, on_submit: Any, **props: Any) -> rx.Component:
    """Build a form that only people with the right of its handler can fill in and submit."""
    right = right_of(on_submit) or Right.READ
    return rx.el.form(locked_without(right, *content), on_submit=on_submit, **props)
