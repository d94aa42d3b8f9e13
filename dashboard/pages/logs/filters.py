"""What the log's address says: read once, checked by the services, written back by the handlers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from dashboard import routes, time_ranges
from dashboard.components.event_table import SOURCES
from dashboard.log_address import Chip, RangedAddress
from models.words import ConversionStatus, DeliveryStatus
from services.reporting.event_log import EventLogFilter

STATUSES: list[tuple[str, str]] = [
    (word.value, word.value.capitalize())
    for word in DeliveryStatus
    if word is not DeliveryStatus.NONE
] + [(DeliveryStatus.NONE.value, "None, no postback")]
CODES: list[tuple[str, str]] = [
    ("2xx", "Success"),
    ("3xx", "Redirected"),
    ("4xx", "Refused by the partner"),
    ("5xx", "Failed at the partner"),
    ("none", "No answer"),
]
CONVERSION_STATUSES: list[tuple[str, str]] = [
    (word.value, word.value.replace("_", " ").capitalize()) for word in ConversionStatus
]

EXPORT = "/api/v1/events.csv"
_YES_NO = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class EventLogAddress(RangedAddress):
    """The filters as they stand in the address; nothing in here has been checked."""

    LABELS: ClassVar = {
        "event": "Event",
        "campaign": "Campaign",
        "code": "Code",
        "transaction_id": "Transaction ID",
        "lead_id": "Lead",
        "affiliate": "Affiliate",
        "conversion": "Conversion",
        "status": "Status",
        "conversion_status": "Conversion status",
        "time": "Times",
        "source": "Source",
    }

    range: str = time_ranges.DEFAULT
    start: str = ""
    end: str = ""
    event: str = ""
    campaign: str = ""
    status: tuple[str, ...] = ()
    code: str = ""
    transaction_id: str = ""
    lead_id: str = ""
    source: str = ""
    affiliate: str = ""
    conversion: str = ""
    conversion_status: tuple[str, ...] = ()
    time: str = ""
    """`occurred`, or empty for the time of receipt."""
    live: bool = True
    cursor: str = ""

    @property
    def href(self) -> str:
        """Return the address that shows this."""
        return str(routes.logs(**self.query()))

    @property
    def chips(self) -> list[Chip]:
        """Return each filter that is set, as (name, label, value), the time range aside."""
        return self.chips_in(
            {
                "status": dict(STATUSES),
                "conversion_status": dict(CONVERSION_STATUSES),
                "time": {self.time: "of the event"},
                "source": {word.value: name for word, name in SOURCES.items()},
            }
        )

    def wanted(self, *, now: datetime, zone: ZoneInfo) -> EventLogFilter:
        """Return the filter for the service, which checks it; raises `InvalidInput` for a span."""
        since, until = self.span(now=now, zone=zone)
        return EventLogFilter(
            event=self.event,
            campaign=self.campaign,
            status=cast("tuple[DeliveryStatus, ...]", self.status),
            code=self.code,
            transaction_id=self.transaction_id,
            lead_id=self.lead_id,
            source=self.source,
            affiliate=self.affiliate,
            conversion=_YES_NO.get(self.conversion),
            conversion_status=cast("tuple[ConversionStatus, ...]", self.conversion_status),
            time="occurred" if self.time else "received",
            since=since,
            until=until,
        )

    def file(self, *, now: datetime, zone: ZoneInfo) -> str:
        """Return the address of the file with the same rows; raises `InvalidInput` for a span."""
        since, until = self.span(now=now, zone=zone)
        conversion = _YES_NO.get(self.conversion)
        filters = {
            "from": since.isoformat() if since else "",
            "to": until.isoformat() if until else "",
            "event": self.event,
            "campaign": self.campaign,
            "affiliate": self.affiliate,
            "status": list(self.status),
            "code": self.code,
            "transaction_id": self.transaction_id,
            "lead_id": self.lead_id,
            "source": self.source,
            "conversion": "" if conversion is None else str(conversion).lower(),
            "conversion_status": ",".join(self.conversion_status),
            "time": "occurred" if self.time else "",
        }
        given = {name: value for name, value in filters.items() if value}
        return f"{EXPORT}?{urlencode(given, doseq=True)}"


def read(query: Mapping[str, str]) -> EventLogAddress:
    """Return what an address asks for."""
    found = EventLogAddress.from_query(query)
    return replace(
        found,
        code=found.code.lower(),
        conversion=found.conversion if found.conversion in _YES_NO else "",
        time="occurred" if found.time == "occurred" else "",
    )
