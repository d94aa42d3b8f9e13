"""What the incoming log's address says: read once, checked by the services, written back."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from dashboard import routes, time_ranges
from dashboard.components.event_table import SOURCES
from dashboard.range_choice import span_of
from models.words import Handling, Source, Verdict
from services.reporting.incoming_log import UNMATCHED, SubmissionFilter

ALL: Final = ""
WAITING: Final = "unmatched"
# Who waits does so for up to a month.
RANGES: Final = {ALL: time_ranges.DEFAULT, WAITING: "30d"}

VERDICTS: list[tuple[str, str]] = [
    (word.value, word.value.replace("_", " ").capitalize()) for word in Verdict
]
HANDLINGS: list[tuple[str, str]] = [(word.value, word.value.capitalize()) for word in Handling]
NAMES: Final = {
    "event": "Event",
    "transaction_id": "Transaction ID",
    "url": "Incoming URL",
    "key": "Key",
    "source": "Source",
}

_MANY: Final = {
    "verdict": ("Verdict", dict(VERDICTS)),
    "handling": ("Since then", dict(HANDLINGS)),
}

Chip = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class CallsAddress:
    """The view and the filters as they stand in the address; nothing in here has been checked."""

    view: str = ALL
    range: str = ""
    start: str = ""
    end: str = ""
    verdict: tuple[str, ...] = ()
    handling: tuple[str, ...] = ()
    source: str = ""
    event: str = ""
    transaction_id: str = ""
    url: str = ""
    """The id of an incoming URL's key."""
    key: str = ""
    live: bool = True
    cursor: str = ""

    @property
    def href(self) -> str:
        """Return the address that shows this."""
        is_custom = self.range == time_ranges.CUSTOM
        given = routes.incoming_calls(
            view=self.view,
            range="" if self.range == RANGES[self.view] else self.range,
            from_=self.start if is_custom else "",
            to=self.end if is_custom else "",
            verdict=",".join(self.verdict),
            handling=",".join(self.handling),
            source=self.source,
            event=self.event,
            transaction_id=self.transaction_id,
            url=self.url,
            key=self.key,
            live="" if self.live else "off",
            cursor=self.cursor,
        )
        return str(given)

    def chips(self, urls: Mapping[str, str]) -> list[Chip]:
        """Return each filter that is set, as (name, label, value), the time range aside.

        `urls` holds what incoming URLs are called, by the id of their key.
        """
        shown = {
            "url": urls.get(self.url, self.url),
            "source": {word.value: name for word, name in SOURCES.items()}.get(
                self.source, self.source
            ),
        }
        chips = [
            (name, label, shown.get(name, getattr(self, name)))
            for name, label in NAMES.items()
            if getattr(self, name)
        ]
        return chips + [
            (f"{name}:{word}", label, words.get(word, word))
            for name, (label, words) in _MANY.items()
            for word in getattr(self, name)
        ]

    def wanted(self, *, now: datetime, zone: ZoneInfo) -> SubmissionFilter:
        """Return the filter for the service, which checks it; raises `InvalidInput` for a span."""
        since, until = span_of(self, now=now, zone=zone)
        waiting = tuple(map(str, UNMATCHED)) if self.view == WAITING else ()
        return SubmissionFilter(
            verdict=self.verdict,
            source=self.source or (Source.INCOMING if self.url else ""),
            actor_id=self.url or self.key,
            event=self.event,
            transaction_id=self.transaction_id,
            handling=waiting or self.handling,
            since=since,
            until=until,
        )

    def without(self, chip: str) -> "CallsAddress":
        """Return the address without one of its chips; an unknown chip changes nothing."""
        name, _, word = chip.partition(":")
        if name in _MANY:
            kept = tuple(each for each in getattr(self, name) if each != word)
            return replace(self, **{name: kept}, cursor="")
        return replace(self, **{name: ""}, cursor="") if name in NAMES else self

    def mended(self, wrong: Collection[str]) -> "CallsAddress":
        """Return the address without the parts that the service refused."""
        plain = CallsAddress(view=self.view, range=RANGES[self.view])
        names = [field.name for field in fields(self) if field.name in wrong]
        return replace(self, **{name: getattr(plain, name) for name in names})


def read(query: Mapping[str, str]) -> CallsAddress:
    """Return what an address asks for."""
    view = WAITING if query.get("view") == WAITING else ALL
    return CallsAddress(
        view=view,
        range=query.get("range") or RANGES[view],
        start=query.get("from", ""),
        end=query.get("to", ""),
        verdict=_words(query.get("verdict", "")),
        handling=() if view == WAITING else _words(query.get("handling", "")),
        source=query.get("source", ""),
        event=query.get("event", ""),
        transaction_id=query.get("transaction_id", ""),
        url=query.get("url", ""),
        key=query.get("key", ""),
        live=query.get("live", "") != "off",
        cursor=query.get("cursor", ""),
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, text.split(","))))
