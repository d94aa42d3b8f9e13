"""The time range of a filter bar, as handlers: each choice becomes a new address."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx

from dashboard import time_ranges
from dashboard.log_address import RangedAddress
from dashboard.session import SessionState, current_zone, guarded
from services.actor import Right
from services.clock import utc_now
from services.errors import InvalidInput


class RangeChoice(rx.State, mixin=True):
    """Its State keeps the address in `_address` and goes to a changed one by `_go`."""

    range: str = time_ranges.DEFAULT
    start: str = ""
    end: str = ""
    range_error: str = ""

    @rx.event
    @guarded(Right.READ)
    async def choose_range(self, word: str) -> Any:
        """Go to a preset; `custom` starts from the span that is on screen."""
        if word != time_ranges.CUSTOM:
            return self._go(range=word)
        zone, now = current_zone(await self.get_state(SessionState)), utc_now()
        try:
            since, until = self._address.span(now=now, zone=zone)
        except InvalidInput:
            since, until = time_ranges.preset(time_ranges.DEFAULT, now=now, zone=zone)
        return self._go(
            range=word,
            start=time_ranges.as_address(since),
            end=time_ranges.as_address(until or now + timedelta(minutes=1)),
        )

    @rx.event
    @guarded(Right.READ)
    async def choose_start(self, text: str) -> Any:
        """Move the beginning of the custom range."""
        self.start = text
        return self._go_custom(current_zone(await self.get_state(SessionState)))

    @rx.event
    @guarded(Right.READ)
    async def choose_end(self, text: str) -> Any:
        """Move the end of the custom range."""
        self.end = text
        return self._go_custom(current_zone(await self.get_state(SessionState)))

    def _go_custom(self, zone: ZoneInfo) -> Any:
        try:
            since, until = time_ranges.custom(self.start, self.end, zone=zone)
        except InvalidInput as error:
            self.range_error = error.fields["range"]
            return None
        self.range_error = ""
        return self._go(
            range=time_ranges.CUSTOM,
            start=time_ranges.as_address(since),
            end=time_ranges.as_address(until),
            replace_entry=True,
        )

    def _show_range(self, address: RangedAddress, zone: ZoneInfo) -> None:
        self.range, self.range_error = address.range, ""
        if address.range == time_ranges.CUSTOM:
            since = time_ranges.moment(address.start, zone=zone)
            until = time_ranges.moment(address.end, zone=zone)
            self.start = time_ranges.as_input(since, zone=zone) if since else ""
            self.end = time_ranges.as_input(until, zone=zone) if until else ""
