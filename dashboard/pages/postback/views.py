"""How the postback editor looks: form on the left, what will be sent on the right."""

import reflex as rx

from dashboard.components.address import is_here
from dashboard.components.banner import banner
from dashboard.components.button import button, link_button
from dashboard.components.conflict_panel import conflict_panel
from dashboard.components.list_state import notice, skeleton
from dashboard.components.values import when_text
from dashboard.locked import guarded_form
from dashboard.pages.postback.condition_views import LOOK, conditions, fires_together
from dashboard.pages.postback.delivery_views import delivery_fields
from dashboard.pages.postback.form_views import body_fields, delivery_policy, destination
from dashboard.pages.postback.preview_views import preview
from dashboard.pages.postback.row_views import header_fields, secret_fields
from dashboard.pages.postback.signing_views import signing
from dashboard.pages.postback.state import PostbackState
from dashboard.pages.postback.trial_state import FAILED, LOADING, MISSING, TrialState
from models.words import PostbackLevel

_COLUMNS = {
    "display": "grid",
    "grid_template_columns": ["minmax(0, 1fr)", None, None, "minmax(0, 11fr) minmax(0, 9fr)"],
    "gap": "24px",
    "align_items": "start",
}


def editor(level: PostbackLevel, *, all_of: str) -> rx.Component:
    """Build the editor, or what stands in its place; `all_of` is where all owners are listed."""
    return rx.match(
        TrialState.phase,
        (LOADING, skeleton(rows=6)),
        (
            MISSING,
            notice(
                "There is no such postback",
                "It may have been archived, or the address is mistyped.",
                icon="search-x",
                action=link_button(f"All {level}s", href=all_of),
            ),
        ),
        (
            FAILED,
            notice(
                "This postback could not be loaded",
                TrialState.problem,
                icon="cloud-alert",
                action=button("Try again", icon="rotate-cw", on_click=TrialState.follow),
                alert=True,
            ),
        ),
        rx.cond(
            is_here(TrialState.address),
            rx.box(_form(level), _right(), style=_COLUMNS),
            skeleton(rows=6),
        ),
    )


def _form(level: PostbackLevel) -> rx.Component:
    return guarded_form(
        rx.cond(
            PostbackState.is_archived,
            banner(
                "Somebody archived this postback meanwhile, so it can no longer be saved. What you "
                "typed is still here to be copied.",
                tone="bad",
                title="Archived",
            ),
        ),
        conflict_panel(
            PostbackState.conflict,
            on_keep=PostbackState.keep_mine,
            on_take=[PostbackState.take_theirs, *LOOK],
        ),
        when_text(PostbackState.errors["form"], banner(PostbackState.errors["form"], tone="bad")),
        destination(),
        body_fields(),
        header_fields(),
        secret_fields(),
        signing(),
        conditions(level),
        fires_together(),
        delivery_fields(),
        delivery_policy(),
        _save_bar(level),
        on_submit=PostbackState.save,
        on_unmount=PostbackState.leave,
        no_validate=True,
        class_name="al-form",
        style={"gap": "24px", "min_width": "0"},
    )


def _save_bar(level: PostbackLevel) -> rx.Component:
    return rx.el.div(
        rx.cond(
            TrialState.warnings.length() > 0,
            rx.el.div(
                rx.el.strong("You can save this, but look at these first:"),
                rx.el.ul(
                    rx.foreach(TrialState.warnings, rx.el.li),
                    style={"margin": "4px 0 0", "padding_left": "18px", "list_style": "disc"},
                ),
                role="status",
                class_name="al-banner",
                data_tone="warn",
                style={"display": "block", "font_size": "13px"},
            ),
        ),
        rx.el.div(
            button("Save", kind="primary", submit=True, disabled=PostbackState.is_archived),
            link_button(f"Back to {level}", href=TrialState.owner_path),
            rx.el.span(
                rx.cond(
                    PostbackState.is_dirty,
                    rx.cond(
                        PostbackState.conflict.length() > 0,
                        "Unsaved: somebody else saved first, compare both versions above",
                        "Unsaved changes",
                    ),
                    rx.cond(PostbackState.shown != "", "All changes saved", ""),
                ),
                class_name="al-dim",
                role="status",
            ),
            class_name="al-form-actions",
        ),
        style={
            "display": "flex",
            "flex_direction": "column",
            "gap": "12px",
            # In sight however long the form is.
            "position": "sticky",
            "bottom": "0",
            "padding": "12px 0",
            "background": "var(--al-surface)",
            "border_top": "1px solid var(--al-line)",
            "z_index": "1",
        },
    )


def _right() -> rx.Component:
    return rx.box(
        preview(),
        style={
            "min_width": "0",
            "position": ["static", None, None, "sticky"],
            "top": "62px",
            # Room for Send Test, which stands a little above the heading's line.
            "margin_top": ["0", None, None, "-10px"],
            "padding_top": ["0", None, None, "10px"],
            # Longer than the window, it scrolls by itself: Send Test stays in sight.
            "max_height": ["none", None, None, "calc(100vh - 96px)"],
            "overflow_y": ["visible", None, None, "auto"],
        },
    )
