"""Bulk resends: many deliveries sent again by one command."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session

from models import BulkResend
from models.words import AuditAction, AuditSubject, BulkStatus
from services import database
from services.actor import Actor, Right
from services.bulk_jobs import jobs
from services.bulk_jobs.kind import BulkJobRow, Kind, Step
from services.clock import Clock, utc_now
from services.delivery.resends import resend_many
from services.reporting import keyset
from services.reporting.keyset import Count
from services.resending.wish import ResendWish

LEFT_OUT_COUNTED_AT_MOST: Final = 10_000
_NOTHING: Final = Count(0, is_complete=True)


@dataclass(frozen=True, slots=True)
class Preview:
    """How many deliveries would be sent again, and how many of the filter would not, and why.

    `delivered` arrived and were not asked for; `unclear` are at-most-once ones of which nobody
    knows, likewise; `never` cannot be sent as they were rendered; `sending` are on their way;
    `paused` belong to a paused postback.
    """

    count: Count
    delivered: Count = _NOTHING
    unclear: Count = _NOTHING
    never: Count = _NOTHING
    sending: Count = _NOTHING
    paused: Count = _NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkResendRow(BulkJobRow):
    """One bulk resend: `resent` were made due again, and are sent even if it is cancelled."""

    resent: int

    @property
    def figures(self) -> Mapping[str, int]:
        """Return what was done."""
        return {"resent": self.resent}


async def preview(actor: Actor, wish: ResendWish, *, clock: Clock = utc_now) -> Preview:
    """Count what the wish covers and what it leaves out, and change nothing.

    Raises `NotAllowed` without the right to resend, and `InvalidInput` for a wrong filter.
    """
    actor.require(Right.RESEND)
    return await database.read(_preview, wish.before(clock()))


def _preview(session: Session, wish: ResendWish) -> Preview:
    others = {
        name: keyset.count(session, search, at_most=LEFT_OUT_COUNTED_AT_MOST)
        for name, search in wish.left_out(session).items()
    }
    return Preview(jobs.count(session, wish), **others)


def _resend(session: Session, step: Step[ResendWish], now: datetime) -> Mapping[str, int]:
    """Make due what may still be sent again; the rest has changed meanwhile."""
    wish = step.wish
    resent = resend_many(session, step.ids, statuses=wish.statuses, reasons=wish.reasons, now=now)
    return {"resent": resent, "left_out": len(step.ids) - resent}


def _told(row: BulkResendRow) -> Mapping[str, object]:
    if row.status is BulkStatus.CANCELLED:
        return {**row.asked, "total": row.total, "resent": row.resent}
    return {**row.asked, "total": row.total, "total_is_complete": row.total_is_complete}


RESENDS: Final = Kind(
    noun="bulk resend",
    id_prefix="rsd",
    model=BulkResend,
    row=BulkResendRow,
    wish=ResendWish,
    right=Right.RESEND,
    batch=200,
    take=_resend,
    begun=AuditAction.RESENT,
    subject=AuditSubject.DELIVERY,
    subject_name="",
    told=_told,
)
