"""Postbacks by which nothing arrives any more: counted try by try, and paused in the end.

Every failed try counts, also one before which no packet left: a secret that cannot be read or an
address that is refused keeps the partner without news as surely as a timeout does, and what a
paused postback owes is held where it would else fail one by one. A person's resend and a Send Test
count neither for nor against.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Table, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from models import PostbackFailure
from models.words import PauseReason
from services.actor import SYSTEM
from services.any_of import any_of
from services.bulk import fetch_rows
from services.delivery.holding import mark_paused
from services.notices.outcomes import Pause

FAILURE: Table = PostbackFailure.__table__  # type: ignore[attr-defined]

# Paused when both are reached: few tries in a long time, or many in a short one, prove little.
PAUSE_AFTER = timedelta(days=5)
PAUSE_AFTER_FAILURES = 20


@dataclass(frozen=True, slots=True)
class FailedTry:
    """One try by which nothing arrived, and what was said of it."""

    postback_id: str
    ended_at: datetime
    message: str


def note_failures(session: Session, tries: Sequence[FailedTry]) -> None:
    """Count failed tries, and pause the postbacks that have failed too often for too long."""
    connection = session.connection()
    by_postback: dict[str, list[FailedTry]] = {}
    for each in tries:
        by_postback.setdefault(each.postback_id, []).append(each)
    counts = [
        {
            "b_postback": postback_id,
            "b_since": min(each.ended_at for each in own),
            "b_number": len(own),
            "b_message": max(own, key=lambda each: each.ended_at).message[:500],
        }
        # In order, so that two workers never wait for each other.
        for postback_id, own in sorted(by_postback.items())
    ]
    connection.execute(_COUNT[connection.dialect.name], counts)
    now = max(each.ended_at for each in tries)
    for postback_id, why in _beyond_hope(connection, by_postback, now):
        mark_paused(session, postback_id, actor=SYSTEM, why=why, now=now)


def forget_failures(session: Session, postback_ids: Collection[str]) -> None:
    """Begin anew with postbacks by which something arrived, or that were changed."""
    session.connection().execute(_FORGET, {"ids": sorted(postback_ids)})


def _beyond_hope(
    connection: Connection, postback_ids: Collection[str], now: datetime
) -> list[tuple[str, Pause]]:
    found = fetch_rows(
        connection, _BEYOND_HOPE, {"ids": sorted(postback_ids), "b_since": now - PAUSE_AFTER}
    )
    return [
        (
            postback_id,
            Pause(PauseReason.FAILING, message=message, failing_since=since, failures=failures),
        )
        for postback_id, since, failures, message in found
    ]


def _count(insert: postgresql.Insert | sqlite.Insert) -> postgresql.Insert | sqlite.Insert:
    return insert.values(
        postback_id=bindparam("b_postback"),
        failing_since=bindparam("b_since"),
        failures=bindparam("b_number"),
        last_failure=bindparam("b_message"),
    ).on_conflict_do_update(
        index_elements=["postback_id"],
        set_={
            "failures": FAILURE.c.failures + insert.excluded.failures,
            "last_failure": insert.excluded.last_failure,
        },
    )


_COUNT = {
    "postgresql": _count(postgresql.insert(FAILURE)),
    "sqlite": _count(sqlite.insert(FAILURE)),
}
_FORGET = delete(FAILURE).where(any_of(FAILURE.c.postback_id, "ids"))
_BEYOND_HOPE = (
    select(
        FAILURE.c.postback_id,
        FAILURE.c.failing_since,
        FAILURE.c.failures,
        FAILURE.c.last_failure,
    )
    .where(
        any_of(FAILURE.c.postback_id, "ids"),
        FAILURE.c.failures >= PAUSE_AFTER_FAILURES,
        FAILURE.c.failing_since <= bindparam("b_since"),
    )
    .order_by(FAILURE.c.postback_id)
)
