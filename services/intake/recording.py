"""`record_event`: a fact and everything it owes go to disk in one unit of work, or nothing does."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from models.words import Source, Verdict
from services import database, failpoints, idempotency
from services.actor import Actor, Right
from services.catalog import cache
from services.catalog.cache import Definitions
from services.clock import Clock, utc_now
from services.idempotency import HEADER, REUSED, Claim, Kept, Overtaken, Reused
from services.intake.contract import Answer, Recorded, Refused, packed, unpacked
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
# Events of a batch in one unit of work: enough for speed, few enough that nobody waits for them.
_TOGETHER = 25
# Of a kept answer only the text counts here; how it is told is the edge's business.
_GIVEN = 200
_REUSED = Refused(Verdict.IDEMPOTENCY_KEY_REUSED, REUSED, {HEADER: REUSED})


async def record_event(
    actor: Actor,
    payload: Mapping[str, Any] | bytes,
    *,
    source: Source,
    wrong: Mapping[str, str] = NOTHING_WRONG,
    is_test: bool = False,
    once: Claim | None = None,
    clock: Clock = utc_now,
) -> Answer:
    """Record one event, or say why not; either way the call is in the incoming log.

    `payload` is the named fields of `EventInput`, or the raw body of a call; `wrong` names what
    the edge found wrong around it. After `Recorded` the event and its deliveries are on disk. A
    test is recorded as one: it fires nothing, counts nowhere and repeats nothing. A call that
    came before under the claim `once` is not carried out again: its answer is repeated, and no
    row of the log is added. A refusal leaves the claim free.
    Raises `Unavailable` when the database takes nothing.
    """
    call = read_call(actor, payload, source=source, wrong=wrong, is_test=is_test, now=clock())
    if once is None:
        answer = await database.write(record_call, call)
    else:
        try:
            answer = await database.write(_record_new, call, once)
        except Overtaken:
            answer = await idempotency.write(_record_once, call, once)
    failpoints.reached("after_record")
    log_answer(call, answer)
    return answer


def _record_new(session: Session, call: Call, once: Claim) -> Answer:
    """Record a call as if it came for the first time, which nearly all do: no look-up is spent.

    Where it did not, the insert of the answer finds that out and everything is undone.
    """
    answer = record_call(session, call)
    if not isinstance(answer, Refused):
        idempotency.keep(session, once, Kept(_GIVEN, packed(answer)))
    elif call.refusal is None and idempotency.is_kept(session, once):
        raise Overtaken
    return answer


def _record_once(session: Session, call: Call, once: Claim) -> Answer:
    if call.refusal is None:
        try:
            found = idempotency.find(session, once)
        except Reused:
            return _refuse(session, call, _REUSED)
        if found is not None:
            return unpacked(found.body)
    answer = record_call(session, call)
    if not isinstance(answer, Refused):
        idempotency.keep(session, once, Kept(_GIVEN, packed(answer)))
    return answer


async def record_batch(
    actor: Actor,
    raw: bytes,
    *,
    source: Source,
    wrong: Mapping[str, str] = NOTHING_WRONG,
    once: Claim | None = None,
    clock: Clock = utc_now,
) -> list[Answer] | Refused:
    """Record up to 1,000 events, each on its own: a bad one never costs the others.

    `raw` is the body of a call, `{"events": […]}`; `wrong` and `once` as in `record_event`. Each
    event is a row of the incoming log, and a call that is refused as a whole is one. Raises
    `Unavailable` when the database takes nothing. A batch under a claim that broke off is taken
    up where it ended.
    """
    payloads = _read_batch(actor, raw, wrong)
    if isinstance(payloads, Refused):
        return await _refuse_batch(actor, raw, payloads, source=source, now=clock())
    answers: list[Answer] = []
    for number, begin in enumerate(range(0, len(payloads), _TOGETHER)):
        calls = [
            read_call(
                actor,
                payload if isinstance(payload, Mapping) else _as_sent(payload),
                source=source,
                now=clock(),
            )
            for payload in payloads[begin : begin + _TOGETHER]
        ]
        # One after the other: of two equal facts the first one must win.
        if once is None:
            found: list[Answer] | Refused = await database.write(_record_part, calls)
        else:
            found = await idempotency.write(_record_part_once, calls, once.part(number))
        if isinstance(found, Refused):
            return await _refuse_batch(actor, raw, found, source=source, now=clock())
        failpoints.reached("after_record")
        for call, answer in zip(calls, found, strict=True):
            log_answer(call, answer)
        answers += found
    return answers


async def _refuse_batch(
    actor: Actor, raw: bytes, refusal: Refused, *, source: Source, now: datetime
) -> Refused:
    body = kept(raw[: KEPT_BODY + 1].decode(errors="replace"))
    call = Call(actor, source, now, body, {}, None, refusal)
    refused = await database.write(_refuse, call, refusal)
    log_answer(call, refused)
    return refused


def _record_part(session: Session, calls: list[Call]) -> list[Answer]:
    return [record_call(session, call) for call in calls]


def _record_part_once(session: Session, calls: list[Call], once: Claim) -> list[Answer] | Refused:
    try:
        found = idempotency.find(session, once)
    except Reused:
        return _REUSED
    if found is not None:
        return [unpacked(text) for text in json.loads(found.body)]
    answers = _record_part(session, calls)
    body = json.dumps([packed(answer) for answer in answers])
    idempotency.keep(session, once, Kept(_GIVEN, body))
    return answers


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
    if answer.is_repeated:
        log.info("event repeated source=%s by=%s", call.source, call.actor.id)
    elif isinstance(answer, Refused):
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
