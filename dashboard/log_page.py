"""One page of a log under the filters in its address: what the States of all logs share."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx

from dashboard import feedback
from dashboard.changed_vars import set_changed
from dashboard.components import list_state
from dashboard.log_address import Chip, LogAddress, RangedAddress
from dashboard.range_choice import RangeChoice
from dashboard.session import guarded
from services.actor import Right
from services.clock import utc_now
from services.errors import AppError
from services.paging import Page, PageRequest

ROWS = 50
Options = list[tuple[str, str]]


class LogPage(rx.State, mixin=True):
    """The rows and the way through their pages.

    A log's State is a `class X(LogPage, rx.State)` that adds `lines`, its `_address`, the methods
    below that raise, and `follow`, which calls `_load`. The handlers here only lead to an address;
    where reading the log needs more than `Right.READ`, its State declares them with that right.
    """

    list_state: str = list_state.LOADING
    problem: str = ""
    chips: list[Chip] = rx.field(default_factory=list)
    has_newer: bool = False
    has_older: bool = False

    _newer: str = ""
    _older: str = ""

    async def _list(self, wanted: Any, request: PageRequest) -> Page[Any]:
        """Ask the service for one page."""
        raise NotImplementedError

    def _line(self, row: Any) -> Any:
        """Return what the page shows of a row."""
        raise NotImplementedError

    def _everything(self) -> Any:
        """Return the filter that leaves nothing out."""
        raise NotImplementedError

    @rx.event
    @guarded(Right.READ)
    async def remove_filter(self, chip: str) -> Any:
        """Take one filter away."""
        return rx.redirect(self._address.without(chip).href)

    @rx.event
    @guarded(Right.READ)
    async def clear_filters(self) -> Any:
        """Take all filters away; where only the time range was left, widen it."""
        return rx.redirect(self._address.cleared().href)

    @rx.event
    @guarded(Right.READ)
    async def retry(self) -> Any:
        """Ask again for the page in the address."""
        self.list_state = list_state.LOADING
        return rx.redirect(self._address.href, replace=True)

    @rx.event
    @guarded(Right.READ)
    async def newer(self) -> Any:
        """Go one page towards now."""
        return rx.redirect(replace(self._address, cursor=self._newer).href)

    @rx.event
    @guarded(Right.READ)
    async def older(self) -> Any:
        """Go one page back in time."""
        return rx.redirect(replace(self._address, cursor=self._older).href)

    async def _load(self, address: LogAddress, zone: ZoneInfo) -> bool:
        """Show what the address asks for; return False where the service refused it."""
        try:
            await self._show(address, address.wanted(now=utc_now(), zone=zone), zone)
        except AppError as error:
            async with self:
                self._show_failure(error, address)
            return False
        return True

    async def _show(self, address: LogAddress, wanted: Any, zone: ZoneInfo) -> None:
        page = await self._list(wanted, PageRequest(limit=ROWS, cursor=address.cursor))
        shown = list_state.READY if page.items else await self._why_empty(address)
        await set_changed(self, self._values(page, zone) | {"list_state": shown})

    def _values(self, page: Page[Any], zone: ZoneInfo) -> dict[str, Any]:  # noqa: ARG002 - LiveLog's
        """Return the vars that show a page."""
        return {
            "lines": [self._line(row) for row in page.items],
            "has_newer": bool(page.previous_cursor),
            "has_older": bool(page.next_cursor),
            "_newer": page.previous_cursor or "",
            "_older": page.next_cursor or "",
        }

    def _show_failure(self, error: AppError, address: LogAddress) -> None:
        self.problem, self.list_state = feedback.sentence(error), list_state.FAILED
        self.lines, self.has_newer, self.has_older = [], False, False
        self._address = address.mended(feedback.errors_of(error))  # where “Try again” leads

    async def _why_empty(self, address: LogAddress) -> str:
        if address.has_filters:
            return list_state.NO_MATCH
        anything = await self._list(self._everything(), PageRequest(limit=1))
        return list_state.NO_MATCH if anything.items else list_state.EMPTY


class LiveLog(LogPage, RangeChoice, mixin=True):
    """A log with any time range, which shows new rows by itself or holds still.

    Its `_address` is a `RangedAddress`.
    """

    is_live: bool = True
    is_first: bool = True
    newest: str = ""
    oldest: str = ""
    one_day: bool = True

    def _time_of(self, row: Any) -> datetime:
        """Return the time by which the rows are ordered."""
        raise NotImplementedError

    @rx.event
    @guarded(Right.READ)
    async def set_live(self, wanted: bool) -> Any:
        """Let new rows appear by themselves, or hold the page still."""
        self.is_live = bool(wanted)
        return rx.redirect(replace(self._address, live=self.is_live).href, replace=True)

    def _go(self, *, replace_entry: bool = False, **changes: Any) -> Any:
        # At once: the next choice may come before this address has been opened.
        self._address = replace(self._address, **changes, cursor="")
        return rx.redirect(self._address.href, replace=replace_entry)

    def _toggle(self, name: str, word: str) -> Any:
        """Take a word into a filter of many, or out of it."""
        chosen = getattr(self._address, name)
        kept = tuple(each for each in chosen if each != word)
        words = kept if word in chosen else (*chosen, word)
        setattr(self, name, list(words))
        return self._go(**{name: words})

    def _show_address(self, address: RangedAddress, zone: ZoneInfo) -> None:
        self._address, self.is_live = address, address.live
        self._show_range(address, zone)

    def _values(self, page: Page[Any], zone: ZoneInfo) -> dict[str, Any]:
        times = [self._time_of(row) for row in page.items]
        return super()._values(page, zone) | {
            "is_first": not page.previous_cursor,
            "newest": times[0].isoformat() if times else "",
            "oldest": times[-1].isoformat() if times else "",
            "one_day": not times or _same_day(times[0], times[-1], zone),
        }

    def _show_failure(self, error: AppError, address: LogAddress) -> None:
        super()._show_failure(error, address)
        self.range_error = feedback.errors_of(error).get("range", "")


def with_chosen(options: Options, chosen: str) -> Options:
    """Keep a filter from the address visible that names nothing we know."""
    if not chosen or any(value == chosen for value, _ in options):
        return options
    return [*options, (chosen, chosen)]


def _same_day(first: datetime, last: datetime, zone: ZoneInfo) -> bool:
    return first.astimezone(zone).date() == last.astimezone(zone).date()
