"""The filters of the delivery log as the person sees them; each choice becomes a new address."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx

from dashboard import time_ranges
from dashboard.pages.deliveries.address import CAUSES, DESTINATIONS, LIST, DeliveryAddress
from dashboard.range_choice import RangeChoice
from dashboard.session import actor, guarded
from services.actor import Right
from services.catalog import affiliates, campaigns
from services.paging import MAX_LIMIT, PageRequest
from services.reporting import destinations, postback_names
from services.reporting.postback_names import PostbackName

Options = list[tuple[str, str]]


class DeliveryFilters(RangeChoice, rx.State, mixin=True):
    """The controls of the filter bar, and what they offer."""

    view: str = LIST
    hrefs: dict[str, str] = rx.field(default_factory=dict)
    """The same filters in each view."""
    status: list[str] = rx.field(default_factory=list)
    postback: str = ""
    destination: str = ""
    campaign: str = ""
    affiliate: str = ""
    cause: str = ""
    chips: list[tuple[str, str, str]] = rx.field(default_factory=list)
    is_live: bool = True

    postback_options: Options = rx.field(default_factory=list)
    destination_options: Options = rx.field(default_factory=list)
    campaign_options: Options = rx.field(default_factory=list)
    affiliate_options: Options = rx.field(default_factory=list)

    _address: DeliveryAddress = DeliveryAddress()

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
    async def choose_postback(self, postback_id: str) -> Any:
        """Show one postback's deliveries only, or all for an empty id."""
        return self._go(postback=postback_id)

    @rx.event
    @guarded(Right.READ)
    async def choose_destination(self, host: str) -> Any:
        """Show what goes to one host only, or all for an empty one."""
        return self._go(destination=host)

    @rx.event
    @guarded(Right.READ)
    async def choose_campaign(self, key: str) -> Any:
        """Show one campaign only, or all for an empty key."""
        return self._go(campaign=key)

    @rx.event
    @guarded(Right.READ)
    async def choose_affiliate(self, key: str) -> Any:
        """Show one affiliate only, or all for an empty key."""
        return self._go(affiliate=key)

    @rx.event
    @guarded(Right.READ)
    async def remove_filter(self, chip: str) -> Any:
        """Take one filter away."""
        return rx.redirect(self._address.without(chip).href)

    @rx.event
    @guarded(Right.READ)
    async def clear_filters(self) -> Any:
        """Take all filters away; where only the time range was left, widen it."""
        has_filters = any(self._address.chips({})) or self._address.range != time_ranges.DEFAULT
        word = time_ranges.DEFAULT if has_filters else "30d"
        plain = DeliveryAddress(view=self._address.view, range=word, live=self._address.live)
        return rx.redirect(plain.href)

    def _go(self, *, replace_entry: bool = False, **changes: Any) -> Any:
        # At once: the next choice may come before this address has been opened.
        self._address = replace(self._address, **changes, cursor="")
        return rx.redirect(self._address.href, replace=replace_entry)

    def _show_address(self, address: DeliveryAddress, zone: ZoneInfo) -> None:
        self._address = address
        self._show_range(address, zone)
        self.view, self.is_live = address.view, address.live
        self.status, self.cause = list(address.status), address.cause
        self.postback, self.destination = address.postback, address.destination
        self.campaign, self.affiliate = address.campaign, address.affiliate
        self.chips = address.chips(dict(self.postback_options))
        self.hrefs = {
            LIST: address.as_view(LIST).href,
            CAUSES: address.as_view(CAUSES).href,
            DESTINATIONS: DeliveryAddress(view=DESTINATIONS).href,
        }

    async def _load_options(self, address: DeliveryAddress) -> None:
        """Ask what can be chosen; only for a background handler, which does not hold the lock."""
        everything = PageRequest(limit=MAX_LIMIT)
        places = await campaigns.list_page(actor(), everything, archived=None)
        brought = await affiliates.list_page(actor(), everything, archived=None)
        postbacks = await postback_names.list_names(actor())
        hosts = await destinations.hosts(actor())
        found = {
            "postback_options": with_chosen(
                [(each.id, shown_name(each)) for each in postbacks], address.postback
            ),
            "destination_options": with_chosen(
                [(host, host) for host in hosts], address.destination
            ),
            "campaign_options": with_chosen(
                [(row.key, row.name) for row in places.items], address.campaign
            ),
            "affiliate_options": with_chosen(
                [("-", "No affiliate"), *((row.key, row.name) for row in brought.items)],
                address.affiliate,
            ),
        }
        changed = {name: value for name, value in found.items() if getattr(self, name) != value}
        if changed:
            async with self:
                for name, value in changed.items():
                    setattr(self, name, value)
                self.chips = address.chips(dict(self.postback_options))


def shown_name(name: PostbackName) -> str:
    """Return what a postback is called on this page."""
    archived = " (archived)" if name.is_archived else ""
    return f"{name.owner} → {name.host}{archived}"


def with_chosen(options: Options, chosen: str) -> Options:
    """Keep a filter from the address visible that names nothing we know."""
    if not chosen or any(value == chosen for value, _ in options):
        return options
    return [*options, (chosen, chosen)]
