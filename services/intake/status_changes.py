"""Changes of an event's conversion status, each with its history and what it fires."""

from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BeforeValidator
from sqlalchemy import Row, Table, bindparam, select, update
from sqlmodel import Session

from models import Event, Lead, StatusChange
from models.words import AuditAction, AuditSubject, ConversionStatus, Source
from services import database
from services.accounts import audit
from services.actor import Actor, Right
from services.bulk import insert_rows
from services.catalog import cache
from services.clock import Clock, utc_now
from services.delivery import outbox
from services.errors import Conflict, NotFound
from services.identifiers import is_id, new_id
from services.intake.contract import read_conversion_status
from services.intake.event_rows import owed_deliveries
from services.validation import InputModel, Text, validate

EVENT: Table = Event.__table__  # type: ignore[attr-defined]
LEAD: Table = Lead.__table__  # type: ignore[attr-defined]
STATUS_CHANGE: Table = StatusChange.__table__  # type: ignore[attr-defined]

MAX_REASON = 500
_TO = f"Give one of these: {', '.join(ConversionStatus)}."


class StatusChangeInput(InputModel):
    """The status that an event gets, and why."""

    to: Annotated[ConversionStatus, BeforeValidator(read_conversion_status)]
    reason: Annotated[str, Text(MAX_REASON, lines=True)] | None = None

    missing = MappingProxyType({"to": _TO})


@dataclass(frozen=True, slots=True)
class ChangedStatus:
    """What changed, and how many deliveries the change caused."""

    event_id: str
    from_status: ConversionStatus
    to_status: ConversionStatus
    deliveries: int


async def change(
    actor: Actor,
    event_id: str,
    *,
    to: object,
    reason: object = "",
    source: Source,
    clock: Clock = utc_now,
) -> ChangedStatus:
    """Give an event another conversion status and fire the postbacks that ask for it.

    All of it is on disk then, or nothing. A test fires nothing. Raises NotFound, InvalidInput
    naming `to` or `reason` (at most 500 characters), and Conflict (`same_status`) when the event
    has this status already.
    """
    actor.require(Right.RECORD_EVENTS, limited=True)
    given = {"to": to, "reason": reason}
    wanted = validate(StatusChangeInput, {k: v for k, v in given.items() if v is not None})
    return await database.write(
        apply_change,
        event_id,
        to=wanted.to,
        reason=(wanted.reason or "").strip(),
        source=source,
        actor=actor,
        now=clock(),
    )


def apply_change(
    session: Session,
    event_id: str,
    *,
    to: ConversionStatus,
    reason: str,
    source: Source,
    actor: Actor,
    now: datetime,
    import_id: str | None = None,
    sends: bool = True,
) -> ChangedStatus:
    """Change a status within the caller's unit of work; without `sends` no postback is owed.

    Raises NotFound and Conflict before anything is written.
    """
    connection = session.connection()
    event = None
    if is_id(event_id):
        # Locked: of two changes at once the second must see what the first one made of it.
        event = connection.execute(_EVENT, {"b_id": event_id}).one_or_none()
    if event is None or not actor.reaches(event.campaign_id, event.event_type_id):
        raise NotFound("event", event_id)
    if event.conversion_status is to:
        raise same_status(to)
    insert_rows(
        connection,
        STATUS_CHANGE,
        [
            {
                "id": new_id("sc"),
                "event_id": event.id,
                "changed_at": now,
                "from_status": event.conversion_status,
                "to_status": to,
                "reason": reason,
                "source": source,
                "actor_name": actor.name,
                "import_id": import_id,
            }
        ],
    )
    if source is Source.MANUAL:
        audit.record(
            session,
            actor,
            AuditAction.CHANGED,
            AuditSubject.EVENT,
            key=event.id,
            name=event.event_name,
            before={"conversion_status": event.conversion_status},
            after={"conversion_status": to},
            now=now,
        )
    owed = _owed(session, event, to) if sends else []
    connection.execute(
        update(EVENT)
        .where(EVENT.c.id == event.id)
        .values(conversion_status=to, deliveries=EVENT.c.deliveries + len(owed))
    )
    if owed:
        outbox.enqueue(session, event_id=event.id, deliveries=owed, now=now)
        outbox.refresh_events(session, [event.id])
    return ChangedStatus(event.id, event.conversion_status, to, len(owed))


def same_status(to: ConversionStatus) -> Conflict:
    """Return the refusal of a change that would change nothing."""
    return Conflict(
        f"The conversion status of this event is “{to.value}” already.",
        code="same_status",
        fields={"to": f"It is “{to.value}” already."},
    )


def _owed(session: Session, event: Row[Any], to: ConversionStatus) -> list[outbox.NewDelivery]:
    """Return what the change owes: by the postbacks of now, for the event as it once fired."""
    if event.is_test:
        return []
    definitions = cache.definitions(session)
    as_fired = replace(
        definitions.event_types_by_id[event.event_type_id],
        is_conversion=event.is_conversion,
        is_affiliate_conversion=event.is_affiliate_conversion,
    )
    return owed_deliveries(
        session,
        dict(event._mapping),
        event_type=as_fired,
        campaign=definitions.campaigns_by_id[event.campaign_id],
        lead=session.connection().execute(_LEAD, {"b_id": event.lead_id}).one(),
        definitions=definitions,
        changed_to=to,
    )


_EVENT = select(EVENT).where(EVENT.c.id == bindparam("b_id")).with_for_update()
_LEAD = select(LEAD).where(LEAD.c.id == bindparam("b_id"))
