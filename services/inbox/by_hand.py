"""What people do with a refused call: match it with a lead, try it again, dismiss it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from sqlalchemy import select, update
from sqlmodel import Session, col

from models import Delivery
from models.words import AuditAction, AuditSubject, DeliveryStatus, Handling, Verdict
from services import database
from services.accounts import audit
from services.actor import Actor, Right
from services.clock import Clock, utc_now
from services.errors import InvalidInput
from services.inbox.trying import Tried, find, refuse_final, try_again
from services.intake.incoming_call import SUBMISSION
from services.validation import InputModel, Text, validate

LONGEST_REASON: Final = 500


@dataclass(frozen=True, slots=True)
class Request:
    """One call that a match would cause; `not_sent` says why it would be left out."""

    method: str
    url: str
    not_sent: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a match would come to: the event with its calls, the first event, or what is wrong."""

    tried: Tried
    requests: tuple[Request, ...]


class DismissInput(InputModel):
    """Why nothing more is done about a call."""

    reason: Annotated[
        str, Text(LONGEST_REASON, empty="Say why, for those who ask later.", lines=True)
    ]


class MatchInput(InputModel):
    """The lead that a call means."""

    lead_id: Annotated[str, Text(40, empty="Name the lead.")]


class _Undo(Exception):
    def __init__(self, found: Preview) -> None:
        self.found = found


async def match(actor: Actor, submission_id: str, *, lead_id: str, clock: Clock = utc_now) -> Tried:
    """Record the event of a call for this lead, whatever the call says of its lead itself.

    Where the same fact is there already, the call is matched with that. Raises NotFound,
    `NotReplayable`, Conflict when there is an event of the call already, and InvalidInput when
    there would be none, with all that is wrong; then nothing has changed.
    """
    actor.require(Right.RECORD_EVENTS)
    wanted = validate(MatchInput, {"lead_id": lead_id}).lead_id
    return await database.write(_match, actor, submission_id, wanted, clock())


async def preview(
    actor: Actor, submission_id: str, *, lead_id: str, clock: Clock = utc_now
) -> Preview:
    """Return what `match` would come to, found by doing it and taking it back; changes nothing.

    Raises as `match`, but for what is wrong with the call: that is in what it returns.
    """
    actor.require(Right.RECORD_EVENTS)
    wanted = validate(MatchInput, {"lead_id": lead_id}).lead_id
    try:
        await database.write(_preview, submission_id, wanted, clock())
    except _Undo as undone:
        return undone.found
    raise AssertionError("A preview is always taken back.")


async def replay(actor: Actor, submission_id: str, *, clock: Clock = utc_now) -> Tried:
    """Try a refused call again as it came, by the definitions and leads that there are now.

    Refused once more, it stays what it was, with the new reason. Raises NotFound, `NotReplayable`,
    and Conflict when there is an event of the call already.
    """
    actor.require(Right.RECORD_EVENTS)
    return await database.write(_replay, actor, submission_id, clock())


async def dismiss(actor: Actor, submission_id: str, *, reason: str, clock: Clock = utc_now) -> None:
    """Note that nothing more is done about a refused call; it can be tried again all the same.

    Raises NotFound, InvalidInput, and Conflict when there is an event of the call already.
    """
    actor.require(Right.RECORD_EVENTS)
    given = validate(DismissInput, {"reason": reason})
    await database.write(_dismiss, actor, submission_id, given.reason, clock())


def _match(
    session: Session, actor: Actor, submission_id: str, lead_id: str, now: datetime
) -> Tried:
    stored = find(session, submission_id)
    refuse_final(stored)
    tried = try_again(
        session, stored, lead_id=lead_id, done=Handling.MATCHED, by=actor.name, now=now
    )
    if not tried.is_good:
        raise InvalidInput(_as_wrong(tried))
    _audit(session, actor, AuditAction.MATCHED, tried, now, lead_id=lead_id)
    return tried


def _preview(session: Session, submission_id: str, lead_id: str, now: datetime) -> None:
    stored = find(session, submission_id)
    refuse_final(stored)
    tried = try_again(session, stored, lead_id=lead_id, done=Handling.MATCHED, now=now)
    requests: tuple[Request, ...] = ()
    if tried.verdict is Verdict.RECORDED:
        query = (
            select(
                col(Delivery.method),
                col(Delivery.url),
                col(Delivery.status),
                col(Delivery.reason_text),
            )
            .where(col(Delivery.event_id) == tried.event_id)
            .order_by(col(Delivery.id))
        )
        requests = tuple(
            Request(
                row.method.value, row.url, _HELD if row.status is DeliveryStatus.HELD else row[3]
            )
            for row in session.execute(query)
        )
    raise _Undo(Preview(tried, requests))


def _replay(session: Session, actor: Actor, submission_id: str, now: datetime) -> Tried:
    stored = find(session, submission_id)
    refuse_final(stored)
    tried = try_again(session, stored, done=Handling.REPLAYED, by=actor.name, now=now)
    _audit(session, actor, AuditAction.REPLAYED, tried, now)
    return tried


def _dismiss(
    session: Session, actor: Actor, submission_id: str, reason: str, now: datetime
) -> None:
    stored = find(session, submission_id)
    refuse_final(stored)
    was = {"handling": stored.handling, "reason": stored.handled_note}
    wanted = {"handling": Handling.DISMISSED, "reason": reason}
    if was == wanted:
        return
    session.connection().execute(
        update(SUBMISSION)
        .where(SUBMISSION.c.id == submission_id)
        .values(
            handling=Handling.DISMISSED,
            handled_at=now,
            handled_by=actor.name[:254],
            handled_note=reason,
        )
    )
    audit.record(
        session,
        actor,
        AuditAction.DISMISSED,
        AuditSubject.SUBMISSION,
        key=submission_id,
        before=was,
        after=wanted,
        now=now,
    )


def _audit(
    session: Session, actor: Actor, action: AuditAction, tried: Tried, now: datetime, **more: str
) -> None:
    after = {"verdict": tried.verdict, "event_id": tried.event_id, **more}
    audit.record(
        session,
        actor,
        action,
        AuditSubject.SUBMISSION,
        key=tried.submission_id,
        before={},
        after=after,
        now=now,
    )


def _as_wrong(tried: Tried) -> dict[str, str]:
    errors = dict(tried.errors)
    # The lead was chosen here, so that is the field that can be changed.
    if tried.verdict is Verdict.UNKNOWN_LEAD or not errors:
        return {"lead_id": tried.message}
    return errors


_HELD: Final = "Held, not sent yet: this postback is paused."
