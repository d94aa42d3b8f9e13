"""What the record of one lead shows."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from dashboard import feedback, live, routes
from dashboard.changed_vars import set_changed
from dashboard.components import list_state
from dashboard.lines import coming_at, coming_words
from dashboard.session import actor, guarded
from services.actor import Right
from services.errors import AppError, NotFound
from services.intake import leads
from services.intake.leads import LeadRow
from services.reporting import lead_timeline
from services.reporting.lead_timeline import TimelineEntry

MISSING = "missing"
MOST_ENTRIES = 200


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One entry of the time line; `href` leads to the log entry, empty for the capture."""

    at: str
    kind: str
    title: str
    detail: str
    status: str
    href: str
    by: str
    next_try: str
    next_at: str


class LeadState(rx.State):
    """One lead: who it is, what identifies it, and what happened to it."""

    shown: str = list_state.LOADING
    """`loading`, `missing`, `error` or `ready`."""
    problem: str = ""
    id: str = ""
    name: str = ""
    full_name: str = ""
    email: str = ""
    phone: str = ""
    transaction_id: str = ""
    external_click_id: str = ""
    campaign: str = ""
    campaign_name: str = ""
    affiliate: str = ""
    affiliate_name: str = ""
    source: str = ""
    captured_at: str = ""
    submitted_at: str = ""
    more: list[tuple[str, str]] = rx.field(default_factory=list)
    """The subs that are there, then the free fields."""
    entries: list[EntryLine] = rx.field(default_factory=list)
    has_more: bool = False
    is_masked: bool = False
    """Whether there is more of the contact than is shown."""
    erased_at: str = ""

    _revealed: dict[str, Any] = rx.field(default_factory=dict)
    """What was revealed for this view, until the lead changes."""
    _revealed_version: int = 0

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show the lead of the address, and again after every change."""
        lead_id = self.lead_id
        async with self:
            if lead_id != self.id:
                self.reset()
                self.id = lead_id
            self._revealed = {}
        async for _ in live.changes(self):
            await self._load(lead_id)

    @rx.event
    @guarded(Right.REVEAL_CONTACTS)
    async def reveal(self) -> None:
        """Show the contact for as long as the page is looked at; the audit says who did."""
        row = await leads.reveal(actor(), self.id)
        found = _contact(row)
        self._revealed, self._revealed_version = found, row.version
        for name, value in found.items():
            setattr(self, name, value)

    async def _load(self, lead_id: str) -> None:
        try:
            row = await leads.get(actor(), lead_id)
            entries = await lead_timeline.list_entries(actor(), lead_id, limit=MOST_ENTRIES)
            kept = self._revealed if row.version == self._revealed_version else {}
            shown = (
                _facts(row)
                | kept
                | {
                    "entries": [_line(entry) for entry in entries],
                    "has_more": len(entries) == MOST_ENTRIES,
                }
            )
        except NotFound:
            shown = {"shown": MISSING}
        except AppError as error:
            shown = {"shown": list_state.FAILED, "problem": feedback.sentence(error)}
        await set_changed(self, shown)


def _facts(row: LeadRow) -> dict[str, Any]:
    return {
        "shown": list_state.READY,
        "full_name": row.full_name,
        "transaction_id": row.transaction_id,
        "campaign": row.campaign,
        "campaign_name": row.campaign_name,
        "affiliate": row.affiliate or "",
        "affiliate_name": row.affiliate_name or "",
        "source": row.source,
        "captured_at": row.created_at.isoformat(),
        "submitted_at": row.submitted_at.isoformat(),
        "erased_at": row.erased_at.isoformat() if row.erased_at else "",
        **_contact(row),
    }


def _contact(row: LeadRow) -> dict[str, Any]:
    nobody = "Erased lead" if row.erased_at else "Lead without a name"
    return {
        "name": row.full_name or row.email or nobody,
        "email": row.email or "",
        "phone": row.phone or "",
        "external_click_id": row.external_click_id or "",
        "is_masked": row.is_masked,
        "more": [
            *((f"sub{number}", text) for number, text in enumerate(row.subs, 1) if text),
            *row.fields,
        ],
    }


def _line(entry: TimelineEntry) -> EntryLine:
    return EntryLine(
        at=entry.at.isoformat(),
        kind=entry.kind,
        title=entry.title,
        detail=entry.detail,
        status=entry.status,
        href=str(routes.log_entry(entry.event_id)) if entry.event_id else "",
        by=entry.actor_name,
        next_try=coming_words(entry.next_try),
        next_at=coming_at(entry.next_try),
    )
