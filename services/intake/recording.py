"""`record_event`: a fact and everything it owes go to disk in one unit of work, or nothing does."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, Table, bindparam, select
from sqlmodel import Session

from models import Lead
from models.words import Source, Verdict
from services import database
from services.actor import Actor
from services.catalog import cache
from services.catalog.effective_events import EffectiveEvent, effective_event, why_unavailable
from services.catalog.rows import CampaignRow, EventTypeRow
from services.clock import Clock, utc_now
from services.errors import InvalidInput
from services.intake.contract import Answer, EventInput, Recorded, Refused
from services.intake.event_rows import write_event
from services.intake.incoming_call import NOTHING_WRONG, Call, log_submission, read_call

log = logging.getLogger(__name__)

MAX_BATCH = 1_000

LEAD: Table = Lead.__table__  # type: ignore[attr-defined]


async def record_event(
    actor: Actor,
    payload: Mapping[str, Any] | bytes,
    *,
    source: Source,
    wrong: Mapping[str, str] = NOTHING_WRONG,
    clock: Clock = utc_now,
) -> Answer:
    """Record one event, or say why not; either way the call is in the incoming log.

    `payload` is the named fields of `EventInput`, or the raw body of a call; `wrong` names what
    the edge found wrong around it. After `Recorded` the event and its deliveries are on disk.
    Raises `Unavailable` when the database takes nothing.
    """
    call = read_call(actor, payload, source=source, wrong=wrong, now=clock())
    answer = await database.write(record_call, call)
    _log(call, answer)
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


def record_call(session: Session, call: Call) -> Answer:
    """Decide about one call within the caller's unit of work, and write down what follows."""
    if call.refusal is not None or call.event is None:
        return _refuse(session, call, call.refusal or Refused(Verdict.UNREADABLE, ""))
    event = call.event
    definitions = cache.definitions(session)
    event_type = definitions.event_types_by_name.get(event.event)
    if event_type is None:
        return _refuse(session, call, _unknown_event(event.event, definitions.event_types_by_name))
    campaign: CampaignRow | None = None
    if event.campaign is not None:
        campaign = definitions.campaigns_by_key.get(event.campaign)
        if campaign is None:
            text = f"There is no campaign “{event.campaign[:64]}”."
            refusal = Refused(Verdict.INVALID_FIELD, text, {"campaign": text})
            return _refuse(session, call, refusal)
    found = _find_lead(session, event, campaign)
    if isinstance(found, Refused):
        return _refuse(session, call, found)
    campaign = definitions.campaigns_by_id[found.campaign_id]
    effective = effective_event(definitions, campaign, event_type)
    event_type = effective.event_type
    refused = _unavailable(event, effective, campaign)
    if refused is not None:
        return _refuse(session, call, refused, lead_id=found.id)
    answer = write_event(
        session,
        call,
        event=event,
        event_type=event_type,
        campaign=campaign,
        lead=found,
        definitions=definitions,
    )
    verdict = Verdict.RECORDED if isinstance(answer, Recorded) else Verdict.DUPLICATE
    log_submission(session, call, verdict, event_id=answer.event_id, lead_id=found.id)
    return answer


def _log(call: Call, answer: Answer) -> None:
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


def _unknown_event(name: str, known: Mapping[str, EventTypeRow]) -> Refused:
    text = f"There is no event “{name[:64]}”."
    if name.lower() in known:
        text += f" Did you mean “{name.lower()}”? Names are in lower case."
    return Refused(Verdict.UNKNOWN_EVENT, text, {"event": text})


def _find_lead(
    session: Session, event: EventInput, campaign: CampaignRow | None
) -> Row[Any] | Refused:
    connection = session.connection()
    if event.lead_id is not None:
        rows = connection.execute(_LEAD_BY_ID, {"b_id": event.lead_id}).all()
        name, value = "lead_id", event.lead_id
    else:
        parameters = {"b_transaction": event.transaction_id}
        if campaign is None:
            rows = connection.execute(_LEADS, parameters).all()
        else:
            parameters["b_campaign"] = campaign.id
            rows = connection.execute(_LEAD_IN_CAMPAIGN, parameters).all()
        name, value = "transaction_id", event.transaction_id or ""
    if len(rows) > 1:
        text = (
            f"The transaction id “{value[:64]}” stands in several campaigns. Name the campaign too."
        )
        return Refused(Verdict.AMBIGUOUS_LEAD, text, {"campaign": text})
    if not rows:
        where = f" in the campaign “{campaign.key}”" if campaign else ""
        text = f"There is no lead with {name} “{value[:64]}”{where}."
        return Refused(Verdict.UNKNOWN_LEAD, text, {name: text})
    lead = rows[0]
    if event.lead_id is not None:
        if campaign is not None and lead.campaign_id != campaign.id:
            text = f"The lead {value[:64]} belongs to another campaign."
            return Refused(Verdict.UNKNOWN_LEAD, text, {"campaign": text})
        if event.transaction_id not in {None, lead.transaction_id}:
            text = f"The lead {value[:64]} has another transaction id."
            return Refused(Verdict.UNKNOWN_LEAD, text, {"transaction_id": text})
    return lead


def _unavailable(
    event: EventInput, effective: EffectiveEvent, campaign: CampaignRow
) -> Refused | None:
    event_type = effective.event_type
    if reason := why_unavailable(effective, campaign):
        return Refused(Verdict.EVENT_NOT_AVAILABLE, reason, {"event": reason})
    if event.fields:
        fields = {
            f"fields.{name[:64]}": f"The event “{event_type.name}” has no such custom field "
            f"in the campaign “{campaign.key}”."
            for name in event.fields
        }
        return Refused(Verdict.INVALID_FIELD, "Some fields are wrong.", fields)
    return None


def _refuse(
    session: Session, call: Call, refusal: Refused, *, lead_id: str | None = None
) -> Refused:
    submission_id = log_submission(session, call, refusal.verdict, refusal=refusal, lead_id=lead_id)
    return Refused(refusal.verdict, refusal.message, refusal.fields, submission_id)


_LEAD_BY_ID = select(LEAD).where(LEAD.c.id == bindparam("b_id"))
_LEADS = select(LEAD).where(LEAD.c.transaction_id == bindparam("b_transaction")).limit(2)
_LEAD_IN_CAMPAIGN = select(LEAD).where(
    LEAD.c.campaign_id == bindparam("b_campaign"),
    LEAD.c.transaction_id == bindparam("b_transaction"),
)
