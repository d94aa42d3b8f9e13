"""The filters of the audit, as they stand in the address."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Final, Self
from zoneinfo import ZoneInfo

from dashboard import routes, time_ranges
from dashboard.log_address import Chip, LogAddress
from dashboard.pages.audit.words import DEEDS, SUBJECTS
from models.words import AuditAction, AuditSubject
from services.reporting.audit_log import AuditFilter

ACTIONS: Final = [(action.value, DEEDS[action].capitalize()) for action in AuditAction]
KINDS: Final = [
    (subject.value, SUBJECTS[subject][:1].upper() + SUBJECTS[subject][1:])
    for subject in AuditSubject
]


@dataclass(frozen=True, slots=True)
class AuditAddress(LogAddress):
    """The filters and the page; nothing in here has been checked.

    `who_name` is only shown: the id in `who` decides.
    """

    LABELS: ClassVar = {
        "action": "Deed",
        "subject": "What",
        "key": "Of",
        "who": "Who",
        "range": "Time",
    }

    action: str = ""
    subject: str = ""
    key: str = ""
    who: str = ""
    who_name: str = ""
    range: str = ""
    cursor: str = ""

    @property
    def href(self) -> str:
        """Return the address that shows this."""
        return str(routes.audit(**self.query()))

    @property
    def chips(self) -> list[Chip]:
        """Return each filter that is set, as (name, label, value)."""
        return self.chips_in(
            {
                "action": dict(ACTIONS),
                "subject": dict(KINDS),
                "who": {self.who: self.who_name or self.who},
                "range": dict(time_ranges.RECENT),
            }
        )

    def wanted(self, *, now: datetime, zone: ZoneInfo) -> AuditFilter:
        """Return the filter for the service, which checks it; raises InvalidInput for a range."""
        return AuditFilter(
            actor=self.who,
            action=(self.action,) if self.action else (),
            subject=self.subject,
            key=self.key,
            since=time_ranges.since(self.range, now=now, zone=zone),
        )

    def with_filter(self, name: str, value: str) -> Self:
        """Return the address with one filter changed; a name belongs to the person before."""
        changed = LogAddress.with_filter(self, name, value)
        return replace(changed, who_name="") if name == "who" else changed
