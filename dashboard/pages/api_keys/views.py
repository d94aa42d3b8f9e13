"""How the list of keys looks, and the place where a new one is shown."""

import reflex as rx

from dashboard.components.button import button
from dashboard.components.card import section
from dashboard.components.code_view import code_snippet
from dashboard.components.copy_button import mono
from dashboard.components.data_table import Column, cell, data_table, table_row
from dashboard.components.disclosure import stack
from dashboard.components.elements import Tick
from dashboard.components.filter_bar import filter_bar, search_box
from dashboard.components.list_state import list_state
from dashboard.components.shown_once import shown_once
from dashboard.components.status_badge import tag
from dashboard.components.time_cell import time_cell
from dashboard.components.values import has_text, when
from dashboard.pages.api_keys.deed_state import KeyDeedState
from dashboard.pages.api_keys.form_state import KeyFormState
from dashboard.pages.api_keys.lines import KeyLine
from dashboard.pages.api_keys.state import KEY_PLACE, ApiKeysState
from dashboard.session import SessionState

ZONE = SessionState.time_zone


def key_place() -> rx.Component:
    """Keep the place where a new key is shown, once, and how it is used."""
    return rx.fragment(
        shown_once(
            KEY_PLACE,
            title="The key, shown this once",
            note="Put it where your program keeps its secrets. Nobody can see it again here; if it "
            "is lost, rotate it.",
            copy_label="Copy key",
            done="I have stored it",
        ),
        when(
            has_text(ApiKeysState.made_curl),
            section(
                "The first call",
                stack(
                    code_snippet(ApiKeysState.made_curl, label="cURL"),
                    code_snippet(ApiKeysState.made_python, label="Python"),
                ),
                description="With the key in the environment variable AFTERLEAD_KEY.",
            ),
        ),
    )


def new_button() -> rx.Component:
    """Build the button that opens the empty form."""
    return button("+ New key", kind="primary", on_click=KeyFormState.open_new)


def search() -> rx.Component:
    """Build the search and the tick for revoked keys; both stand in the address."""
    return filter_bar(
        search_box(
            value=ApiKeysState.q,
            on_change=ApiKeysState.search,
            placeholder="Search name",
            label="Search keys",
        ),
        rx.el.label(
            Tick.create(
                checked=ApiKeysState.with_revoked,
                name="with_revoked",
                on_change=ApiKeysState.show_revoked(~ApiKeysState.with_revoked),
                class_name="al-tick",
            ),
            "Revoked too",
            style={"display": "flex", "align_items": "center", "gap": "8px", "font_size": "13px"},
        ),
    )


def key_list() -> rx.Component:
    """Build the table with its pager, or what stands in its place."""
    return rx.fragment(
        list_state(
            ApiKeysState.list_state,
            data_table(
                [
                    Column("Name"),
                    Column("Scope"),
                    Column("Limits", wide_only=True),
                    Column("Last used", wide_only=True),
                    Column("Expires", wide_only=True),
                    Column("State"),
                    Column("Actions", hidden_title=True, width="1%"),
                ],
                rx.foreach(ApiKeysState.lines, _row),
                label="API keys",
            ),
            empty_title="No API key yet",
            empty_text="A program needs a key to capture leads, record events or read the logs. "
            "Make one for each, so that one can be revoked without the others.",
            empty_action=new_button(),
            error=ApiKeysState.problem,
            on_retry=ApiKeysState.follow,
            on_clear=ApiKeysState.clear,
            icon="key-round",
        ),
        when(
            has_text(ApiKeysState.next_cursor) | has_text(ApiKeysState.previous_cursor),
            _pages(),
        ),
    )


def _pages() -> rx.Component:
    return rx.el.div(
        when(
            has_text(ApiKeysState.previous_cursor),
            button("Newer", small=True, on_click=ApiKeysState.turn(ApiKeysState.previous_cursor)),
        ),
        when(
            has_text(ApiKeysState.next_cursor),
            button("Older", small=True, on_click=ApiKeysState.turn(ApiKeysState.next_cursor)),
        ),
        class_name="al-actions",
    )


def _row(line: rx.Var[KeyLine]) -> rx.Component:
    row = table_row(
        cell(
            rx.el.div(line.name, class_name="al-break", style={"white_space": "normal"}),
            mono(line.prefix + "…", dim=True),
            clip="clamp(100px, 28vw, 240px)",
        ),
        cell(rx.el.span(line.scope, style={"text_transform": "capitalize"})),
        cell(
            rx.cond(
                has_text(line.limits),
                rx.el.span(line.limits, title=line.limits),
                rx.el.span("None", class_name="al-dim"),
            ),
            wide_only=True,
            clip="280px",
        ),
        cell(
            time_cell(line.last_used_at, zone=ZONE, empty="Never"),
            when(
                has_text(line.last_used_from),
                rx.el.div(line.last_used_from, class_name="al-dim al-mono"),
            ),
            wide_only=True,
        ),
        cell(time_cell(line.expires_at, zone=ZONE, kind="until", empty="Never"), wide_only=True),
        cell(_state(line)),
        cell(
            button(
                "Manage",
                small=True,
                on_click=[KeyDeedState.begin, KeyFormState.open_key(line.id)],
                aria_label="Manage " + line.name,
            )
        ),
    )
    row.key = line.id
    return row


def _state(line: rx.Var[KeyLine]) -> rx.Component:
    return rx.el.span(
        rx.match(
            line.state,
            ("active", tag("Active", tone="good")),
            ("expired", tag("Expired", tone="warn")),
            tag("Revoked"),
        ),
        when(
            has_text(line.old_key_ends_at),
            rx.el.span(
                "Old key ends ",
                time_cell(line.old_key_ends_at, zone=ZONE, kind="until"),
                class_name="al-tag",
                data_tone="accent",
            ),
        ),
        class_name="al-tags",
    )
