"""How the places look where an event is in force."""

import reflex as rx

from dashboard import routes
from dashboard.components.button import button, link_button, text_link
from dashboard.components.card import section
from dashboard.components.data_table import Column, cell, data_table, row_link, table_row
from dashboard.components.list_state import list_state
from dashboard.components.status_badge import tag
from dashboard.components.values import when
from dashboard.pages.event.places_state import ListLine, PlaceLine, PlacesState
from dashboard.pages.event.state import EventState


def places_section() -> rx.Component:
    """Build the lists that hold the event and the campaigns where it can fire."""
    state = PlacesState
    return section(
        "Where it is in force",
        when(state.lists.length() > 0, _lists()),
        list_state(
            state.list_state,
            rx.fragment(
                data_table(
                    [
                        Column("Campaign"),
                        Column("Why"),
                        Column("What differs there", wide_only=True),
                    ],
                    rx.foreach(state.lines, _row),
                    label="Campaigns with this event",
                ),
                when(
                    state.more > 0,
                    rx.el.div(
                        button(
                            "Show " + state.more.to(str) + " more",
                            kind="quiet",
                            small=True,
                            on_click=state.show_all,
                        ),
                        style={"padding": "8px 12px", "border_top": "1px solid var(--al-line)"},
                    ),
                ),
            ),
            empty_title="In force in no campaign",
            empty_text=rx.cond(
                state.campaigns > 0,
                "Make it available to all campaigns, assign it in a campaign's Event Manager, or "
                "put it on an event list.",
                "There is no campaign yet.",
            ),
            empty_action=link_button("Go to Campaigns", href=routes.CAMPAIGNS),
            error=state.problem,
            on_retry=state.follow,
            on_clear=state.follow,
            skeleton_rows=2,
            icon="map-pin-off",
        ),
        description=rx.cond(
            EventState.is_archived,
            "Nowhere while it is archived. Restored, it would be in force here:",
            rx.cond(
                state.campaigns > 0,
                "In "
                + state.in_force.to(str)
                + " of "
                + state.campaigns.to(str)
                + rx.cond(state.campaigns == 1, " campaign.", " campaigns."),
                "",
            ),
        ),
        flush=True,
    )


def _lists() -> rx.Component:
    return rx.el.div(
        rx.el.span("On the event lists", class_name="al-dim"),
        rx.foreach(PlacesState.lists, _list),
        style={
            "display": "flex",
            "flex_wrap": "wrap",
            "align_items": "center",
            "gap": "6px 10px",
            "padding": "10px 16px",
            "border_bottom": "1px solid var(--al-line)",
            "font_size": "13px",
        },
    )


def _list(line: rx.Var[ListLine]) -> rx.Component:
    return rx.el.span(
        text_link(line.name, href=line.href),
        rx.el.span(
            " in ",
            line.campaigns,
            rx.cond(line.campaigns == 1, " campaign", " campaigns"),
            class_name="al-dim",
        ),
    )


def _row(line: rx.Var[PlaceLine]) -> rx.Component:
    row = table_row(
        cell(row_link(line.name, href=line.href), clip="min(280px, 44vw)"),
        cell(
            rx.cond(line.is_in_force, rx.el.span(line.why), tag(line.why, tone="warn")),
            clip="min(260px, 40vw)",
        ),
        cell(
            rx.el.span(
                rx.foreach(line.differs, lambda word: tag(word, tone="accent")),
                class_name="al-tags",
            ),
            wide_only=True,
        ),
    )
    row.key = line.href
    return row
