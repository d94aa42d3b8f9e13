"""Bulk replays as people see them: counted first, started, followed, cancelled."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from models import BulkReplay
from models.words import (
    AuditAction,
    AuditSubject,
    BulkStatus,
    Handling,
    Verdict,
)
from services import database
from services.accounts import audit
from services.actor import Actor, Right
from services.clock import Clock, utc_now
from services.errors import Conflict, NotFound
from services.identifiers import is_id, new_id
from services.intake.incoming_call import REPLAYABLE
from services.reporting import keyset
from services.reporting.filters import SubmissionFilter, submission_search
from services.reporting.keyset import Count
from services.reporting.search import Condition, Search

COUNTED_AT_MOST: Final = 100_000
SECONDS_TO_COUNT: Final = 5.0
# What somebody has dismissed stays dismissed unless the filter names it.
USUAL: Final = (None, Handling.OPEN, Handling.EXPIRED)
_NOTHING: Final = Count(0, is_complete=True)


@dataclass(frozen=True, slots=True)
class BulkReplayRow:
    """One bulk replay: what became of the calls so far.

    `left_out` had an event meanwhile or could not be tried again. With `total_is_complete` false
    there were at least `total`.
    """

    id: str
    status: BulkStatus
    total: int
    total_is_complete: bool
    recorded: int
    duplicates: int
    refused: int
    left_out: int
    actor_name: str
    created_at: datetime
    ended_at: datetime | None
    filter: Mapping[str, Any] = field(default_factory=dict)

    @property
    def done(self) -> int:
        """Return how many calls were looked at."""
        return self.recorded + self.duplicates + self.refused + self.left_out


def replay_search(wanted: SubmissionFilter) -> Search | None:
    """Return the search for what a filter covers and can be tried again; `None` for nothing.

    Raises `InvalidInput` for a wrong filter.
    """
    found = submission_search(wanted)  # judges every word, those too that drop out below
    named = {Verdict(each) for each in wanted.verdict} or set(Verdict)
    verdicts = tuple(each for each in Verdict if each in named & REPLAYABLE)
    handlings: tuple[Handling | None, ...] = tuple(Handling(each) for each in wanted.handling)
    handlings = tuple(
        each
        for each in handlings or USUAL
        if each not in {Handling.MATCHED, Handling.REPLAYED, Handling.QUEUED}
    )
    if not verdicts or not handlings:
        return None
    others = [each for each in found.conditions if each.column not in {"verdict", "handling"}]
    return replace(
        found,
        conditions=(*others, Condition("verdict", verdicts), Condition("handling", handlings)),
        # The index of what was handled has none that nobody has touched.
        indexed=tuple(
            each for each in found.indexed if each != "handling" or None not in handlings
        ),
    )


async def preview(actor: Actor, wanted: SubmissionFilter, *, clock: Clock = utc_now) -> Count:
    """Count the calls that a filter covers now and that can be tried again; change nothing.

    Raises `NotAllowed` without the right to record events, and `InvalidInput` for a wrong filter.
    """
    actor.require(Right.RECORD_EVENTS)
    return await database.read(_count, _before(wanted, clock()))


async def start(actor: Actor, wanted: SubmissionFilter, *, clock: Clock = utc_now) -> BulkReplayRow:
    """Begin to try again what a filter covers now; a worker does it, batch after batch.

    Raises as `preview`, and `Conflict` while another bulk replay runs.
    """
    actor.require(Right.RECORD_EVENTS)
    now = clock()
    fixed = _before(wanted, now)
    total = await database.read(_count, fixed)
    return await database.write(_start, actor, fixed, total, now)


async def get(actor: Actor, bulk_replay_id: str) -> BulkReplayRow:
    """Return one bulk replay; raise `NotFound` and `NotAllowed`."""
    actor.require(Right.READ)
    return await database.read(_get, bulk_replay_id)


async def latest(actor: Actor) -> BulkReplayRow | None:
    """Return the bulk replay that was started last, `None` when there never was one."""
    actor.require(Right.READ)
    return await database.read(_latest)


async def cancel(actor: Actor, bulk_replay_id: str, *, clock: Clock = utc_now) -> BulkReplayRow:
    """End a bulk replay where it stands; what it has recorded stays recorded.

    One that has ended stays as it is. Raises `NotFound` and `NotAllowed`.
    """
    actor.require(Right.RECORD_EVENTS)
    return await database.write(_cancel, actor, bulk_replay_id, clock())


def to_json(wanted: SubmissionFilter) -> dict[str, Any]:
    """Return a filter as it is stored, in the words of the API."""
    return {
        "verdict": [str(each) for each in wanted.verdict],
        "source": str(wanted.source),
        "key_id": wanted.actor_id,
        "event": wanted.event,
        "transaction_id": wanted.transaction_id,
        "handling": [str(each) for each in wanted.handling],
        "from": wanted.since.isoformat() if wanted.since else None,
        "to": wanted.until.isoformat() if wanted.until else None,
    }


def from_json(stored: Mapping[str, Any]) -> SubmissionFilter:
    """Return the filter behind what `to_json` gave."""
    return SubmissionFilter(
        verdict=tuple(stored["verdict"]),
        source=stored["source"],
        actor_id=stored["key_id"],
        event=stored["event"],
        transaction_id=stored["transaction_id"],
        handling=tuple(stored["handling"]),
        since=_moment(stored["from"]),
        until=_moment(stored["to"]),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _before(wanted: SubmissionFilter, now: datetime) -> SubmissionFilter:
    """Return the filter for what exists now: nothing that comes later belongs to it."""
    submission_search(wanted)
    until = wanted.until
    return replace(wanted, until=now if until is None else min(until, now))


def _count(session: Session, wanted: SubmissionFilter) -> Count:
    search = replay_search(wanted)
    if search is None:
        return _NOTHING
    return keyset.count(session, search, at_most=COUNTED_AT_MOST, seconds=SECONDS_TO_COUNT)


def _start(
    session: Session, actor: Actor, wanted: SubmissionFilter, total: Count, now: datetime
) -> BulkReplayRow:
    has_any = total.number > 0 or not total.is_complete
    job = BulkReplay(
        id=new_id("rpl"),
        status=BulkStatus.RUNNING if has_any else BulkStatus.FINISHED,
        filter=to_json(wanted),
        total=total.number,
        total_is_complete=total.is_complete,
        actor_id=actor.id,
        actor_name=actor.name,
        created_at=now,
        ended_at=None if has_any else now,
    )
    session.add(job)
    try:
        session.flush()
    except IntegrityError:
        raise Conflict(
            "Another bulk replay is running. Wait until it has ended, or cancel it.",
            code="bulk_replay_running",
        ) from None
    _audit(session, actor, AuditAction.REPLAYED, job, now)
    return _row(job)


def _get(session: Session, bulk_replay_id: str) -> BulkReplayRow:
    job = session.get(BulkReplay, bulk_replay_id) if is_id(bulk_replay_id) else None
    if job is None:
        raise NotFound("bulk replay", bulk_replay_id)
    return _row(job)


def _latest(session: Session) -> BulkReplayRow | None:
    newest = select(BulkReplay).order_by(col(BulkReplay.created_at).desc()).limit(1)
    job = session.exec(newest).first()
    return _row(job) if job is not None else None


def _cancel(session: Session, actor: Actor, bulk_replay_id: str, now: datetime) -> BulkReplayRow:
    if is_id(bulk_replay_id):
        ended = session.connection().execute(
            update(BulkReplay)
            .where(
                col(BulkReplay.id) == bulk_replay_id,
                col(BulkReplay.status) == BulkStatus.RUNNING,
            )
            .values(status=BulkStatus.CANCELLED, ended_at=now)
        )
        if ended.rowcount:
            job = session.get_one(BulkReplay, bulk_replay_id)
            _audit(session, actor, AuditAction.CANCELLED, job, now)
    return _get(session, bulk_replay_id)


def _audit(
    session: Session, actor: Actor, action: AuditAction, job: BulkReplay, now: datetime
) -> None:
    given = {name: value for name, value in job.filter.items() if value}
    audit.record(
        session,
        actor,
        action,
        AuditSubject.SUBMISSION,
        key=job.id,
        name="bulk replay",
        after={"calls": job.total, **given},
        now=now,
    )


def _row(job: BulkReplay) -> BulkReplayRow:
    return BulkReplayRow(
        id=job.id,
        status=job.status,
        total=job.total,
        total_is_complete=job.total_is_complete,
        recorded=job.recorded,
        duplicates=job.duplicates,
        refused=job.refused,
        left_out=job.left_out,
        actor_name=job.actor_name,
        created_at=job.created_at,
        ended_at=job.ended_at,
        filter=dict(job.filter),
    )
