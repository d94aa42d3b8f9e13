"""Bulk resend on screen: deliveries under the filters in the address, sent again."""

from dataclasses import replace
from typing import Any

import reflex as rx

from dashboard.bulk_job import BulkJobState, number_text, total_text
from dashboard.pages.deliveries.address import DeliveryAddress, read
from dashboard.session import SessionState, actor, current_zone, guarded
from models.words import BulkStatus
from services.actor import Right
from services.clock import utc_now
from services.reporting.delivery_log import Count, DeliveryFilter
from services.resending import bulk_resends
from services.resending.bulk_resends import RESENDS, BulkResendRow, Preview
from services.resending.wish import ResendWish

_FILTERS = ("postback", "destination", "cause")


class ResendState(BulkJobState, rx.State):
    """The dialog, and the panel above the list."""

    left_out: list[str] = rx.field(default_factory=list)
    delivered: str = ""
    """How many arrived and could be sent again all the same, in words; empty for none."""
    unclear: str = ""
    with_delivered: bool = False
    with_unclear: bool = False

    _wish: ResendWish = ResendWish(DeliveryFilter())

    @rx.var
    def body(self) -> dict[str, Any]:
        """Return the same question as the body of an API call."""
        return body_of(self._wish)

    def _kind(self) -> Any:
        return RESENDS

    @rx.event
    @guarded(Right.RESEND)
    async def ask(self) -> Any:
        """Ask about everything that the filters in the address cover."""
        async for step in self._ask_within({}):
            yield step

    @rx.event
    @guarded(Right.RESEND)
    async def ask_group(self, postback: str, destination: str, cause: str) -> Any:
        """Ask about one group of failures within the filters in the address."""
        named = dict(zip(_FILTERS, (postback, destination, cause), strict=True))
        async for step in self._ask_within(named):
            yield step

    @rx.event
    @guarded(Right.RESEND)
    async def set_delivered(self, wanted: bool) -> Any:
        """Take what has arrived into the resend, or out of it."""
        self.with_delivered = bool(wanted)
        self._wish = replace(self._wish, delivered=self.with_delivered)
        async for step in self._count():
            yield step

    @rx.event
    @guarded(Right.RESEND)
    async def set_unclear(self, wanted: bool) -> Any:
        """Take what may have arrived into the resend, or out of it."""
        self.with_unclear = bool(wanted)
        self._wish = replace(self._wish, unclear=self.with_unclear)
        async for step in self._count():
            yield step

    @rx.event
    @guarded(Right.RESEND)
    async def start(self) -> Any:
        """Begin; a refusal stands in the dialog."""
        async for step in self._start():
            yield step

    @rx.event
    @guarded(Right.RESEND)
    async def cancel(self) -> None:
        """End the running one where it stands."""
        await self._cancel()

    async def _ask_within(self, named: dict[str, str]) -> Any:
        zone = current_zone(await self.get_state(SessionState))
        address: DeliveryAddress = read(self.router.url.query_parameters)
        wanted = replace(address.wanted(now=utc_now(), zone=zone), **named)
        self.with_delivered = self.with_unclear = False
        self.delivered = self.unclear = ""
        async for step in self._ask(ResendWish(wanted)):
            yield step

    async def _counted(self) -> Count:
        found = await bulk_resends.preview(actor(), self._wish)
        self._show(found)
        return found.count

    def _show(self, found: Preview) -> None:
        # Once it is ticked there is nothing left out any more; the words stay.
        if not self.with_delivered:
            self.delivered = number_text(found.delivered) if found.delivered.number else ""
        if not self.with_unclear:
            self.unclear = number_text(found.unclear) if found.unclear.number else ""
        self.left_out = [
            f"{number_text(count)} {text}"
            for count, text in (
                (found.sending, "being sent right now"),
                (found.paused, "of a paused postback: resume the postback to send them"),
                (found.never, "that cannot be sent as they were made: fire the event again"),
            )
            if count.number
        ]

    def _words(self, row: BulkResendRow) -> tuple[str, str]:
        if row.status is BulkStatus.RUNNING:
            title = f"Resending: {row.done:,} of {total_text(row)}"
            return title, " You can leave this page."
        if row.status is BulkStatus.CANCELLED:
            title = f"Cancelled after {row.resent:,} of {total_text(row)}"
            return title, " What was resent until then is sent all the same."
        deliveries = "delivery is" if row.resent == 1 else "deliveries are"
        title = f"{row.resent:,} {deliveries} being sent again"
        if not row.left_out:
            return title, ""
        return title, f" {row.left_out:,} had changed meanwhile and were left out."


def body_of(wish: ResendWish) -> dict[str, Any]:
    """Return what `POST /deliveries/resend` takes for a wish; what is not asked for is left out."""
    asked = wish.filter
    body = {
        "status": list(asked.status),
        "postback": asked.postback,
        "destination": asked.destination,
        "campaign": asked.campaign,
        "affiliate": asked.affiliate,
        "cause": asked.cause,
        "from": asked.since.isoformat() if asked.since else "",
        "to": asked.until.isoformat() if asked.until else "",
        "include_delivered": wish.delivered,
        "include_unclear": wish.unclear,
        "dry_run": True,
    }
    return {name: value for name, value in body.items() if value}
