"""`record_event`: a fact and everything it owes go to disk in one unit of work, or nothing does."""

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from models.words import Source, Verdict
from services import database, failpoints
from services.actor import Actor, Right
from services.catalog import cache
from services.catalog.cache import Definitions
from services.clock import Clock, utc_now
from services.intake.contract import Answer, Recorded, Refused
from services.intake.deciding import ignored_names
from services.intake.firing_audit import note_fired
from services.intake.incoming_call import (
    KEPT_BODY,
    NOTHING_WRONG,
    SOME_WRONG,
    Call,
    kept,
    log_submission,
    read_call,
)
from services.intake.traces import EMPTY_PAYLOAD
from services.intake.waiting_calls import decide_or_wait
from services.json_text import BrokenJson, read_object
from services.validation import find_unstorable

log = logging.getLogger(__name__)

MAX_BATCH = 1_000
MAX_BATCH_BYTES = 1024 * 1024


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
    failpoints.reached("after_record")
    log_answer(call, answer)
    return answer


async def record_batch(
    actor: Actor,
    raw: bytes,
    *,
    source: Source,
    wrong: Mapping[str, str] = NOTHING_WRONG,
    clock: Clock = utc_now,
) -> list[Answer] | Refused:
    """Record up to 1,000 events, each on its own: a bad one never costs the others.

    `raw` is the body of a call, `{"events": […]}`; `wrong` as in `record_event`. Each event is a
    row of the incoming log, and a call that is refused as a whole is one. Raises `Unavailable`
    when the database takes nothing.
    """
    payloads = _read_batch(actor, raw, wrong)
    if isinstance(payloads, Refused):
        body = kept(raw[: KEPT_BODY + 1].decode(errors="replace"))
        call = Call(actor, source, clock(), body, {}, None, payloads)
        refused = await database.write(_refuse, call, payloads)
        log_answer(call, refused)
        return refused
    calls = [
        record_event(
            actor,
            payload if isinstance(payload, Mapping) else _as_sent(payload),
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


def _read_batch(actor: Actor, raw: bytes, wrong: Mapping[str, str]) -> list[object] | Refused:
    if Right.RECORD_EVENTS not in actor.rights:
        return Refused(Verdict.NOT_ALLOWED, f"{actor.name} may not record events.")
    if len(raw) > MAX_BATCH_BYTES:
        limit = f"{MAX_BATCH_BYTES // 1024:,} KiB"
        return Refused(Verdict.TOO_LARGE, f"The body is larger than {limit}, the limit of a batch.")
    try:
        given = read_object(raw)
    except BrokenJson as error:
        return Refused(Verdict.UNREADABLE, error.message)
    payloads = given.pop("events", None)
    # Of the events each is judged by itself.
    unknown = find_unstorable(dict.fromkeys(given))
    unknown = unknown or dict.fromkeys(given, "There is no field of this name.")
    problems = {**wrong, **unknown}
    if not isinstance(payloads, list):
        problems["events"] = "Give a list of events."
    elif not 1 <= len(payloads) <= MAX_BATCH:
        problems["events"] = f"Give 1 to {MAX_BATCH:,} events."
    if problems or not isinstance(payloads, list):
        verdict = Verdict.UNKNOWN_FIELD if wrong or unknown else Verdict.INVALID_FIELD
        sentences = list(problems.values())
        message = sentences[0] if len(sentences) == 1 else SOME_WRONG
        return Refused(verdict, message, problems)
    return payloads


def _as_sent(payload: object) -> bytes:
    """Return the JSON text of what stands in the place of an event and is no object."""
    if isinstance(payload, Decimal):
        return str(payload).encode()
    text = json.dumps(payload, default=str, ensure_ascii=False)
    return text.encode(errors="backslashreplace")  # half a character, as JSON spells it


@dataclass(frozen=True, slots=True)
class Decision:
    """What a call is answered: `ignored` are its parameters that meant nothing."""

    answer: Answer
    ignored: tuple[str, ...] = ()


def record_call(session: Session, call: Call) -> Answer:
    """Decide about one call within the caller's unit of work, and write down what follows."""
    answer = decide(session, call, cache.definitions(session)).answer
    failpoints.reached("before_record_commit")
    return answer


def decide(session: Session, call: Call, definitions: Definitions) -> Decision:
    """Record the event that a call names, or refuse it; log the call either way."""
    outcome = decide_or_wait(session, call, definitions)
    ignored = ignored_names(call.unknown, outcome.fields, definitions)
    answer = outcome.answer
    if outcome.is_erased:
        call = replace(call, body=EMPTY_PAYLOAD)
    if isinstance(answer, Refused):
        submission_id = log_submission(
            session,
            call,
            answer.verdict,
            refusal=answer,
            lead_id=outcome.lead_id,
            ignored=ignored,
        )
        return Decision(replace(answer, submission_id=submission_id), ignored)
    log_submission(
        session,
        call,
        outcome.verdict,
        event_id=answer.event_id,
        lead_id=outcome.lead_id,
        deliveries=answer.deliveries if isinstance(answer, Recorded) else None,
        ignored=ignored,
    )
    lead_id, event = outcome.lead_id, call.event
    if call.source is Source.MANUAL and isinstance(answer, Recorded) and event and lead_id:
        note_fired(session, call, event, event_id=answer.event_id, lead_id=lead_id)
    return Decision(answer, ignored)


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


def _refuse(session: Session, call: Call, refusal: Refused) -> Refused:
    submission_id = log_submission(session, call, refusal.verdict, refusal=refusal)
    return replace(refusal, submission_id=submission_id)
