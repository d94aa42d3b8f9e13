"""The filters of the list of alerts, as they stand in the address."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final, cast
from zoneinfo import ZoneInfo

from dashboard import routes, time_ranges
from dashboard.log_address import Chip, LogAddress
from models.words import NoticeKind, NoticeState
from services.reporting.notice_log import NoticeFilter

STATES: Final = [(NoticeState.OPEN.value, "Open"), (NoticeState.RESOLVED.value, "Resolved")]
TYPES: Final = [(kind.value, kind.value) for kind in NoticeKind]


@dataclass(frozen=True, slots=True)
class AlertAddress(LogAddress):
    """The filters and the page; nothing in here has been checked."""

    LABELS: ClassVar = {"state": "State", "type": "Type", "range": "Time", "postback": "Postback"}

    state: str = ""
    type: str = ""
    range: str = ""
    postback: str = ""
    cursor: str = ""

    @property
    def href(self) -> str:
        """Return the address that shows this."""
        return str(routes.alerts(**self.query()))

    @property
    def chips(self) -> list[Chip]:
        """Return each filter that is set, as (name, label, value)."""
        return self.chips_in({"state": dict(STATES), "range": dict(time_ranges.RECENT)})

    def wanted(self, *, now: datetime, zone: ZoneInfo) -> NoticeFilter:
        """Return the filter for the service, which checks it; raises InvalidInput for a range."""
        return NoticeFilter(
            kind=cast("tuple[NoticeKind, ...]", (self.type,) if self.type else ()),
            state=self.state,
            postback=self.postback,
            since=time_ranges.since(self.range, now=now, zone=zone),
        )
