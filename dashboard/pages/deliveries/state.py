"""What the delivery log shows: one page of rows for the filters in the address, kept live."""

from datetime import datetime
from zoneinfo import ZoneInfo

import reflex as rx

from dashboard import live
from dashboard.changed_vars import set_changed
from dashboard.components import list_state
from dashboard.pages.deliveries import lines
from dashboard.pages.deliveries.address import CAUSES, LIST, DeliveryAddress, read
from dashboard.pages.deliveries.filter_state import DeliveryFilters
from dashboard.pages.deliveries.lines import CauseLine, DeliveryLine
from dashboard.session import SessionState, actor, current_zone, guarded
from services.actor import Right
from services.errors import AppError
from services.paging import Page, PageRequest
from services.reporting import delivery_log, error_groups
from services.reporting.delivery_log import DeliveryFilter, DeliveryRow


class DeliveriesState(DeliveryFilters, rx.State):
    """The rows on screen, below the filters: deliveries, or their failures by cause."""

    lines: list[DeliveryLine] = rx.field(default_factory=list)
    causes: list[CauseLine] = rx.field(default_factory=list)
    headline: str = ""

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show what the address asks for, and again after every change."""
        async with self:
            zone = current_zone(await self.get_state(SessionState))
            address = read(self.router.url.query_parameters)
            if address.view != self.view:
                self.list_state = list_state.LOADING
            self._show_address(address, zone)
        if address.view not in {LIST, CAUSES}:
            return
        await self._load_options(address)
        is_loaded = False
        async for _ in live.changes(self):
            if address.live or not is_loaded:
                is_loaded = await self._load(address, zone)

    async def _show(self, address: DeliveryAddress, wanted: DeliveryFilter, zone: ZoneInfo) -> None:
        if address.view == LIST:
            await super()._show(address, wanted, zone)
            return
        found = await error_groups.get(actor(), wanted)
        await set_changed(
            self,
            {
                "list_state": list_state.READY if found.groups else list_state.NO_MATCH,
                "causes": lines.cause_lines(found, address, dict(self.postback_options)),
                "headline": lines.headline(found),
            },
        )

    def _show_failure(self, error: AppError, address: DeliveryAddress) -> None:
        super()._show_failure(error, address)
        self.causes, self.headline = [], ""

    async def _list(self, wanted: DeliveryFilter, request: PageRequest) -> Page[DeliveryRow]:
        return await delivery_log.list_page(actor(), wanted, request)

    def _everything(self) -> DeliveryFilter:
        return DeliveryFilter()

    def _line(self, row: DeliveryRow) -> DeliveryLine:
        return lines.delivery_line(row)

    def _time_of(self, row: DeliveryRow) -> datetime:
        return row.created_at
