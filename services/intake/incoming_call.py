"""An incoming call: what came, what could be read of it, and its row in the incoming log."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from sqlalchemy import Table
from sqlmodel import Session

from models import Submission
from models.words import Handling, Source, Verdict
from services.actor import Actor, Right
from services.bulk import insert_rows
from services.errors import InvalidInput
from services.identifiers import new_id
from services.intake.contract import EventInput, Refused
from services.json_text import BrokenJson, read_object
from services.validation import validate

MAX_BODY_BYTES = 256 * 1024
KEPT_BODY = 16 * 1024
# Stands in for an event that is missing or wrong, so that the rest is judged all the same.
_SOME_EVENT = "some_event"
# A partner's clock may be ahead of ours; more than this is a mistake.
_FUTURE = timedelta(hours=1)

NOTHING_WRONG: Mapping[str, str] = MappingProxyType({})
SOME_WRONG = "Some fields are wrong."
TOO_LARGE = Refused(
    Verdict.TOO_LARGE,
    f"The body is larger than {MAX_BODY_BYTES // 1024} KiB, the limit of one call.",
)

# What a change of definitions, or a lead, can mend: everything else the caller must send anew.
REPLAYABLE = frozenset(
    {
        Verdict.UNKNOWN_EVENT,
        Verdict.UNKNOWN_LEAD,
        Verdict.AMBIGUOUS_LEAD,
        Verdict.EVENT_NOT_AVAILABLE,
        Verdict.INVALID_FIELD,
    }
)
_LEAD_UNCLEAR = frozenset({Verdict.UNKNOWN_LEAD, Verdict.AMBIGUOUS_LEAD})
# An import tells of its own rows, and a person sees at once that there is no such lead.
_FROM_OUTSIDE = frozenset({Source.API, Source.INCOMING})

SUBMISSION: Table = Submission.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it was read.

    `given` is what was readable. `refusal` is set when something is wrong; `event` may be there
    all the same, so that its custom fields can be judged together with the rest. `body` is the
    whole call, which the event keeps. `names` says how the caller calls our fields, where that
    differs. `extras` are values that count only if the event has custom fields of these names.
    `import_id` is the file that it stands in; without `sends` no postback is owed.
    `unknown` are the parameters that mean nothing else: as they were called → custom field, or "".
    `returns` is the text that the caller asked for, `request` how the body is to be read again.
    """

    actor: Actor
    source: Source
    received_at: datetime
    body: str
    given: Mapping[str, Any]
    event: EventInput | None
    refusal: Refused | None
    names: Mapping[str, str] = field(default_factory=dict)
    extras: Mapping[str, Any] = field(default_factory=dict)
    is_test: bool = False
    import_id: str | None = None
    sends: bool = True
    unknown: Mapping[str, str] = field(default_factory=dict)
    returns: str | None = None
    request: Mapping[str, Any] | None = None


def read_call(
    actor: Actor,
    payload: Mapping[str, Any] | bytes,
    *,
    source: Source,
    wrong: Mapping[str, str] = NOTHING_WRONG,
    is_test: bool = False,
    now: datetime,
) -> Call:
    """Read a raw body or named fields; what is wrong ends in the call's `refusal`.

    `wrong` names what the edge found around the call, under names that nobody knows.
    """
    given: Mapping[str, Any] = {}
    unreadable: Refused | None = None
    if isinstance(payload, bytes):
        body = kept(payload.decode(errors="replace"))
        if len(payload) > MAX_BODY_BYTES:
            unreadable = TOO_LARGE
        else:
            try:
                given = read_object(payload)
            except BrokenJson as error:
                unreadable = Refused(Verdict.UNREADABLE, error.message)
    else:
        given = payload
        body = kept(json.dumps(payload, default=str, ensure_ascii=False))
    event, refusal = (None, unreadable) if unreadable else judge(given, now=now)
    if Right.RECORD_EVENTS not in actor.rights:
        refusal = Refused(Verdict.NOT_ALLOWED, f"{actor.name} may not record events.")
    elif wrong and (refusal is None or refusal.fields):
        found = {**wrong, **(refusal.fields if refusal else {})}
        refusal = Refused(Verdict.UNKNOWN_FIELD, SOME_WRONG, found)
    return Call(actor, source, now, body, given, event, refusal, is_test=is_test)


def judge(given: Mapping[str, Any], *, now: datetime) -> tuple[EventInput | None, Refused | None]:
    """Return the event that the fields name, and all that is wrong with them.

    With both, the event is what remains without the wrong fields.
    """
    problems: dict[str, str] = {}
    rest: Mapping[str, Any] = given
    event: EventInput | None = None
    # What cannot be stored hides wrong types, and those hide what is missing then.
    for _ in range(3):
        try:
            event = validate(EventInput, rest)
        except InvalidInput as error:
            problems = {**error.fields, **problems}
            rest = _without(rest, error.fields)
            if "event" in error.fields:
                rest["event"] = _SOME_EVENT
        else:
            break
    if event is not None:
        problems = {**_check(event, now, but=problems), **problems}
    if not problems:
        return event, None
    is_ours = all(name.partition(".")[0] in EventInput.model_fields for name in problems)
    verdict = Verdict.INVALID_FIELD if is_ours else Verdict.UNKNOWN_FIELD
    is_named = event is not None and bool(event.transaction_id or event.lead_id)
    is_known = is_named and "event" not in problems
    return event if is_known else None, Refused(verdict, SOME_WRONG, problems)


def _without(given: Mapping[str, Any], wrong: Iterable[str]) -> dict[str, Any]:
    tops = {name.partition(".")[0] for name in wrong if not name.startswith("fields.")}
    rest = {name: value for name, value in given.items() if name not in tops}
    if isinstance(fields := rest.get("fields"), Mapping):
        bad = {name.split(".")[1] for name in wrong if name.startswith("fields.")}
        rest["fields"] = {name: value for name, value in fields.items() if name not in bad}
    return rest


def kept(text: str) -> str:
    """Return a text from outside as the database can keep it."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def _check(event: EventInput, now: datetime, *, but: Iterable[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    is_named = event.transaction_id is not None or event.lead_id is not None
    if not is_named and not {"transaction_id", "lead_id"} & set(but):
        fields["transaction_id"] = "Give the lead's transaction_id or its lead_id."
    if event.amount is None and event.currency is not None:
        fields["amount"] = "Give an amount beside the currency."
    if event.occurred_at is not None and event.occurred_at > now + _FUTURE:
        fields["occurred_at"] = "This time lies in the future."
    return fields


def as_called(refusal: Refused, names: Mapping[str, str]) -> Refused:
    """Return the refusal in the caller's own names, ours standing in the sentences."""
    called = {ours: theirs for ours in refusal.fields if (theirs := names.get(ours, ours)) != ours}
    if not called:
        return refusal
    fields: dict[str, str] = {}
    message = refusal.message
    for ours, sentence in refusal.fields.items():
        theirs = called.get(ours, ours)
        own = f"{sentence} (“{theirs}” is our {ours}.)" if ours in called else sentence
        fields[theirs] = own
        message = own if message == sentence else message
    return replace(refusal, message=message, fields=fields)


def log_submission(
    session: Session,
    call: Call,
    verdict: Verdict,
    *,
    refusal: Refused | None = None,
    event_id: str | None = None,
    lead_id: str | None = None,
    deliveries: int | None = None,
    ignored: Sequence[str] = (),
) -> str:
    """Write the call's row of the incoming log and return its id.

    Of a body longer than 16 KiB the row keeps the beginning, and says so; the rest stands beside
    it where the call may be tried again. A call whose lead is not known waits for it.
    """
    submission_id = new_id("sub")
    raw = call.body.encode()
    # Of a character that the cut parts nothing is kept.
    body = raw[:KEPT_BODY].decode(errors="ignore")
    is_long = len(raw) > KEPT_BODY
    answer = refusal or Refused(verdict, "")
    more = {"ignored": list(ignored), "returns": call.returns}
    insert_rows(
        session.connection(),
        SUBMISSION,
        [
            {
                "id": submission_id,
                "received_at": call.received_at,
                "source": call.source,
                "verdict": verdict,
                "reason": answer.message[:500],
                "errors": dict(answer.fields) or None,
                "actor_id": call.actor.id,
                "actor_name": call.actor.name,
                "event_name": _short(call.given.get("event")),
                "transaction_id": _short(call.given.get("transaction_id")),
                "lead_id": lead_id or _short(call.given.get("lead_id"), 40),
                "campaign": _short(call.given.get("campaign"), 64),
                "event_id": event_id,
                "body": body,
                "body_truncated": is_long,
                "body_rest": call.body[len(body) :] if is_long and is_replayable(verdict) else None,
                "request": dict(call.request) if call.request else None,
                "address": call.actor.address[:45],
                "is_test": call.is_test,
                "answer_status": answer.status,
                "deliveries": deliveries,
                "answer_more": {name: each for name, each in more.items() if each} or None,
                "handling": Handling.OPEN if waits_for_lead(call, verdict) else None,
            }
        ],
    )
    return submission_id


def is_replayable(verdict: Verdict) -> bool:
    """Tell whether a call with this verdict may be tried again as it came."""
    return verdict in REPLAYABLE


def waits_for_lead(call: Call, verdict: Verdict) -> bool:
    """Tell whether a refused call is kept as unmatched, until its lead arrives or is named."""
    return verdict in _LEAD_UNCLEAR and call.source in _FROM_OUTSIDE and not call.is_test


def _short(value: object, limit: int = 255) -> str | None:
    if value is None:
        return None
    text = str(value) if isinstance(value, str | int | Decimal) else type(value).__name__
    return kept(text)[:limit]
