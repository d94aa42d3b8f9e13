"""What the audit shows: one page for the filters in the address, kept live."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

import reflex as rx

from dashboard import live
from dashboard.components import list_state
from dashboard.log_page import LogPage
from dashboard.pages.audit import words
from dashboard.pages.audit.filters import AuditAddress
from dashboard.session import SessionState, actor, current_zone, guarded
from services.actor import Right
from services.clock import utc_now
from services.paging import Page, PageRequest
from services.reporting import audit_log
from services.reporting.audit_log import AuditFilter, AuditRow

_EMPTY: Final = (None, "", [], {})

# As the audit writes a moment; people need no fractions of a second.
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)[0-9:.]*\+00:00", re.ASCII)


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that differs; a side that is not there is empty."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One deed in the list."""

    id: str
    at: str
    who: str
    who_id: str
    kind: str
    address: str
    deed: str
    what: str
    href: str
    differences: list[Difference]


class AuditState(LogPage, rx.State):
    """The rows on screen and their filters."""

    lines: list[AuditLine] = rx.field(default_factory=list)
    action: str = ""
    subject: str = ""
    range: str = ""

    _address: AuditAddress = AuditAddress()

    @rx.event(background=True)
    @guarded(Right.READ_AUDIT)
    async def follow(self) -> None:
        """Show the page that the address asks for, and again after every change."""
        async with self:
            zone = current_zone(await self.get_state(SessionState))
            address = AuditAddress.from_query(self.router.url.query_parameters)
            self._address, self.chips = address, address.chips
            self.action, self.subject, self.range = address.action, address.subject, address.range
        async for _ in live.changes(self):
            await self._load(address, zone)

    @rx.event
    @guarded(Right.READ_AUDIT)
    async def choose(self, name: str, value: str) -> Any:
        """Set a filter, or take it away with an empty value."""
        return rx.redirect(self._address.with_filter(name, value).href)

    @rx.event
    @guarded(Right.READ_AUDIT)
    async def choose_actor(self, actor_id: str, name: str) -> Any:
        """Show what one person or program did."""
        return rx.redirect(replace(self._address, who=actor_id, who_name=name, cursor="").href)

    # Whoever may not read the audit may not walk through it either.
    retry = rx.event(guarded(Right.READ_AUDIT)(LogPage.retry))
    newer = rx.event(guarded(Right.READ_AUDIT)(LogPage.newer))
    older = rx.event(guarded(Right.READ_AUDIT)(LogPage.older))
    remove_filter = rx.event(guarded(Right.READ_AUDIT)(LogPage.remove_filter))
    clear_filters = rx.event(guarded(Right.READ_AUDIT)(LogPage.clear_filters))

    @rx.event
    @guarded(Right.READ_AUDIT)
    async def export(self) -> Any:
        """Have the browser fetch what the filters cover as CSV."""
        zone = current_zone(await self.get_state(SessionState))
        wanted = self._address.wanted(now=utc_now(), zone=zone)
        return rx.download(url=f"/api/v1/audit.csv?{_query(wanted)}", filename="audit.csv")

    async def _list(self, wanted: AuditFilter, request: PageRequest) -> Page[AuditRow]:
        return await audit_log.list_page(actor(), wanted, request)

    def _line(self, row: AuditRow) -> AuditLine:
        alone = words.is_about_oneself(row.action, actor_id=row.actor_id, key=row.subject_key)
        return AuditLine(
            id=row.id,
            at=row.at.isoformat(),
            who=row.actor_name,
            who_id=row.actor_id,
            kind=row.actor_kind,
            address=row.address,
            deed=words.deed(row.action, row.subject),
            what="" if alone else row.subject_name or row.subject_key,
            href="" if alone else words.place(row.subject, row.subject_key),
            differences=_differences(row.before, row.after),
        )

    async def _why_empty(self, address: AuditAddress) -> str:
        return list_state.NO_MATCH if address.has_filters else list_state.EMPTY


def _query(wanted: AuditFilter) -> str:
    named = {
        "actor": wanted.actor,
        "action": ",".join(wanted.action),
        "subject": wanted.subject,
        "key": wanted.key,
        "from": wanted.since.isoformat() if wanted.since else "",
    }
    return urlencode({name: value for name, value in named.items() if value})


def _differences(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> list[Difference]:
    old, new = _told(before, alone=after is None), _told(after, alone=before is None)
    return [
        Difference(
            name,
            _text(old[name]) if name in old else "",
            _text(new[name]) if name in new else "",
        )
        for name in {**old, **new}
    ]


def _told(values: Mapping[str, Any] | None, *, alone: bool) -> Mapping[str, Any]:
    """Return one side; what is empty says something only beside another value."""
    given = values or {}
    return {name: value for name, value in given.items() if not alone or value not in _EMPTY}


def _text(value: Any) -> str:
    if value in _EMPTY:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    moment = _MOMENT.fullmatch(value)
    return f"{moment[1]} {moment[2]} UTC" if moment else value
