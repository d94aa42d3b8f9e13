"""The filters of the incoming log as the person sees them; each choice becomes a new address."""

from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx

from dashboard.changed_vars import set_changed
from dashboard.log_page import LiveLog, Options, with_chosen
from dashboard.pages.incoming_calls.address import ALL, CallsAddress
from dashboard.session import actor, guarded
from services.actor import Right
from services.catalog import incoming_urls
from services.paging import MAX_LIMIT, PageRequest


class CallFilters(LiveLog, rx.State, mixin=True):
    """The controls of the filter bar, and what they offer."""

    view: str = ALL
    verdict: list[str] = rx.field(default_factory=list)
    handling: list[str] = rx.field(default_factory=list)
    source: str = ""
    event: str = ""
    search: str = ""
    url: str = ""
    more_set: int = 0
    """How many of the filters behind “More” are set."""
    url_options: Options = rx.field(default_factory=list)

    _address: CallsAddress = CallsAddress()

    @rx.event
    @guarded(Right.READ)
    async def toggle_verdict(self, word: str) -> Any:
        """Take a verdict into the filter, or out of it."""
        return self._toggle("verdict", word)

    @rx.event
    @guarded(Right.READ)
    async def toggle_handling(self, word: str) -> Any:
        """Take what became of calls later into the filter, or out of it."""
        return self._toggle("handling", word)

    @rx.event
    @guarded(Right.READ)
    async def choose_source(self, word: str) -> Any:
        """Show one way in only, or all."""
        return self._go(source=word)

    @rx.event
    @guarded(Right.READ)
    async def choose_url(self, key_id: str) -> Any:
        """Show the calls of one incoming URL only, or all for an empty id."""
        return self._go(url=key_id, source="", key="")

    @rx.event
    @guarded(Right.READ)
    async def choose_event(self, text: str) -> Any:
        """Show what named one event, as it was called."""
        self.event = text
        return self._go(event=text.strip(), replace_entry=True)

    @rx.event
    @guarded(Right.READ)
    async def find(self, text: str) -> Any:
        """Show what named one transaction id."""
        self.search = text
        return self._go(transaction_id=text.strip(), replace_entry=True)

    def _show_address(self, address: CallsAddress, zone: ZoneInfo) -> None:
        super()._show_address(address, zone)
        self.view = address.view
        self.verdict, self.handling = list(address.verdict), list(address.handling)
        self.source, self.event, self.url = address.source, address.event, address.url
        self.search = address.transaction_id
        self.more_set = sum(map(bool, (address.handling, address.source, address.url)))
        self.chips = address.chips(dict(self.url_options))

    async def _load_options(self, address: CallsAddress) -> None:
        """Ask what can be chosen; only for a background handler, which does not hold the lock."""
        page = await incoming_urls.list_page(actor(), PageRequest(limit=MAX_LIMIT), archived=None)
        options = [
            (row.api_key_id, f"{row.name} (archived)" if row.archived_at else row.name)
            for row in page.items
        ]
        options = with_chosen(options, address.url)
        await set_changed(self, {"url_options": options, "chips": address.chips(dict(options))})
