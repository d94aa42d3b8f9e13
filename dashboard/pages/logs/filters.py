"""What the log's address says: read once, checked by the services, written back by the handlers."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from dashboard import routes, time_ranges
from dashboard.components.event_table import SOURCES
from dashboard.range_choice import span_of
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
NAMES = {
    "event": "Event",
    "campaign": "Campaign",
    "status": "Status",
    "code": "Code",
    "transaction_id": "Transaction ID",
    "lead_id": "Lead",
    "source": "Source",
    "affiliate": "Affiliate",
    "conversion": "Conversion",
    "conversion_status": "Conversion status",
    "time": "Times",
}
CONVERSION_STATUSES: list[tuple[str, str]] = [
    (word.value, word.value.replace("_", " ").capitalize()) for word in ConversionStatus
]

_MANY = {"status": dict(STATUSES), "conversion_status": dict(CONVERSION_STATUSES)}
EXPORT = "/api/v1/events.csv"
_YES_NO = {"yes": True, "no": False}

Chip = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class LogAddress:
    """The filters as they stand in the address; nothing in here has been checked."""

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
        is_custom = self.range == time_ranges.CUSTOM
        given = routes.logs(
            range="" if self.range == time_ranges.DEFAULT else self.range,
            from_=self.start if is_custom else "",
            to=self.end if is_custom else "",
            event=self.event,
            campaign=self.campaign,
            status=",".join(self.status),
            code=self.code,
            transaction_id=self.transaction_id,
            lead_id=self.lead_id,
            source=self.source,
            affiliate=self.affiliate,
            conversion=self.conversion,
            conversion_status=",".join(self.conversion_status),
            time=self.time,
            live="" if self.live else "off",
            cursor=self.cursor,
        )
        return str(given)

    @property
    def chips(self) -> list[Chip]:
        """Return each filter that is set, as (name, label, value), the time range aside."""
        chips = [
            (name, label, getattr(self, name))
            for name, label in NAMES.items()
            if name not in {*_MANY, "source", "time"} and getattr(self, name)
        ]
        chips += [
            (f"{name}:{word}", NAMES[name], words.get(word, word))
            for name, words in _MANY.items()
            for word in getattr(self, name)
        ]
        if self.time:
            chips.append(("time", NAMES["time"], "of the event"))
        if self.source:
            sources = {word.value: name for word, name in SOURCES.items()}
            chips.append(("source", NAMES["source"], sources.get(self.source, self.source)))
        return chips

    def wanted(self, *, now: datetime, zone: ZoneInfo) -> EventLogFilter:
        """Return the filter for the service, which checks it; raises `InvalidInput` for a span."""
        since, until = span_of(self, now=now, zone=zone)
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
        since, until = span_of(self, now=now, zone=zone)
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

    def without(self, chip: str) -> "LogAddress":
        """Return the address without one of its chips; an unknown chip changes nothing."""
        name, _, word = chip.partition(":")
        if name in _MANY:
            kept = tuple(each for each in getattr(self, name) if each != word)
            return replace(self, **{name: kept}, cursor="")
        return replace(self, **{name: ""}, cursor="") if name in NAMES else self

    def mended(self, wrong: Collection[str]) -> "LogAddress":
        """Return the address without the parts that the service refused."""
        plain = LogAddress()
        names = [field.name for field in fields(self) if field.name in wrong]
        return replace(self, **{name: getattr(plain, name) for name in names})


def read(query: Mapping[str, str]) -> LogAddress:
    """Return what an address asks for."""
    return LogAddress(
        range=query.get("range", time_ranges.DEFAULT),
        start=query.get("from", ""),
        end=query.get("to", ""),
        event=query.get("event", ""),
        campaign=query.get("campaign", ""),
        status=_words(query.get("status", "")),
        code=query.get("code", "").lower(),
        transaction_id=query.get("transaction_id", ""),
        lead_id=query.get("lead_id", ""),
        source=query.get("source", ""),
        conversion=query.get("conversion", "") if query.get("conversion") in _YES_NO else "",
        affiliate=query.get("affiliate", ""),
        conversion_status=_words(query.get("conversion_status", "")),
        time="occurred" if query.get("time") == "occurred" else "",
        live=query.get("live", "") != "off",
        cursor=query.get("cursor", ""),
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, text.split(","))))
