"""Decides about a stored call once more, and writes down on its row what came of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from models import Submission
from models.words import Handling, Verdict
from services import failpoints
from services.catalog import cache
from services.errors import Conflict, NotFound
from services.identifiers import is_id
from services.inbox.stored_call import call_of
from services.intake.contract import Refused
from services.intake.incoming_call import SUBMISSION, waits_for_lead
from services.intake.waiting_calls import decide_or_wait

FINAL = frozenset({Handling.MATCHED, Handling.REPLAYED})


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of trying a call again: the verdict now, and the event that there is now.

    `errors` are its wrong fields under the caller's own names.
    """

    submission_id: str
    verdict: Verdict
    message: str
    errors: tuple[tuple[str, str], ...]
    event_id: str | None

    @property
    def is_good(self) -> bool:
        """Tell whether there is an event of this call now."""
        return self.event_id is not None


def find(session: Session, submission_id: str, *, lock: bool = True) -> Submission:
    """Return a call, by default so that no other changes it meanwhile; raise NotFound."""
    stored = None
    if is_id(submission_id):
        query = select(Submission).where(col(Submission.id) == submission_id)
        stored = session.exec(query.with_for_update() if lock else query).one_or_none()
    if stored is None:
        raise NotFound("incoming call", submission_id)
    return stored


def refuse_final(stored: Submission) -> None:
    """Raise Conflict for a call of which there is an event already."""
    if stored.handling in FINAL or stored.verdict in {Verdict.RECORDED, Verdict.DUPLICATE}:
        raise Conflict("There is an event of this call already.", code="already_recorded")


def try_again(
    session: Session,
    stored: Submission,
    *,
    lead_id: str | None = None,
    done: Handling,
    by: str = "",
    now: datetime,
) -> Tried:
    """Decide about a call again within the caller's unit of work, and write down what came of it.

    A good one becomes an event, or is found to be the same fact as one, and is `done`; another
    one is in the inbox where its lead is what is missing, and else where it was. `lead_id` is the
    lead that it is about, whatever it says itself. Raises `NotReplayable`.
    """
    definitions = cache.definitions(session)
    call = call_of(stored, definitions, now=now, lead_id=lead_id)
    outcome = decide_or_wait(session, call, definitions)
    answer = outcome.answer
    values: dict[str, object] = {
        "tried_verdict": outcome.verdict,
        "tried_reason": "",
        "tried_errors": None,
        "handled_at": now,
        "handled_by": by[:254],
    }
    if isinstance(answer, Refused):
        values |= {
            "tried_reason": answer.message[:500],
            "tried_errors": dict(answer.fields) or None,
            "lead_id": outcome.lead_id or _named(call.given),
            "handling": _still(stored, waits=waits_for_lead(call, outcome.verdict)),
        }
        found = Tried(
            stored.id, outcome.verdict, answer.message, tuple(answer.fields.items()), None
        )
    else:
        values |= {"lead_id": outcome.lead_id, "event_id": answer.event_id, "handling": done}
        found = Tried(stored.id, outcome.verdict, "", (), answer.event_id)
    if outcome.is_erased:
        values |= {"body": "", "body_rest": None, "emptied_at": now}
    session.connection().execute(
        update(SUBMISSION).where(SUBMISSION.c.id == stored.id).values(**values)
    )
    failpoints.reached("before_match_commit", stored.id)
    return found


def _still(stored: Submission, *, waits: bool) -> Handling | None:
    if stored.handling is Handling.QUEUED or (stored.handling is None and waits):
        return Handling.OPEN
    return stored.handling


def _named(given: object) -> str | None:
    """Return the lead's id that the call itself gave."""
    value = given.get("lead_id") if isinstance(given, dict) else None
    return value[:40] if isinstance(value, str) else None
