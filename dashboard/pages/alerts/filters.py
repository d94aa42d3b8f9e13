"""The filters of the list of alerts, as they stand in the address."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, cast
from zoneinfo import ZoneInfo

from dashboard import routes, time_ranges
from models.words import NoticeKind, NoticeState
from services.reporting.notice_log import NoticeFilter

STATES: Final = [(NoticeState.OPEN.value, "Open"), (NoticeState.RESOLVED.value, "Resolved")]
TYPES: Final = [(kind.value, kind.value) for kind in NoticeKind]
RANGES: Final = [("24h", "Last 24 hours"), ("7d", "Last 7 days"), ("30d", "Last 30 days")]

Chip = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class AlertAddress:
    """The filters and the page; nothing in here has been checked."""

    state: str = ""
    type: str = ""
    range: str = ""
    postback: str = ""
    cursor: str = ""

    @property
    def href(self) -> str:
        """Return the address that shows this."""
        return str(
            routes.alerts(
                state=self.state,
                type=self.type,
                range=self.range,
                postback=self.postback,
                cursor=self.cursor,
            )
        )

    @property
    def chips(self) -> list[Chip]:
        """Return each filter that is set, as (name, label, value)."""
        found = (
            ("state", "State", dict(STATES).get(self.state, self.state)),
            ("type", "Type", self.type),
            ("range", "Time", dict(RANGES).get(self.range, self.range)),
            ("postback", "Postback", self.postback),
        )
        return [chip for chip in found if chip[2]]

    def wanted(self, *, now: datetime, zone: ZoneInfo) -> NoticeFilter:
        """Return the filter for the service, which checks it; raises InvalidInput for a range."""
        since = time_ranges.preset(self.range, now=now, zone=zone)[0] if self.range else None
        return NoticeFilter(
            kind=cast("tuple[NoticeKind, ...]", (self.type,) if self.type else ()),
            state=self.state,
            postback=self.postback,
            since=since,
        )

    def with_filter(self, name: str, value: str) -> "AlertAddress":
        """Return the address with one filter changed, at its first page; unknown names do nothing.

        An empty value takes the filter away.
        """
        if name not in {"state", "type", "range", "postback"}:
            return self
        return replace(self, **{name: value, "cursor": ""})


def read(query: Mapping[str, str]) -> AlertAddress:
    """Return what an address asks for."""
    return AlertAddress(
        state=query.get("state", ""),
        type=query.get("type", ""),
        range=query.get("range", ""),
        postback=query.get("postback", ""),
        cursor=query.get("cursor", ""),
    )
