"""What the delivery log's address says: read once, checked by the services, written back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Final, Self, cast
from zoneinfo import ZoneInfo

from dashboard import routes, time_ranges
from dashboard.log_address import Chip, RangedAddress
from models.words import DeliveryStatus
from services.reporting.causes import cause_text
from services.reporting.delivery_log import DeliveryFilter

LIST: Final = ""
CAUSES: Final = "causes"
DESTINATIONS: Final = "destinations"

STATUSES: list[tuple[str, str]] = [
    (word.value, word.value.capitalize())
    for word in DeliveryStatus
    if word is not DeliveryStatus.NONE
]


@dataclass(frozen=True, slots=True)
class DeliveryAddress(RangedAddress):
    """The view and the filters as they stand in the address; nothing in here has been checked."""

    LABELS: ClassVar = {
        "postback": "Postback",
        "destination": "Destination",
        "campaign": "Campaign",
        "affiliate": "Affiliate",
        "cause": "Cause",
        "status": "Status",
    }

    view: str = LIST
    range: str = time_ranges.DEFAULT
    start: str = ""
    end: str = ""
    status: tuple[str, ...] = ()
    postback: str = ""
    destination: str = ""
    campaign: str = ""
    affiliate: str = ""
    cause: str = ""
    live: bool = True
    cursor: str = ""

    @property
    def href(self) -> str:
        """Return the address that shows this."""
        return str(routes.deliveries(**self.query()))

    @property
    def plain(self) -> Self:
        """Return the address of the same view without any filter, in its usual range."""
        return type(self)(view=self.view, live=self.live)

    def as_view(self, view: str) -> Self:
        """Return the same filters in another view."""
        return replace(self, view=view, cursor="")

    def chips(self, postbacks: Mapping[str, str]) -> list[Chip]:
        """Return each filter that is set, as (name, label, value), the time range aside.

        `postbacks` holds what postbacks are called, by id.
        """
        return self.chips_in(
            {
                "postback": postbacks,
                "cause": {self.cause: cause_text(self.cause)},
                "affiliate": {"-": "none"},
                "status": dict(STATUSES),
            }
        )

    def wanted(self, *, now: datetime, zone: ZoneInfo) -> DeliveryFilter:
        """Return the filter for the service, which checks it; raises `InvalidInput` for a span."""
        since, until = self.span(now=now, zone=zone)
        return DeliveryFilter(
            status=cast("tuple[DeliveryStatus, ...]", self.status),
            postback=self.postback,
            destination=self.destination,
            campaign=self.campaign,
            affiliate=self.affiliate,
            cause=self.cause,
            since=since,
            until=until,
        )


def read(query: Mapping[str, str]) -> DeliveryAddress:
    """Return what an address asks for."""
    found = DeliveryAddress.from_query(query)
    view = found.view if found.view in {CAUSES, DESTINATIONS} else LIST
    return replace(found, view=view, cause=found.cause.lower())
