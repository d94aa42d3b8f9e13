"""Bulk replays: many refused calls tried again by one command."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session

from models import BulkReplay
from models.words import AuditAction, AuditSubject, Handling, Verdict
from services.actor import Right
from services.bulk_jobs.kind import BulkJobRow, Kind, Step
from services.errors import Conflict
from services.inbox.replay_wish import ReplayWish
from services.inbox.trying import find, refuse_final, try_again


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkReplayRow(BulkJobRow):
    """One bulk replay: what became of the calls so far.

    `left_out` had an event meanwhile or could not be tried again.
    """

    recorded: int
    duplicates: int
    refused: int

    @property
    def figures(self) -> Mapping[str, int]:
        """Return what was done."""
        return {"recorded": self.recorded, "duplicates": self.duplicates, "refused": self.refused}


def _replay_all(session: Session, step: Step[ReplayWish], now: datetime) -> Mapping[str, int]:
    return Counter(_replay(session, each, step.actor_name, now) for each in step.ids)


def _replay(session: Session, submission_id: str, by: str, now: datetime) -> str:
    """Replay one call and return in which figure it counts."""
    try:
        stored = find(session, submission_id)
        refuse_final(stored)
        tried = try_again(session, stored, done=Handling.REPLAYED, by=by, now=now)
    except Conflict:  # it has an event by now, or cannot be read again
        return "left_out"
    if not tried.is_good:
        return "refused"
    return "recorded" if tried.verdict is Verdict.RECORDED else "duplicates"


def _told(row: BulkReplayRow) -> Mapping[str, object]:
    return {"calls": row.total, **row.asked}


REPLAYS: Final = Kind(
    noun="bulk replay",
    id_prefix="rpl",
    model=BulkReplay,
    row=BulkReplayRow,
    wish=ReplayWish,
    right=Right.RECORD_EVENTS,
    batch=25,
    take=_replay_all,
    begun=AuditAction.REPLAYED,
    subject=AuditSubject.SUBMISSION,
    subject_name="bulk replay",
    told=_told,
)
