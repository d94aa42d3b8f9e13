"""The filters of the incoming log as the person sees them; each choice becomes a new address."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx

from dashboard.pages.incoming_calls.address import ALL, RANGES, CallsAddress
from dashboard.range_choice import RangeChoice
from dashboard.session import actor, guarded
from services.actor import Right
from services.catalog import incoming_urls
from services.paging import MAX_LIMIT, PageRequest

Options = list[tuple[str, str]]


class CallFilters(RangeChoice, rx.State, mixin=True):
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
    chips: list[tuple[str, str, str]] = rx.field(default_factory=list)
    is_live: bool = True
    url_options: Options = rx.field(default_factory=list)

    _address: CallsAddress = CallsAddress()

    @rx.event
    @guarded(Right.READ)
    async def toggle_verdict(self, word: str) -> Any:
        """Take a verdict into the filter, or out of it."""
        self.verdict = list(_toggled(self._address.verdict, word))
        return self._go(verdict=tuple(self.verdict))

    @rx.event
    @guarded(Right.READ)
    async def toggle_handling(self, word: str) -> Any:
        """Take what became of calls later into the filter, or out of it."""
        self.handling = list(_toggled(self._address.handling, word))
        return self._go(handling=tuple(self.handling))

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

    @rx.event
    @guarded(Right.READ)
    async def remove_filter(self, chip: str) -> Any:
        """Take one filter away."""
        return rx.redirect(self._address.without(chip).href)

    @rx.event
    @guarded(Right.READ)
    async def clear_filters(self) -> Any:
        """Take all filters away; where only the time range was left, widen it."""
        view = self._address.view
        has_filters = any(self._address.chips({})) or self._address.range != RANGES[view]
        word = RANGES[view] if has_filters else "30d"
        plain = CallsAddress(view=view, range=word, live=self._address.live)
        return rx.redirect(plain.href)

    def _go(self, *, replace_entry: bool = False, **changes: Any) -> Any:
        # At once: the next choice may come before this address has been opened.
        self._address = replace(self._address, **changes, cursor="")
        return rx.redirect(self._address.href, replace=replace_entry)

    def _show_address(self, address: CallsAddress, zone: ZoneInfo) -> None:
        self._address = address
        self._show_range(address, zone)
        self.view, self.is_live = address.view, address.live
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
        if address.url and address.url not in dict(options):
            options.append((address.url, address.url))
        if options != self.url_options:
            async with self:
                self.url_options = options
                self.chips = address.chips(dict(options))


def _toggled(chosen: tuple[str, ...], word: str) -> tuple[str, ...]:
    kept = tuple(each for each in chosen if each != word)
    return kept if word in chosen else (*chosen, word)
