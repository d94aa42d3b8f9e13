"""The built-in test receiver: names, and the calls that each of them got."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from models import EchoCall, EchoName
from models.words import AuditAction, AuditSubject
from services import database
from services.accounts import audit
from services.actor import Actor, Right
from services.clock import Clock, utc_now
from services.contacts import mask_for
from services.errors import Conflict, InvalidInput, NotFound
from services.identifiers import new_id

KEPT_CALLS = 200
KEPT_BODY_BYTES = 16 * 1024
MAX_NAMES = 200
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class EchoNameRow:
    """One name of the receiver; its URL is `path` behind this installation's own address."""

    name: str
    path: str
    created_at: datetime
    calls: int
    last_call_at: datetime | None


@dataclass(frozen=True, slots=True)
class EchoCallRow:
    """One call as it arrived; `target` is path and query byte for byte."""

    id: str
    received_at: datetime
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: str
    truncated: bool
    answered: int


async def create_name(actor: Actor, name: str, *, clock: Clock = utc_now) -> EchoNameRow:
    """Create a name. Raises InvalidInput for a bad one and Conflict for a taken one."""
    actor.require(Right.SEND_TESTS)
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            {"name": "Use lower-case letters, digits, - and _, at most 64, such as my-partner."}
        )
    return await database.write(_create_name, actor, name, clock())


async def delete_name(actor: Actor, name: str, *, clock: Clock = utc_now) -> None:
    """Delete a name with its calls; raise NotFound."""
    actor.require(Right.SEND_TESTS)
    await database.write(_delete_name, actor, name, clock())


async def list_names(actor: Actor) -> list[EchoNameRow]:
    """Return all names, the most recently called first."""
    actor.require(Right.READ)
    return await database.read(_list_names)


async def calls(actor: Actor, name: str, *, limit: int = KEPT_CALLS) -> list[EchoCallRow]:
    """Return the calls that a name got, newest first; raise NotFound."""
    actor.require(Right.READ)
    mask = mask_for(actor)
    found = await database.read(_calls, name, limit)
    if not mask.is_on:
        return found
    return [
        replace(
            call,
            target=mask.unknown(call.target),
            headers=mask.pairs(call.headers),
            body=mask.unknown(call.body),
        )
        for call in found
    ]


async def clear(actor: Actor, name: str, *, clock: Clock = utc_now) -> None:
    """Forget the calls of a name; raise NotFound."""
    actor.require(Right.SEND_TESTS)
    await database.write(_clear, actor, name, clock())


async def receive(
    name: str,
    *,
    method: str,
    target: str,
    headers: tuple[tuple[str, str], ...],
    body: bytes,
    answered: int,
    clock: Clock = utc_now,
) -> bool:
    """Keep a call; return False when there is no such name. Only the last 200 are kept."""
    if not _NAME.fullmatch(name):
        return False
    kept = body[:KEPT_BODY_BYTES].decode(errors="replace").replace("\x00", "\ufffd")
    call = EchoCall(
        id=new_id("ech"),
        name=name,
        received_at=clock(),
        method=method[:16],
        target=target[:KEPT_BODY_BYTES],
        headers=[list(pair) for pair in headers],
        body=kept,
        truncated=len(body) > KEPT_BODY_BYTES,
        answered=answered,
    )
    return await database.write(_receive, call)


def _create_name(session: Session, actor: Actor, name: str, now: datetime) -> EchoNameRow:
    if session.get(EchoName, name) is not None:
        raise _taken(name)
    if session.execute(select(func.count()).select_from(EchoName)).scalar_one() >= MAX_NAMES:
        raise Conflict(f"There are {MAX_NAMES} names already. Delete one first.")
    session.add(EchoName(name=name, created_at=now))
    try:
        session.flush()
    except IntegrityError:  # somebody else was faster
        raise _taken(name) from None
    _note(session, actor, AuditAction.CREATED, name, now=now)
    return EchoNameRow(name, _path(name), now, 0, None)


def _taken(name: str) -> Conflict:
    text = f"The name “{name}” is taken."
    return Conflict(text, code="name_taken", fields={"name": text})


def _delete_name(session: Session, actor: Actor, name: str, now: datetime) -> None:
    session.delete(_find(session, name))
    _note(session, actor, AuditAction.REMOVED, name, now=now)


def _note(
    session: Session,
    actor: Actor,
    action: AuditAction,
    name: str,
    *,
    calls: tuple[int, int] | None = None,
    now: datetime,
) -> None:
    before, after = ({"calls": number} for number in calls) if calls else (None, None)
    subject = AuditSubject.TEST_RECEIVER
    audit.record(session, actor, action, subject, key=name, before=before, after=after, now=now)


def _find(session: Session, name: str) -> EchoName:
    row = session.get(EchoName, name) if _NAME.fullmatch(name) else None
    if row is None:
        raise NotFound("test receiver", name)
    return row


def _list_names(session: Session) -> list[EchoNameRow]:
    last = func.max(EchoCall.received_at).label("last_call_at")
    rows = session.execute(
        select(
            col(EchoName.name),
            col(EchoName.created_at),
            func.count(col(EchoCall.id)).label("calls"),
            last,
        )
        .join_from(EchoName, EchoCall, col(EchoCall.name) == col(EchoName.name), isouter=True)
        .group_by(col(EchoName.name), col(EchoName.created_at))
        .order_by(last.desc().nulls_last(), col(EchoName.created_at).desc())
    )
    return [
        EchoNameRow(row.name, _path(row.name), row.created_at, row.calls, row.last_call_at)
        for row in rows
    ]


def _calls(session: Session, name: str, limit: int) -> list[EchoCallRow]:
    _find(session, name)
    rows = session.scalars(
        select(EchoCall)
        .where(col(EchoCall.name) == name)
        .order_by(col(EchoCall.id).desc())
        .limit(limit)
    )
    return [
        EchoCallRow(
            id=row.id,
            received_at=row.received_at,
            method=row.method,
            target=row.target,
            headers=tuple((str(key), str(value)) for key, value in row.headers),
            body=row.body,
            truncated=row.truncated,
            answered=row.answered,
        )
        for row in rows
    ]


def _clear(session: Session, actor: Actor, name: str, now: datetime) -> None:
    _find(session, name)
    gone = session.scalars(
        delete(EchoCall).where(col(EchoCall.name) == name).returning(col(EchoCall.id))
    ).all()
    if gone:
        _note(session, actor, AuditAction.CHANGED, name, calls=(len(gone), 0), now=now)


def _receive(session: Session, call: EchoCall) -> bool:
    # Kept from being deleted until the call is stored, and locked for each other's count.
    if session.get(EchoName, call.name, with_for_update=True) is None:
        return False
    oldest_kept = session.scalars(
        select(col(EchoCall.id))
        .where(col(EchoCall.name) == call.name)
        .order_by(col(EchoCall.id).desc())
        .offset(KEPT_CALLS - 1)
        .limit(1)
    ).first()
    if oldest_kept is not None:
        session.execute(
            delete(EchoCall).where(col(EchoCall.name) == call.name, col(EchoCall.id) <= oldest_kept)
        )
    session.add(call)
    session.flush()
    return True


def _path(name: str) -> str:
    return f"/echo/{name}"
