"""The incoming URL: a partner's call, in his own names and words, becomes one event."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.words import Source, Verdict
from services import database
from services.actor import Actor, Right
from services.catalog import cache
from services.catalog.cache import Definitions
from services.catalog.rows import IncomingDialect
from services.clock import Clock, utc_now
from services.intake.contract import Answer, Refused
from services.intake.dialect import Understood, understand
from services.intake.incoming_call import SOME_WRONG, Call, judge, kept
from services.intake.incoming_request import IncomingRequest, read_request
from services.intake.recording import decide, log_answer

__all__ = ["IncomingAnswer", "IncomingRequest", "read_incoming", "read_request", "record_incoming"]

# What a key looks like: it must not be kept readable by way of the log.
_KEY = re.compile(r"al_[A-Za-z0-9_-]{40,}")


@dataclass(frozen=True, slots=True)
class IncomingAnswer:
    """The answer to one call.

    `ignored` are the parameters that meant nothing, as they were called, at most 50. `returns` is
    the text that the caller wants to read when it went well.
    """

    answer: Answer
    ignored: tuple[str, ...]
    test: bool
    returns: str | None


async def record_incoming(
    actor: Actor,
    *,
    parameters: Sequence[tuple[str, object]] | Mapping[str, object],
    raw: str,
    refusal: Refused | None = None,
    url_encoded: int = 0,
    query: str = "",
    method: str = "",
    content_type: str = "",
    is_exact: bool = True,
    clock: Clock = utc_now,
) -> IncomingAnswer:
    """Record the event that a partner's call names, or say why not; either way it is logged.

    `raw` is the query or body as it came; with a `refusal` it could not be read. The first
    `url_encoded` parameters stood in a query or a form, where a `+` means a space. Errors name a
    parameter as the partner calls it, and ours in the sentence. Needs `Right.INCOMING`, which a
    refusal tells too. Raises `Unavailable` when the database takes nothing.

    `query`, with which `raw` begins, `method` and `content_type` are kept to read the call again;
    one that was not `is_exact` text is never tried again.
    """
    body = _without_keys(raw)
    kind = kept(content_type.partition(";")[0].strip().lower()[:100])
    request: dict[str, Any] = {"method": method, "type": kind, "query": len(_without_keys(query))}
    if not is_exact:
        request["inexact"] = True
    if Right.INCOMING not in actor.rights:
        text = f"{actor.name} is no key of an incoming URL. Take the URL from Incoming URLs."
        refusal = Refused(Verdict.NOT_ALLOWED, text)
    call, found = await database.write(
        _record, actor, parameters, url_encoded, body, request, refusal, clock()
    )
    log_answer(call, found.answer)
    return found


def _record(
    session: Session,
    actor: Actor,
    parameters: Sequence[tuple[str, object]] | Mapping[str, object],
    url_encoded: int,
    body: str,
    request: Mapping[str, Any],
    refusal: Refused | None,
    now: datetime,
) -> tuple[Call, IncomingAnswer]:
    definitions = cache.definitions(session)
    call = read_incoming(
        definitions,
        actor,
        parameters,
        url_encoded=url_encoded,
        body=body,
        request=request,
        refusal=refusal,
        now=now,
    )
    decision = decide(session, call, definitions)
    return call, IncomingAnswer(decision.answer, decision.ignored, call.is_test, call.returns)


def read_incoming(
    definitions: Definitions,
    actor: Actor,
    parameters: Sequence[tuple[str, object]] | Mapping[str, object],
    *,
    url_encoded: int,
    body: str,
    request: Mapping[str, Any],
    refusal: Refused | None,
    now: datetime,
) -> Call:
    """Return what a partner's call says by the dialect of its URL as it is now."""
    dialect = definitions.dialects_by_key_id.get(actor.id)
    found = understand(parameters, dialect, url_encoded=url_encoded)
    if dialect is not None:
        _add_fixed(found, dialect, definitions)
    event, wrong = judge(found.given, now=now)
    if found.problems:
        fields = {**(wrong.fields if wrong else {}), **found.problems}
        wrong = Refused(Verdict.INVALID_FIELD, SOME_WRONG, fields)
    return Call(
        actor,
        Source.INCOMING,
        now,
        body,
        found.given,
        event,
        refusal or wrong,
        names=found.names,
        extras=found.extras,
        is_test=found.is_test,
        unknown=found.unknown,
        returns=found.returns,
        request=request,
    )


def _without_keys(text: str) -> str:
    return kept(_KEY.sub("al_…", text))


def _add_fixed(found: Understood, dialect: IncomingDialect, definitions: Definitions) -> None:
    if dialect.event_type_id is not None:
        name = definitions.event_types_by_id[dialect.event_type_id].name
        found.given.setdefault("event", name)
    if dialect.campaign_id is not None:
        key = definitions.campaigns_by_id[dialect.campaign_id].key
        if found.given.setdefault("campaign", key) != key:
            found.problems["campaign"] = f"This URL records for the campaign “{key}” only."
