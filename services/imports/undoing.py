"""Takes imported rows back, the last one first, and says of each that stays why it does.

What a partner was told cannot be taken back: such an event stays and becomes `reversed`, with the
postbacks that ask for it, so that the partner's books and ours agree. What others have built on
since stays as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Table, and_, bindparam, delete, exists, func, or_, select, update
from sqlmodel import Session

from models import Delivery, Event, ImportJob, Lead, StatusChange
from models.words import (
    ConversionStatus,
    DeliveryReason,
    DeliveryStatus,
    ImportKind,
    ImportVerdict,
    Source,
)
from services.any_of import any_of
from services.delivery.outbox import refresh_events
from services.errors import Conflict, NotFound
from services.imports.chunks import Result
from services.imports.stored import actor_of
from services.intake.status_changes import apply_change

DELIVERY: Table = Delivery.__table__  # type: ignore[attr-defined]
EVENT: Table = Event.__table__  # type: ignore[attr-defined]
LEAD: Table = Lead.__table__  # type: ignore[attr-defined]
CHANGE: Table = StatusChange.__table__  # type: ignore[attr-defined]

_SENT = or_(
    DELIVERY.c.attempts > 0,
    DELIVERY.c.status.in_((DeliveryStatus.SENDING, DeliveryStatus.DELIVERED)),
)
_WAITS = (DeliveryStatus.PENDING, DeliveryStatus.RETRYING, DeliveryStatus.HELD)
_CANCELLED_TEXT: Final = "Not sent: the import of this event was undone."
_REVERSED: Final = "Partners were told already, so the event stays and is reversed."


@dataclass(frozen=True, slots=True)
class UndoPreview:
    """What undoing would do: `total` rows, of which `sent` are reversed and `blocked` stay."""

    total: int
    sent: int
    blocked: int


def preview(session: Session, job: ImportJob) -> UndoPreview:
    """Count what undoing an import would do."""
    values = {"b_import": job.id}
    connection = session.connection()
    total = int(job.applied.get(ImportVerdict.IMPORTED.value, 0))
    if job.kind is ImportKind.EVENTS:
        sent = connection.execute(_COUNT_SENT, values).scalar_one()
        return UndoPreview(total, sent, connection.execute(_COUNT_CHANGED, values).scalar_one())
    count = _COUNT_USED if job.kind is ImportKind.LEADS else _COUNT_MOVED
    return UndoPreview(total, 0, connection.execute(count, values).scalar_one())


def undo_rows(
    session: Session, job: ImportJob, results: Sequence[Result], *, now: datetime
) -> list[Result]:
    """Take back the rows of one chunk within the caller's unit of work.

    Returns the new result of every row, in the order of the chunk.
    """
    refs = [each.ref for each in results if each.verdict is ImportVerdict.IMPORTED]
    take = {
        ImportKind.EVENTS: _undo_events,
        ImportKind.LEADS: _undo_leads,
        ImportKind.STATUS_CHANGES: _undo_changes,
    }[job.kind]
    found = take(session, job, list(reversed(refs)), now) if refs else {}
    return [found[each.ref] if each.verdict is ImportVerdict.IMPORTED else each for each in results]


def _undo_events(
    session: Session, job: ImportJob, ids: Sequence[str], now: datetime
) -> dict[str, Result]:
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        # A worker may claim one of them now: it goes first, or finds it gone.
        connection.execute(_LOCK_DELIVERIES, {"ids": ids})
    events = {row.id: row for row in connection.execute(_EVENTS, {"ids": ids})}
    firsts: dict[str, ConversionStatus] = {}
    for row in connection.execute(_CHANGES, {"ids": ids}):
        firsts.setdefault(row.event_id, row.from_status)
    sent = set(connection.execute(_SENT_EVENTS, {"ids": ids}).scalars())
    known: dict[str, int] = {
        row[0]: row[1] for row in connection.execute(_DELIVERIES, {"ids": ids})
    }
    # Of what arrived long ago retention has removed the deliveries.
    sent |= {key for key, row in events.items() if row.deliveries > known.get(key, 0)}
    results: dict[str, Result] = {}
    gone: list[str] = []
    reverse: list[str] = []
    for event_id in ids:
        event = events.get(event_id)
        if event is None:
            results[event_id] = Result(ImportVerdict.KEPT, "This event is gone already.", event_id)
        elif firsts.get(event_id, event.conversion_status) is not event.conversion_status:
            text = f"Its conversion status was changed since, to “{event.conversion_status}”."
            results[event_id] = Result(ImportVerdict.KEPT, text, event_id)
        elif event_id not in sent:
            gone.append(event_id)
            results[event_id] = Result(ImportVerdict.UNDONE)
        else:
            reverse.append(event_id)
            results[event_id] = Result(ImportVerdict.REVERSED, _REVERSED, event_id)
    if gone:
        connection.execute(_DELETE_EVENTS, {"ids": gone})
    if reverse:
        connection.execute(_CANCEL, {"ids": reverse})
        refresh_events(session, reverse)
    for event_id in reverse:
        _reverse(session, job, event_id, now)
    return results


def _reverse(session: Session, job: ImportJob, event_id: str, now: datetime) -> None:
    try:
        apply_change(
            session,
            event_id,
            to=ConversionStatus.REVERSED,
            reason=_why(job),
            source=Source.IMPORT,
            actor=actor_of(job),
            now=now,
        )
    except Conflict:
        return  # it came as reversed


def _undo_leads(
    session: Session, job: ImportJob, ids: Sequence[str], now: datetime
) -> dict[str, Result]:
    del job, now
    connection = session.connection()
    leads = {row.id: row for row in connection.execute(_LEADS, {"ids": ids})}
    used = set(connection.execute(_USED_LEADS, {"ids": ids}).scalars())
    results: dict[str, Result] = {}
    for lead_id in ids:
        lead = leads.get(lead_id)
        if lead is None:
            results[lead_id] = Result(ImportVerdict.KEPT, "This lead is gone already.", lead_id)
        elif lead_id in used:
            text = "Events were recorded for this lead since."
            results[lead_id] = Result(ImportVerdict.KEPT, text, lead_id)
        elif lead.version > 1:
            text = "This lead was edited since."
            results[lead_id] = Result(ImportVerdict.KEPT, text, lead_id)
        else:
            results[lead_id] = Result(ImportVerdict.UNDONE)
    gone = [key for key, each in results.items() if each.verdict is ImportVerdict.UNDONE]
    if gone:
        connection.execute(_DELETE_LEADS, {"ids": gone})
    return results


def _undo_changes(
    session: Session, job: ImportJob, refs: Sequence[str], now: datetime
) -> dict[str, Result]:
    results: dict[str, Result] = {}
    for ref in refs:
        event_id, was, became = ref.split(" ")
        row = session.connection().execute(_STATUS, {"b_id": event_id}).one_or_none()
        if row is None:
            results[ref] = Result(ImportVerdict.KEPT, "This event is gone.", ref)
        elif row.conversion_status != ConversionStatus(became):
            text = f"Its conversion status was changed since, to “{row.conversion_status}”."
            results[ref] = Result(ImportVerdict.KEPT, text, ref)
        else:
            results[ref] = _change_back(session, job, event_id, ConversionStatus(was), now)
    return results


def _change_back(
    session: Session, job: ImportJob, event_id: str, to: ConversionStatus, now: datetime
) -> Result:
    try:
        apply_change(
            session,
            event_id,
            to=to,
            reason=_why(job),
            source=Source.IMPORT,
            actor=actor_of(job),
            now=now,
            # Whoever was told of the change is told of its end.
            sends=bool(job.options["send_postbacks"]),
        )
    except (Conflict, NotFound) as error:
        return Result(ImportVerdict.KEPT, error.message, event_id)
    return Result(ImportVerdict.UNDONE)


def _why(job: ImportJob) -> str:
    return f"The import of “{job.file_name}” was undone."


_OF_IMPORT = EVENT.c.import_id == bindparam("b_import")
_COUNT_SENT = select(func.count()).where(
    _OF_IMPORT, exists().where(and_(DELIVERY.c.event_id == EVENT.c.id, _SENT))
)
_COUNT_CHANGED = select(func.count()).where(
    _OF_IMPORT, exists().where(CHANGE.c.event_id == EVENT.c.id)
)
_COUNT_USED = select(func.count()).where(
    LEAD.c.import_id == bindparam("b_import"),
    or_(LEAD.c.version > 1, exists().where(EVENT.c.lead_id == LEAD.c.id)),
)
_COUNT_MOVED = (
    select(func.count())
    .select_from(CHANGE.join(EVENT, EVENT.c.id == CHANGE.c.event_id))
    .where(
        CHANGE.c.import_id == bindparam("b_import"),
        EVENT.c.conversion_status != CHANGE.c.to_status,
    )
)
_LOCK_DELIVERIES = (
    select(DELIVERY.c.id)
    .where(any_of(DELIVERY.c.event_id, "ids"))
    .order_by(DELIVERY.c.id)
    .with_for_update()
)
_EVENTS = (
    select(EVENT.c.id, EVENT.c.conversion_status, EVENT.c.deliveries)
    .where(any_of(EVENT.c.id, "ids"))
    .order_by(EVENT.c.id)
    .with_for_update()
)
_CHANGES = (
    select(CHANGE.c.event_id, CHANGE.c.from_status)
    .where(any_of(CHANGE.c.event_id, "ids"))
    .order_by(CHANGE.c.event_id, CHANGE.c.changed_at, CHANGE.c.id)
)
_SENT_EVENTS = (
    select(DELIVERY.c.event_id).where(any_of(DELIVERY.c.event_id, "ids"), _SENT).distinct()
)
_DELIVERIES = (
    select(DELIVERY.c.event_id, func.count())
    .where(any_of(DELIVERY.c.event_id, "ids"))
    .group_by(DELIVERY.c.event_id)
)
_DELETE_EVENTS = delete(EVENT).where(any_of(EVENT.c.id, "ids"))
_CANCEL = (
    update(DELIVERY)
    .where(any_of(DELIVERY.c.event_id, "ids"), DELIVERY.c.status.in_(_WAITS))
    .values(
        status=DeliveryStatus.CANCELLED,
        reason=DeliveryReason.DISCARDED,
        reason_text=_CANCELLED_TEXT,
        due_at=None,
        held_at=None,
    )
)
_LEADS = select(LEAD.c.id, LEAD.c.version).where(any_of(LEAD.c.id, "ids")).with_for_update()
_USED_LEADS = select(EVENT.c.lead_id).where(any_of(EVENT.c.lead_id, "ids")).distinct()
_DELETE_LEADS = delete(LEAD).where(any_of(LEAD.c.id, "ids"))
_STATUS = select(EVENT.c.conversion_status).where(EVENT.c.id == bindparam("b_id"))
