"""`record_event`: a fact and everything it owes go to disk in one unit of work, or nothing does."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import Session

from models.words import Source, Verdict
from services import database
from services.actor import Actor
from services.catalog import cache
from services.catalog.cache import Definitions
from services.catalog.rows import CustomFieldRow
from services.clock import Clock, utc_now
from services.errors import InvalidInput
from services.intake.contract import Answer, Recorded, Refused
from services.intake.custom_values import read_fields
from services.intake.event_rows import write_event
from services.intake.incoming_call import (
    NOTHING_WRONG,
    SOME_WRONG,
    Call,
    as_called,
    log_submission,
    read_call,
)
from services.intake.targets import find_target, refuse_unavailable

log = logging.getLogger(__name__)

MAX_BATCH = 1_000


async def record_event(
    actor: Actor,
    payload: Mapping[str, Any] | bytes,
    *,
    source: Source,
    wrong: Mapping[str, str] = NOTHING_WRONG,
    is_test: bool = False,
    clock: Clock = utc_now,
) -> Answer:
    """Record one event, or say why not; either way the call is in the incoming log.

    `payload` is the named fields of `EventInput`, or the raw body of a call; `wrong` names what
    the edge found wrong around it. After `Recorded` the event and its deliveries are on disk. A
    test is recorded as one: it fires nothing, counts nowhere and repeats nothing.
    Raises `Unavailable` when the database takes nothing.
    """
    call = read_call(actor, payload, source=source, wrong=wrong, is_test=is_test, now=clock())
    answer = await database.write(record_call, call)
    log_answer(call, answer)
    return answer


async def record_batch(
    actor: Actor,
    payloads: Sequence[object],
    *,
    source: Source,
    clock: Clock = utc_now,
) -> list[Answer]:
    """Record up to 1,000 events, each on its own: a bad one never costs the others."""
    if not 1 <= len(payloads) <= MAX_BATCH:
        raise InvalidInput({"events": f"Give 1 to {MAX_BATCH:,} events."})
    calls = [
        record_event(
            actor,
            payload if isinstance(payload, Mapping) else b"[]",
            source=source,
            clock=clock,
        )
        for payload in payloads
    ]
    # Of two equal facts the first one must win. The one writer of SQLite keeps the order and
    # commits many at once; a pool keeps none.
    if database.current().is_sqlite:
        return list(await asyncio.gather(*calls))
    return [await call for call in calls]


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a call; `fields` are its event's custom fields, `None` if nobody can tell."""

    answer: Answer
    fields: tuple[CustomFieldRow, ...] | None = None


def record_call(session: Session, call: Call) -> Answer:
    """Decide about one call within the caller's unit of work, and write down what follows."""
    return decide(session, call, cache.definitions(session)).answer


def decide(session: Session, call: Call, definitions: Definitions) -> Decision:
    """Record the event that a call names, or refuse it; log the call either way.

    What is wrong with the call's own fields is told together with its custom fields, where the
    rest is enough to know which those are.
    """
    refusal, event = call.refusal, call.event
    if event is None or (refusal is not None and not refusal.fields):
        return Decision(_refuse(session, call, refusal or Refused(Verdict.UNREADABLE, "")))
    target = find_target(session, event, definitions)
    if isinstance(target, Refused):
        return Decision(_refuse(session, call, refusal or target))
    effective, lead = target.effective, target.lead
    if unavailable := refuse_unavailable(target):
        refused = _refuse(session, call, refusal or unavailable, lead_id=lead.id)
        return Decision(refused, effective.fields)
    known = {field.name for field in effective.fields}
    extras = {name: value for name, value in call.extras.items() if name in known}
    fields, problems = read_fields(
        {**extras, **event.fields},
        effective.fields,
        event=event.event,
        campaign=target.campaign.key,
    )
    if refusal is not None or problems:
        verdict = refusal.verdict if refusal else Verdict.INVALID_FIELD
        found = {**problems, **(refusal.fields if refusal else {})}
        refusal = Refused(verdict, SOME_WRONG, found)
        return Decision(_refuse(session, call, refusal, lead_id=lead.id), effective.fields)
    answer = write_event(
        session,
        call,
        event=event,
        fields=fields,
        event_type=effective.event_type,
        campaign=target.campaign,
        lead=lead,
        definitions=definitions,
    )
    verdict = Verdict.RECORDED if isinstance(answer, Recorded) else Verdict.DUPLICATE
    log_submission(session, call, verdict, event_id=answer.event_id, lead_id=lead.id)
    return Decision(answer, effective.fields)


def log_answer(call: Call, answer: Answer) -> None:
    """Write the one log line of a call."""
    if isinstance(answer, Refused):
        log.info(
            "event refused=%s submission=%s source=%s by=%s",
            answer.verdict,
            answer.submission_id,
            call.source,
            call.actor.id,
        )
    elif isinstance(answer, Recorded):
        log.info(
            "event recorded=%s deliveries=%d source=%s by=%s",
            answer.event_id,
            answer.deliveries,
            call.source,
            call.actor.id,
        )
    else:
        log.info("event duplicate=%s source=%s by=%s", answer.event_id, call.source, call.actor.id)


def _refuse(
    session: Session, call: Call, refusal: Refused, *, lead_id: str | None = None
) -> Refused:
    refusal = as_called(refusal, call.names)
    submission_id = log_submission(session, call, refusal.verdict, refusal=refusal, lead_id=lead_id)
    return replace(refusal, submission_id=submission_id)
