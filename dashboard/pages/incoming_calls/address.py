"""What the incoming log's address says: read once, checked by the services, written back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Final, Self
from zoneinfo import ZoneInfo

from dashboard import routes, time_ranges
from dashboard.components.event_table import SOURCES
from dashboard.log_address import Chip, RangedAddress
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


@dataclass(frozen=True, slots=True)
class CallsAddress(RangedAddress):
    """The view and the filters as they stand in the address; nothing in here has been checked."""

    LABELS: ClassVar = {
        "event": "Event",
        "transaction_id": "Transaction ID",
        "url": "Incoming URL",
        "key": "Key",
        "source": "Source",
        "verdict": "Verdict",
        "handling": "Since then",
    }

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
        return str(routes.incoming_calls(**self.query()))

    @property
    def plain(self) -> Self:
        """Return the address of the same view without any filter, in its usual range."""
        return type(self)(view=self.view, range=RANGES[self.view], live=self.live)

    def chips(self, urls: Mapping[str, str]) -> list[Chip]:
        """Return each filter that is set, as (name, label, value), the time range aside.

        `urls` holds what incoming URLs are called, by the id of their key.
        """
        return self.chips_in(
            {
                "url": urls,
                "source": {word.value: name for word, name in SOURCES.items()},
                "verdict": dict(VERDICTS),
                "handling": dict(HANDLINGS),
            }
        )

    def wanted(self, *, now: datetime, zone: ZoneInfo) -> SubmissionFilter:
        """Return the filter for the service, which checks it; raises `InvalidInput` for a span."""
        since, until = self.span(now=now, zone=zone)
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


def read(query: Mapping[str, str]) -> CallsAddress:
    """Return what an address asks for."""
    found = CallsAddress.from_query(query)
    view = WAITING if found.view == WAITING else ALL
    return replace(
        found,
        view=view,
        range=found.range or RANGES[view],
        handling=() if view == WAITING else found.handling,
    )
