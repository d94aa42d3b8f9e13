"""An incoming call: what came, what could be read of it, and its row in the incoming log."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from sqlalchemy import Table
from sqlmodel import Session

from models import Submission
from models.words import Source, Verdict
from services.actor import Actor, Right
from services.bulk import insert_rows
from services.errors import InvalidInput
from services.identifiers import new_id
from services.intake.contract import EventInput, Refused
from services.json_text import BrokenJson, read_object
from services.validation import validate

MAX_BODY_BYTES = 256 * 1024
_KEPT_BODY = 16 * 1024
# A partner's clock may be ahead of ours; more than this is a mistake.
_FUTURE = timedelta(hours=1)

NOTHING_WRONG: Mapping[str, str] = MappingProxyType({})

SUBMISSION: Table = Submission.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Call:
    """`given` is what was readable; `event` is set when all of it is right, else `refusal`."""

    actor: Actor
    source: Source
    received_at: datetime
    body: str
    given: Mapping[str, Any]
    event: EventInput | None
    refusal: Refused | None


def read_call(
    actor: Actor,
    payload: Mapping[str, Any] | bytes,
    *,
    source: Source,
    wrong: Mapping[str, str] = NOTHING_WRONG,
    now: datetime,
) -> Call:
    """Read a raw body or named fields; what is wrong ends in the call's `refusal`."""
    given: Mapping[str, Any] = {}
    event: EventInput | None = None
    refusal: Refused | None = None
    if isinstance(payload, bytes):
        body = payload[: _KEPT_BODY + 1].decode(errors="replace").replace("\x00", "\ufffd")
    try:
        if isinstance(payload, bytes):
            if len(payload) > MAX_BODY_BYTES:
                refusal = Refused(
                    Verdict.TOO_LARGE,
                    f"The body is larger than {MAX_BODY_BYTES // 1024} KiB, the limit of one call.",
                )
            else:
                given = read_object(payload)
        else:
            given = payload
            body = json.dumps(payload, default=str, ensure_ascii=False)
            body = body.encode("utf-8", "replace").decode()
        if refusal is None:
            event = validate(EventInput, given)
            refusal = _check(event, now)
    except BrokenJson as error:
        refusal = Refused(Verdict.UNREADABLE, error.message)
    except InvalidInput as error:
        unknown = any(name not in EventInput.model_fields for name in error.fields)
        verdict = Verdict.UNKNOWN_FIELD if unknown else Verdict.INVALID_FIELD
        refusal = Refused(verdict, "Some fields are wrong.", error.fields)
    if Right.RECORD_EVENTS not in actor.rights:
        refusal = Refused(Verdict.NOT_ALLOWED, f"{actor.name} may not record events.")
    elif wrong and (refusal is None or refusal.fields):
        found = {**wrong, **(refusal.fields if refusal else {})}
        refusal = Refused(Verdict.UNKNOWN_FIELD, "Some fields are wrong.", found)
    return Call(actor, source, now, body, given, event, refusal)


def _check(event: EventInput, now: datetime) -> Refused | None:
    fields: dict[str, str] = {}
    if event.transaction_id is None and event.lead_id is None:
        fields["transaction_id"] = "Give the lead's transaction_id or its lead_id."
    if event.amount is None and event.currency is not None:
        fields["amount"] = "Give an amount beside the currency."
    if event.occurred_at is not None and event.occurred_at > now + _FUTURE:
        fields["occurred_at"] = "This time lies in the future."
    return Refused(Verdict.INVALID_FIELD, "Some fields are wrong.", fields) if fields else None


def log_submission(
    session: Session,
    call: Call,
    verdict: Verdict,
    *,
    refusal: Refused | None = None,
    event_id: str | None = None,
    lead_id: str | None = None,
) -> str:
    """Write the call's row of the incoming log and return its id."""
    submission_id = new_id("sub")
    answer = refusal or Refused(verdict, "")
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
                "event_id": event_id,
                "body": call.body[:_KEPT_BODY],
                "body_truncated": len(call.body) > _KEPT_BODY,
                "answer_status": answer.status,
            }
        ],
    )
    return submission_id


def _short(value: object, limit: int = 255) -> str | None:
    if value is None:
        return None
    text = str(value) if isinstance(value, str | int | Decimal) else type(value).__name__
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")[:limit]
