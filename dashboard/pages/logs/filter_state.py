"""The filters of the event log as the person sees them; each choice becomes a new address."""

import re
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx

from dashboard import time_ranges
from dashboard.pages.logs.filters import LogAddress
from dashboard.range_choice import RangeChoice
from dashboard.session import guarded
from services.actor import Right

_CODE = re.compile(r"([1-9][0-9]{2}|[1-9]xx|none)?", re.ASCII)
_LEAD_ID = re.compile(r"ld_[0-9a-z]{24}", re.ASCII)


class LogFilters(RangeChoice, rx.State, mixin=True):
    """The controls of the filter bar."""

    event: str = ""
    campaign: str = ""
    status: list[str] = rx.field(default_factory=list)
    code: str = ""
    code_error: str = ""
    search: str = ""
    source: str = ""
    affiliate: str = ""
    conversion: str = ""
    conversion_status: list[str] = rx.field(default_factory=list)
    time: str = ""
    more_set: int = 0
    """How many of the filters behind “More” are set."""
    chips: list[tuple[str, str, str]] = rx.field(default_factory=list)
    is_live: bool = True

    _address: LogAddress = LogAddress()

    @rx.event
    @guarded(Right.READ)
    async def choose_event(self, name: str) -> Any:
        """Show one event's firings only, or all for an empty name."""
        return self._go(event=name)

    @rx.event
    @guarded(Right.READ)
    async def choose_campaign(self, key: str) -> Any:
        """Show one campaign only, or all for an empty key."""
        return self._go(campaign=key)

    @rx.event
    @guarded(Right.READ)
    async def choose_source(self, word: str) -> Any:
        """Show one way in only, or all."""
        return self._go(source=word)

    @rx.event
    @guarded(Right.READ)
    async def toggle_status(self, word: str) -> Any:
        """Take a status into the filter, or out of it."""
        chosen = self._address.status
        kept = tuple(each for each in chosen if each != word)
        self.status = list(kept if word in chosen else (*chosen, word))
        return self._go(status=tuple(self.status))

    @rx.event
    @guarded(Right.READ)
    async def choose_affiliate(self, key: str) -> Any:
        """Show one affiliate only, or all for an empty key."""
        return self._go(affiliate=key)

    @rx.event
    @guarded(Right.READ)
    async def choose_conversion(self, word: str) -> Any:
        """Show only conversions (`yes`), only the others (`no`), or all."""
        return self._go(conversion=word)

    @rx.event
    @guarded(Right.READ)
    async def choose_time(self, word: str) -> Any:
        """Let the range mean the time of receipt, or with `occurred` that of the event."""
        return self._go(time=word)

    @rx.event
    @guarded(Right.READ)
    async def toggle_conversion_status(self, word: str) -> Any:
        """Take a conversion status into the filter, or out of it."""
        chosen = self._address.conversion_status
        kept = tuple(each for each in chosen if each != word)
        self.conversion_status = list(kept if word in chosen else (*chosen, word))
        return self._go(conversion_status=tuple(self.conversion_status))

    @rx.event
    @guarded(Right.READ)
    async def choose_code(self, text: str) -> Any:
        """Show one response code, a class of them, or `none`."""
        self.code = text
        code = text.strip().lower()
        if not _CODE.fullmatch(code):
            self.code_error = "Give a code such as 404, a class such as 2xx, or none."
            return None
        self.code_error = ""
        return self._go(code=code, replace_entry=True)

    @rx.event
    @guarded(Right.READ)
    async def find(self, text: str) -> Any:
        """Show what belongs to one transaction id, or to a lead's id."""
        self.search = text
        wanted = text.strip()
        if _LEAD_ID.fullmatch(wanted):
            return self._go(lead_id=wanted, transaction_id="", replace_entry=True)
        return self._go(transaction_id=wanted, lead_id="", replace_entry=True)

    @rx.event
    @guarded(Right.READ)
    async def remove_filter(self, chip: str) -> Any:
        """Take one filter away."""
        return rx.redirect(self._address.without(chip).href)

    @rx.event
    @guarded(Right.READ)
    async def clear_filters(self) -> Any:
        """Take all filters away; where only the time range was left, widen it."""
        has_filters = bool(self._address.chips) or self._address.range != time_ranges.DEFAULT
        word = time_ranges.DEFAULT if has_filters else "30d"
        return rx.redirect(LogAddress(range=word, live=self._address.live).href)

    def _go(self, *, replace_entry: bool = False, **changes: Any) -> Any:
        # At once: the next choice may come before this address has been opened.
        self._address = replace(self._address, **changes, cursor="")
        return rx.redirect(self._address.href, replace=replace_entry)

    def _show_address(self, address: LogAddress, zone: ZoneInfo) -> None:
        self._address = address
        self._show_range(address, zone)
        self.code_error = ""
        self.event, self.campaign = address.event, address.campaign
        self.status, self.source, self.code = list(address.status), address.source, address.code
        self.affiliate, self.conversion = address.affiliate, address.conversion
        self.conversion_status, self.time = list(address.conversion_status), address.time
        self.more_set = sum(
            map(bool, (address.source, address.conversion, address.conversion_status, address.time))
        )
        self.search = address.transaction_id or address.lead_id
        self.chips = address.chips
        self.is_live = address.live
