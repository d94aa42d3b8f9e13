"""What the pages of all logs look like: chips, time range, the list, and its pager."""

import reflex as rx

from dashboard.components.filter_bar import filter_chips, range_filter
from dashboard.components.list_state import list_state
from dashboard.components.live_switch import live_switch
from dashboard.components.pager import pager
from dashboard.components.time_cell import time_cell
from dashboard.components.values import Text, when
from dashboard.log_page import LiveLog, LogPage
from dashboard.session import SessionState

ZONE = SessionState.time_zone


def log_chips(log: type[LogPage]) -> rx.Component:
    """Build a chip for each filter that is set."""
    return filter_chips(log.chips, on_remove=log.remove_filter, on_clear=log.clear_filters)


def log_range(log: type[LiveLog]) -> rx.Component:
    """Build the choice of the time range."""
    return range_filter(
        value=log.range,
        on_change=log.choose_range,
        start=log.start,
        end=log.end,
        on_start=log.choose_start,
        on_end=log.choose_end,
        zone=ZONE,
        error=log.range_error,
    )


def log_switch(log: type[LiveLog], *, title: str) -> rx.Component:
    """Build the switch that holds the page still."""
    return live_switch(is_live=log.is_live, on_change=log.set_live, title=title)


def log_list(
    log: type[LogPage],
    table: rx.Component,
    pages: rx.Component,
    *,
    empty_title: Text,
    empty_text: Text,
    empty_action: rx.Component | None = None,
    icon: str = "inbox",
) -> rx.Component:
    """Build the table with its pager, or what stands in its place."""
    return rx.fragment(
        list_state(
            log.list_state,
            table,
            empty_title=empty_title,
            empty_text=empty_text,
            empty_action=empty_action,
            error=log.problem,
            on_retry=log.retry,
            on_clear=log.clear_filters,
            icon=icon,
        ),
        pages,
    )


def counted_pages(log: type[LogPage], *, one: str, many: str) -> rx.Component:
    """Build the pager with the number of rows, where there is more than one page."""
    return when(
        log.has_newer | log.has_older,
        _pager(log, _count(log, one=one, many=many)),
    )


def timed_pages(log: type[LiveLog], *, one: str, many: str) -> rx.Component:
    """Build the pager with the number of rows and the times of the first and the last."""

    def moments(kind: str) -> rx.Component:
        return rx.fragment(
            time_cell(log.newest, zone=ZONE, kind=kind),
            " – ",
            time_cell(log.oldest, zone=ZONE, kind=kind),
        )

    has_rows = log.lines.length() > 0
    shown = rx.cond(
        has_rows,
        rx.fragment(
            rx.el.span(_count(log, one=one, many=many), ", "),
            rx.cond(log.one_day, moments("clock"), moments("exact")),
        ),
        rx.cond(log.has_older, "Nothing found so far. “Older” searches further back.", ""),
    )
    return when(has_rows | log.has_newer | log.has_older, _pager(log, shown))


def _count(log: type[LogPage], *, one: str, many: str) -> rx.Component:
    number = log.lines.length()
    return rx.fragment(number, rx.cond(number == 1, f" {one}", f" {many}"))


def _pager(log: type[LogPage], shown: rx.Component) -> rx.Component:
    return pager(
        shown=shown,
        has_newer=log.has_newer,
        has_older=log.has_older,
        on_newer=log.newer,
        on_older=log.older,
    )
