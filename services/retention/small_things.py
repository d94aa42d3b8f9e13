"""Small tables that nobody else keeps small: each with the query for the rows to remove."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, Table, delete, select
from sqlmodel import Session, SQLModel

from models import (
    AccountLink,
    BulkReplay,
    BulkResend,
    Destination,
    KeptAnswer,
    SignInThrottle,
    SignInTicket,
    Trial,
    UserSession,
)
from services.idempotency import KEPT_FOR
from services.retention.batches import ROWS

# Longer than any of them counts: see `accounts.throttle`.
_FAILURES_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Leftover:
    """A table and the keys of its rows whose time is over."""

    table: Table
    keys: Select[Any]


def expired(now: datetime) -> Iterator[Leftover]:
    """Give what has an end of its own: tickets, sessions, links, failed sign-ins, kept answers."""
    ended = (
        (SignInTicket, "ticket_hash"),
        (UserSession, "token_hash"),
        (AccountLink, "token_hash"),
    )
    for model, key in ended:
        table = _table(model)
        yield Leftover(table, select(table.c[key]).where(table.c.expires_at <= now))
    failed = _table(SignInThrottle)
    old = now - _FAILURES_KEPT
    yield Leftover(failed, select(failed.c.name).where(failed.c.last_failed_at <= old))
    kept = _table(KeptAnswer)
    yield Leftover(kept, select(kept.c.id).where(kept.c.kept_at <= now - KEPT_FOR))


def uncalled(before: datetime) -> Iterator[Leftover]:
    """Give the destinations that no worker has written about since then."""
    table = _table(Destination)
    yield Leftover(table, select(table.c.name).where(table.c.updated_at < before))


def done(before: datetime) -> Iterator[Leftover]:
    """Give the Send Tests and ended bulk resends and replays from before then.

    The newest Send Test stays: the checklist of the first page asks whether there ever was one.
    """
    trial, job = _table(Trial), _table(BulkResend)
    newest = select(trial.c.id).order_by(trial.c.tried_at.desc(), trial.c.id.desc()).limit(1)
    yield Leftover(
        trial,
        select(trial.c.id).where(trial.c.tried_at < before, trial.c.id != newest.scalar_subquery()),
    )
    for table in (job, _table(BulkReplay)):
        yield Leftover(
            table,
            select(table.c.id).where(table.c.created_at < before, table.c.ended_at.is_not(None)),
        )


def find(session: Session, leftover: Leftover) -> list[str]:
    """Return the keys of the next 500 rows."""
    return list(session.scalars(leftover.keys.limit(ROWS)))


def remove(session: Session, table: Table, keys: Sequence[str]) -> int:
    """Remove the rows with these keys and return how many there were."""
    (key,) = table.primary_key.columns
    return session.connection().execute(delete(table).where(key.in_(keys))).rowcount


def _table(model: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(model.__tablename__)]
