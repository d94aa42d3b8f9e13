"""A call out of the incoming log, read again as it came."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from models import Submission
from models.words import ActorKind, Source
from services.actor import Actor, Right
from services.catalog.cache import Definitions
from services.errors import Conflict
from services.intake.contract import Refused
from services.intake.incoming import read_incoming, read_request
from services.intake.incoming_call import Call, is_replayable, judge
from services.json_text import BrokenJson, read_object
from services.reporting.call_content import split_content

_RIGHTS: Final = frozenset({Right.RECORD_EVENTS, Right.INCOMING})


class NotReplayable(Conflict):
    """The call cannot be tried again, whatever is mended here."""

    code = "not_replayable"


def call_of(
    stored: Submission, definitions: Definitions, *, now: datetime, lead_id: str | None = None
) -> Call:
    """Return the call as it came, by the definitions as they are now.

    It happened when it came, unless it says otherwise, and is recorded now. With `lead_id` it is
    about that lead, whatever it says of its lead itself. Raises `NotReplayable`.
    """
    _refuse(stored)
    whole = stored.body + (stored.body_rest or "")
    actor = Actor(
        kind=ActorKind.KEY,
        id=stored.actor_id,
        name=stored.actor_name,
        rights=_RIGHTS,
        address=stored.address,
    )
    if stored.source is Source.INCOMING:
        call = _by_url(stored, whole, actor, definitions, now)
    else:
        call = _by_json(stored, whole, actor, now)
    if call.event is None:
        return call
    changes: dict[str, Any] = {"occurred_at": call.event.occurred_at or stored.received_at}
    if lead_id is not None:
        changes |= {"lead_id": lead_id, "transaction_id": None, "campaign": None}
    return replace(call, event=call.event.model_copy(update=changes))


def _refuse(stored: Submission) -> None:
    if not is_replayable(stored.verdict):
        raise NotReplayable(
            "This call cannot be tried again: nothing that can be changed here would make it good."
        )
    if stored.emptied_at is not None or not stored.body:
        raise NotReplayable(
            "What came in with this call has left with retention. Have it sent again."
        )
    if stored.body_truncated and stored.body_rest is None:
        raise NotReplayable("Of this long call only the beginning was kept. Have it sent again.")
    if (stored.request or {}).get("inexact"):
        raise NotReplayable(
            "This call has bytes that are no text, so it cannot be tried again as it came."
        )


def _by_url(
    stored: Submission, whole: str, actor: Actor, definitions: Definitions, now: datetime
) -> Call:
    known = stored.request
    if known is None:  # from a time when this was not kept
        known = {"query": 0 if whole.lstrip().startswith("{") else len(whole)}
    query, body = split_content(whole, known)
    request = read_request(
        query=query.encode(), body=body.encode(), content_type=str(known.get("type", ""))
    )
    return read_incoming(
        definitions,
        actor,
        request.parameters,
        url_encoded=request.url_encoded,
        body=whole,
        request=known,
        refusal=request.refusal,
        now=now,
    )


def _by_json(stored: Submission, whole: str, actor: Actor, now: datetime) -> Call:
    try:
        given = read_object(whole.encode())
    except BrokenJson as error:
        raise NotReplayable(error.message) from None
    event, refusal = judge(given, now=now)
    found: Refused | None = refusal
    return Call(actor, stored.source, now, whole, given, event, found, is_test=stored.is_test)
