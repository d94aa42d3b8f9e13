"""Calls that wait for their lead: found by its transaction id when it arrives, and queued.

The lead's unit of work only marks them; a worker matches them, so that no lead waits for that and
a crash leaves the mark.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Final

from sqlalchemy import bindparam, func, literal_column, or_, select, update
from sqlmodel import Session

from models.words import Handling, Verdict
from services.catalog.cache import Definitions
from services.intake.deciding import Outcome, decide_call
from services.intake.incoming_call import SUBMISSION, Call, waits_for_lead

# So few locks that an import of many leads can hold each of them.
_LOCKS: Final = 512


@dataclass(frozen=True, slots=True)
class Arrival:
    """A lead that is new; `campaign` is its campaign's key."""

    lead_id: str
    transaction_id: str
    campaign: str


def leads_arrived(session: Session, arrivals: Iterable[Arrival], *, now: datetime) -> int:
    """Queue the calls that waited for these leads; return how many.

    Within the unit of work that inserts the leads, after that. Of two leads that one call may
    mean, the first to arrive gets it. A call that named a lead by its id waits for a person.
    """
    found = list(arrivals)
    _lock(session, (each.transaction_id for each in found))
    connection = session.connection()
    return sum(
        connection.execute(
            _QUEUE,
            {
                "b_lead": each.lead_id,
                "b_transaction": each.transaction_id,
                "b_campaign": each.campaign,
                "b_now": now,
            },
        ).rowcount
        for each in found
    )


def decide_or_wait(session: Session, call: Call, definitions: Definitions) -> Outcome:
    """Decide about a call; where it is to wait for its lead, no lead can slip by unseen."""
    outcome = decide_call(session, call, definitions)
    transaction_id = call.event.transaction_id if call.event else None
    is_waiting = waits_for_lead(call, outcome.verdict) and transaction_id is not None
    # Let a lead that is just being inserted come first. Until our commit none with this
    # transaction id looks for calls that wait.
    if is_waiting and _lock(session, (transaction_id or "",)):
        return decide_call(session, call, definitions)
    return outcome


def _lock(session: Session, transaction_ids: Iterable[str]) -> bool:
    # SQLite has one writer. On PostgreSQL a call and its lead at once would not see each other.
    if session.get_bind().dialect.name != "postgresql":
        return False
    # In order, so that no two wait for each other.
    for number in sorted({_number(each) for each in transaction_ids}):
        session.connection().execute(_LOCK, {"b_number": number})
    return True


def _number(transaction_id: str) -> int:
    digest = blake2b(transaction_id.encode(), digest_size=4).digest()
    return int.from_bytes(digest) % _LOCKS


# Two numbers, so that it is no lock of anybody who uses one.
_LOCK = select(func.pg_advisory_xact_lock(0x1EAD, bindparam("b_number")))
_QUEUE = (
    update(SUBMISSION)
    .where(
        # Spelt out, for the partial index.
        literal_column("handling = 'open'"),
        SUBMISSION.c.transaction_id == bindparam("b_transaction"),
        or_(SUBMISSION.c.campaign.is_(None), SUBMISSION.c.campaign == bindparam("b_campaign")),
        SUBMISSION.c.lead_id.is_(None),
        func.coalesce(SUBMISSION.c.tried_verdict, SUBMISSION.c.verdict) == Verdict.UNKNOWN_LEAD,
    )
    .values(handling=Handling.QUEUED, lead_id=bindparam("b_lead"), handled_at=bindparam("b_now"))
)
