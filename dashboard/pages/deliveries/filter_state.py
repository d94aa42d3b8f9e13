"""The filters of the delivery log as the person sees them; each choice becomes a new address."""

from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx

from dashboard.changed_vars import set_changed
from dashboard.log_page import LiveLog, Options, with_chosen
from dashboard.pages.deliveries.address import CAUSES, DESTINATIONS, LIST, DeliveryAddress
from dashboard.session import actor, guarded
from services.actor import Right
from services.catalog import affiliates, campaigns
from services.paging import MAX_LIMIT, PageRequest
from services.reporting import destinations, postback_names
from services.reporting.postback_names import PostbackName


class DeliveryFilters(LiveLog, rx.State, mixin=True):
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

    postback_options: Options = rx.field(default_factory=list)
    destination_options: Options = rx.field(default_factory=list)
    campaign_options: Options = rx.field(default_factory=list)
    affiliate_options: Options = rx.field(default_factory=list)

    _address: DeliveryAddress = DeliveryAddress()

    @rx.event
    @guarded(Right.READ)
    async def toggle_status(self, word: str) -> Any:
        """Take a status into the filter, or out of it."""
        return self._toggle("status", word)

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

    def _show_address(self, address: DeliveryAddress, zone: ZoneInfo) -> None:
        super()._show_address(address, zone)
        self.view, self.cause, self.status = address.view, address.cause, list(address.status)
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
        names = with_chosen([(each.id, shown_name(each)) for each in postbacks], address.postback)
        found = {
            "postback_options": names,
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
            "chips": address.chips(dict(names)),
        }
        await set_changed(self, found)


def shown_name(name: PostbackName) -> str:
    """Return what a postback is called on this page."""
    archived = " (archived)" if name.is_archived else ""
    return f"{name.owner} → {name.host}{archived}"
