"""What the audit says of leads: who did what to which, and never a person's data itself."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlmodel import Session

from models.words import AuditAction, AuditSubject
from services.accounts import audit
from services.accounts.audit import Hidden
from services.actor import Actor
from services.delivery.values import SUBS
from services.intake.lead_rows import LeadRow

# All that an erasure takes away must not stand here, since nobody can take it away here.
_HIDDEN: Final = ("external_click_id", "email", "phone", "first_name", "last_name")


def note_created(session: Session, actor: Actor, lead: LeadRow, *, now: datetime) -> None:
    """Write down that somebody captured a lead by hand."""
    _note(session, actor, AuditAction.CREATED, lead, after=_given(_members(lead)), now=now)


def note_changed(
    session: Session, actor: Actor, before: LeadRow, after: LeadRow, *, now: datetime
) -> None:
    """Write down which details of a lead changed; the affiliate by its key, the rest hidden."""
    old, new = _members(before), _members(after)
    _note(session, actor, AuditAction.CHANGED, after, before=old, after=new, now=now)


def note_revealed(session: Session, actor: Actor, lead: LeadRow, *, now: datetime) -> None:
    """Write down that somebody looked at a person's contact."""
    _note(session, actor, AuditAction.REVEALED, lead, now=now)


def note_erased(
    session: Session, actor: Actor, lead: LeadRow, *, cancelled: int, now: datetime
) -> None:
    """Write down that a person was erased, and how many deliveries are not sent for it."""
    after = {"cancelled_deliveries": cancelled}
    _note(session, actor, AuditAction.ERASED, lead, after=after, now=now)


def _note(
    session: Session,
    actor: Actor,
    action: AuditAction,
    lead: LeadRow,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    now: datetime,
) -> None:
    audit.record(
        session,
        actor,
        action,
        AuditSubject.LEAD,
        key=lead.id,
        name=lead.transaction_id,
        before=before,
        after=after,
        now=now,
    )


def _members(lead: LeadRow) -> dict[str, object]:
    hidden = {name: getattr(lead, name) for name in _HIDDEN}
    hidden |= dict(zip(SUBS, lead.subs, strict=True))
    hidden |= {f"fields.{name}": value for name, value in lead.fields}
    shown: dict[str, object] = {"campaign": lead.campaign, "affiliate": lead.affiliate}
    return shown | {name: Hidden(value) if value else None for name, value in hidden.items()}


def _given(members: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in members.items() if value is not None}
