"""Calls of `/in` as a partner makes them, with a dialect of his own or without one."""

from typing import Any

from models.words import Source
from services.accounts.keys import actor_of_key
from services.actor import SYSTEM, Actor
from services.catalog import incoming_urls
from services.intake import incoming
from services.intake.contract import Recorded, Refused
from services.intake.incoming import IncomingAnswer
from tests.world import deliveries, events, submissions

PLAIN = "event=sale&transaction_id=t-1"
# A partner's dialect: his own names, and his own words for event and status.
PARTNER: dict[str, Any] = {
    "name": "Partner",
    "parameters": {
        "event": "goal",
        "transaction_id": "txid",
        "amount": "payout",
        "conversion_status": "state",
        "fields.policy_no": "policy",
    },
    "words": {
        "event": {"1": "sale"},
        "conversion_status": {"1": "approved", "2": "rejected", "pending": "on_hold"},
    },
}


async def url(**changes: Any) -> Actor:
    """Make an incoming URL and return who calls it."""
    row = await incoming_urls.create(SYSTEM, {**PARTNER, **changes})
    return await actor_of_key(row.key)


async def call(
    actor: Actor, query: str = "", *, body: bytes = b"", kind: str = ""
) -> IncomingAnswer:
    request = incoming.read_request(query=query.encode(), body=body, content_type=kind)
    return await incoming.record_incoming(
        actor,
        parameters=request.parameters,
        raw=request.raw,
        refusal=request.refusal,
        url_encoded=request.url_encoded,
        query=request.query,
        content_type=kind,
        is_exact=request.is_exact,
    )


async def recorded(actor: Actor, query: str, **how: Any) -> IncomingAnswer:
    found = await call(actor, query, **how)
    assert isinstance(found.answer, Recorded), found.answer
    return found


async def refused(actor: Actor, query: str, **how: Any) -> Refused:
    """Call, and see that nothing but the refused call itself was written."""
    found = await call(actor, query, **how)
    answer = found.answer
    assert isinstance(answer, Refused)
    assert await events() == []
    assert await deliveries() == []
    (row,) = await submissions()
    assert (row.id, row.source) == (answer.submission_id, Source.INCOMING)
    assert (row.verdict, row.answer_status) == (answer.verdict, answer.status)
    assert row.reason == answer.message
    assert (row.errors or {}) == answer.fields
    return answer
