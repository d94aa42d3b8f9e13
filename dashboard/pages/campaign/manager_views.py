"""How the Event Manager of a campaign looks."""

import reflex as rx

from dashboard import routes
from dashboard.components.banner import banner
from dashboard.components.button import link_button
from dashboard.components.copy_button import mono
from dashboard.components.data_table import Column, cell, data_table, row_link, table_row
from dashboard.components.elements import QuickSwitch
from dashboard.components.event_table import two_lines
from dashboard.components.filter_bar import filter_bar, search_box
from dashboard.components.list_state import list_state
from dashboard.components.status_badge import tag
from dashboard.components.values import when, when_text
from dashboard.locked import locked_without
from dashboard.pages.campaign.lists_views import lists_section
from dashboard.pages.campaign.manager_state import EventManagerState, FlagMark, ManagedEvent
from dashboard.pages.campaign.origin_views import origin_badge
from services.actor import Right


def event_manager() -> rx.Component:
    """Build the table of events and the lists in use."""
    return rx.fragment(
        when_text(
            EventManagerState.overlap,
            banner(EventManagerState.overlap, tone="warn", title="More than one conversion event"),
        ),
        rx.el.section(
            rx.el.div(
                rx.el.div(
                    rx.el.h2("Events", class_name="al-section-title"),
                    rx.el.p(
                        "What can fire for this campaign's leads, and where it comes from. Open "
                        "an event to change what holds here and to add custom fields.",
                        class_name="al-section-help",
                    ),
                ),
                when(
                    EventManagerState.total > 0,
                    rx.el.span(
                        EventManagerState.in_force,
                        " of ",
                        EventManagerState.total,
                        " in force",
                        class_name="al-dim",
                    ),
                ),
                class_name="al-section-head",
            ),
            filter_bar(
                search_box(
                    value=EventManagerState.q,
                    on_change=EventManagerState.search,
                    placeholder="Search name or description",
                    label="Search events",
                )
            ),
            _table(),
            class_name="al-section",
        ),
        lists_section(),
    )


def _table() -> rx.Component:
    return list_state(
        EventManagerState.list_state,
        data_table(
            [
                Column("Event"),
                Column("Origin"),
                Column("Flags", wide_only=True),
                Column("Multi-Trigger", wide_only=True),
                Column(
                    "Fields", numeric=True, wide_only=True, hint="Custom fields in this campaign"
                ),
                Column("On"),
                Column("Actions", hidden_title=True, wide_only=True),
            ],
            rx.foreach(EventManagerState.lines, _row),
            label="Events of this campaign",
        ),
        empty_title="No event yet",
        empty_text="Define what can happen to a lead first, such as “sale”.",
        empty_action=link_button(
            "+ New Event", href=routes.EVENT_NEW, kind="primary", right=Right.EDIT_DEFINITIONS
        ),
        error=EventManagerState.problem,
        on_retry=EventManagerState.follow,
        on_clear=EventManagerState.clear,
        nothing="No event matches this search",
        icon="zap",
    )


def _row(line: rx.Var[ManagedEvent]) -> rx.Component:
    row = table_row(
        cell(row_link(mono(line.name), href=line.href), clip="min(200px, 27vw)"),
        cell(
            rx.el.span(
                origin_badge(line.origin, line.lists),
                when(line.is_switched_off, tag("Off here", tone="warn")),
                class_name="al-tags",
            )
        ),
        cell(
            rx.el.span(rx.foreach(line.flags, _flag), class_name="al-tags"),
            wide_only=True,
        ),
        cell(_overridden(line.dedupe, line.is_dedupe_overridden), wide_only=True),
        cell(line.fields, numeric=True, wide_only=True),
        cell(
            rx.el.span(
                locked_without(
                    Right.EDIT_DEFINITIONS,
                    QuickSwitch.create(
                        checked=line.enabled,
                        on_change=lambda is_on: EventManagerState.switch(line.name, is_on),
                        size="1",
                        aria_label=line.name + " in this campaign",
                    ),
                    note=False,
                ),
                when(
                    line.overlaps,
                    rx.icon(
                        "triangle-alert",
                        size=15,
                        color="var(--al-warn)",
                        role="img",
                        aria_label="Another conversion event is in force here",
                    ),
                ),
                style={"display": "inline-flex", "align_items": "center", "gap": "8px"},
            )
        ),
        cell(
            rx.el.div(
                link_button("Customise", href=line.href, small=True),
                style={"display": "flex", "justify_content": "flex-end"},
            ),
            wide_only=True,
        ),
    )
    row.key = line.name
    return row


def _flag(flag: rx.Var[FlagMark]) -> rx.Component:
    return rx.cond(
        flag.is_on,
        _overridden_tag(flag.word, flag.is_overridden, tone="accent"),
        _overridden_tag("No " + flag.word, flag.is_overridden, tone="neutral"),
    )


def _overridden_tag(word: rx.Var[str], is_overridden: rx.Var[bool], *, tone: str) -> rx.Component:
    return rx.cond(is_overridden, tag(word + " · overridden here", tone=tone), tag(word, tone=tone))


def _overridden(word: rx.Var[str], is_overridden: rx.Var[bool]) -> rx.Component:
    mark = rx.el.div("overridden here", style={"color": "var(--al-accent-text)"})
    return rx.cond(is_overridden, two_lines(rx.el.span(word), mark), rx.el.span(word))
