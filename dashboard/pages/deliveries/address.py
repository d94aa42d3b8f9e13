"""What the delivery log's address says: read once, checked by the services, written back."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Final, cast
from zoneinfo import ZoneInfo

from dashboard import routes, time_ranges
from dashboard.range_choice import span_of
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
NAMES: Final = {
    "postback": "Postback",
    "destination": "Destination",
    "campaign": "Campaign",
    "affiliate": "Affiliate",
    "cause": "Cause",
    "status": "Status",
}

Chip = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class DeliveryAddress:
    """The view and the filters as they stand in the address; nothing in here has been checked."""

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
        is_custom = self.range == time_ranges.CUSTOM
        given = routes.deliveries(
            view=self.view,
            range="" if self.range == time_ranges.DEFAULT else self.range,
            from_=self.start if is_custom else "",
            to=self.end if is_custom else "",
            status=",".join(self.status),
            postback=self.postback,
            destination=self.destination,
            campaign=self.campaign,
            affiliate=self.affiliate,
            cause=self.cause,
            live="" if self.live else "off",
            cursor=self.cursor,
        )
        return str(given)

    def as_view(self, view: str) -> "DeliveryAddress":
        """Return the same filters in another view."""
        return replace(self, view=view, cursor="")

    def chips(self, postbacks: Mapping[str, str]) -> list[Chip]:
        """Return each filter that is set, as (name, label, value), the time range aside.

        `postbacks` holds what postbacks are called, by id.
        """
        shown = {
            "postback": postbacks.get(self.postback, self.postback),
            "cause": cause_text(self.cause),
            "affiliate": "none" if self.affiliate == "-" else self.affiliate,
        }
        chips = [
            (name, label, shown.get(name, getattr(self, name)))
            for name, label in NAMES.items()
            if name != "status" and getattr(self, name)
        ]
        words = dict(STATUSES)
        return chips + [
            (f"status:{word}", NAMES["status"], words.get(word, word)) for word in self.status
        ]

    def wanted(self, *, now: datetime, zone: ZoneInfo) -> DeliveryFilter:
        """Return the filter for the service, which checks it; raises `InvalidInput` for a span."""
        since, until = span_of(self, now=now, zone=zone)
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

    def without(self, chip: str) -> "DeliveryAddress":
        """Return the address without one of its chips; an unknown chip changes nothing."""
        name, _, word = chip.partition(":")
        if name == "status":
            kept = tuple(each for each in self.status if each != word)
            return replace(self, status=kept, cursor="")
        return replace(self, **{name: ""}, cursor="") if name in NAMES else self

    def mended(self, wrong: Collection[str]) -> "DeliveryAddress":
        """Return the address without the parts that the service refused."""
        plain = DeliveryAddress()
        names = [field.name for field in fields(self) if field.name in wrong]
        return replace(self, **{name: getattr(plain, name) for name in names})


def read(query: Mapping[str, str]) -> DeliveryAddress:
    """Return what an address asks for."""
    view = query.get("view", "")
    return DeliveryAddress(
        view=view if view in {CAUSES, DESTINATIONS} else LIST,
        range=query.get("range", time_ranges.DEFAULT),
        start=query.get("from", ""),
        end=query.get("to", ""),
        status=tuple(dict.fromkeys(filter(None, query.get("status", "").split(",")))),
        postback=query.get("postback", ""),
        destination=query.get("destination", ""),
        campaign=query.get("campaign", ""),
        affiliate=query.get("affiliate", ""),
        cause=query.get("cause", "").lower(),
        live=query.get("live", "") != "off",
        cursor=query.get("cursor", ""),
    )
