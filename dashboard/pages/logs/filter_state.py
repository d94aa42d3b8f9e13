"""The filters of the event log as the person sees them; each choice becomes a new address."""

import re
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx

from dashboard.log_page import LiveLog
from dashboard.pages.logs.filters import EventLogAddress
from dashboard.session import guarded
from services.actor import Right

_CODE = re.compile(r"([1-9][0-9]{2}|[1-9]xx|none)?", re.ASCII)
_LEAD_ID = re.compile(r"ld_[0-9a-z]{24}", re.ASCII)


class LogFilters(LiveLog, rx.State, mixin=True):
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

    _address: EventLogAddress = EventLogAddress()

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
        return self._toggle("status", word)

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
        return self._toggle("conversion_status", word)

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

    def _show_address(self, address: EventLogAddress, zone: ZoneInfo) -> None:
        super()._show_address(address, zone)
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
