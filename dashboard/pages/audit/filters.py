"""The filters of the audit, as they stand in the address."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from dashboard import routes, time_ranges
from dashboard.pages.audit.words import DEEDS, SUBJECTS
from models.words import AuditAction, AuditSubject
from services.reporting.audit_log import AuditFilter

ACTIONS: Final = [(action.value, DEEDS[action].capitalize()) for action in AuditAction]
KINDS: Final = [
    (subject.value, SUBJECTS[subject][:1].upper() + SUBJECTS[subject][1:])
    for subject in AuditSubject
]
RANGES: Final = [("24h", "Last 24 hours"), ("7d", "Last 7 days"), ("30d", "Last 30 days")]

Chip = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class AuditAddress:
    """The filters and the page; nothing in here has been checked.

    `who_name` is only shown: the id in `who` decides.
    """

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
        return str(routes.audit(**{each.name: getattr(self, each.name) for each in fields(self)}))

    @property
    def chips(self) -> list[Chip]:
        """Return each filter that is set, as (name, label, value)."""
        found = (
            ("action", "Deed", dict(ACTIONS).get(self.action, self.action)),
            ("subject", "What", dict(KINDS).get(self.subject, self.subject)),
            ("key", "Of", self.key),
            ("who", "Who", (self.who_name or self.who) if self.who else ""),
            ("range", "Time", dict(RANGES).get(self.range, self.range)),
        )
        return [chip for chip in found if chip[2]]

    def wanted(self, *, now: datetime, zone: ZoneInfo) -> AuditFilter:
        """Return the filter for the service, which checks it; raises InvalidInput for a range."""
        return AuditFilter(
            actor=self.who,
            action=(self.action,) if self.action else (),
            subject=self.subject,
            key=self.key,
            since=time_ranges.preset(self.range, now=now, zone=zone)[0] if self.range else None,
        )

    def with_filter(self, name: str, value: str) -> "AuditAddress":
        """Return the address with one filter changed, at its first page; unknown names do nothing.

        An empty value takes the filter away.
        """
        if name == "who":
            return replace(self, who=value, who_name="", cursor="")
        if name not in {"action", "subject", "key", "range"}:
            return self
        return replace(self, **{name: value, "cursor": ""})


def read(query: Mapping[str, str]) -> AuditAddress:
    """Return what an address asks for."""
    return AuditAddress(**{each.name: query.get(each.name, "") for each in fields(AuditAddress)})
