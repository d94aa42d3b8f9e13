"""Which leads a call may mean: asked by index only, the likeliest first."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from difflib import SequenceMatcher
from typing import Any, Final

from sqlalchemy import ColumnElement
from sqlmodel import Session

from models import Submission
from services import database
from services.actor import Actor, Right
from services.catalog import cache
from services.clock import Clock, utc_now
from services.contacts import mask_for
from services.inbox.stored_call import NotReplayable, call_of
from services.inbox.trying import find
from services.intake.incoming_call import Call
from services.intake.lead_input import digits
from services.intake.lead_rows import CAMPAIGN, LEAD, SELECT_LEADS, LeadRow, lead_row, seen_through

MOST: Final = 8

_VALUES: Final = 100  # of a call's content that are looked at
_NEAR: Final = timedelta(hours=1)
_PER_WAY: Final = 10
_LAST_CHARACTER: Final = "\U0010ffff"
_EMAIL: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_WRAPPED: Final = "{}[]<>\"'#%$ \t"
_SHORTEST_ID: Final = 4


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A lead that a call may mean, and why it is thought of."""

    lead: LeadRow
    why: str


async def suggest(
    actor: Actor, submission_id: str, *, clock: Clock = utc_now
) -> tuple[Suggestion, ...]:
    """Return at most 8 leads that a call may mean; raise NotFound and NotAllowed.

    By a transaction id alike, by an e-mail address, a phone number or a click id in what came in,
    and by the time of capture in the campaign that the call names.
    """
    actor.require(Right.READ)
    found = await database.read(_suggest, submission_id, clock)
    mask = mask_for(actor)
    return tuple(replace(each, lead=seen_through(mask, each.lead)) for each in found)


def _suggest(session: Session, submission_id: str, clock: Clock) -> tuple[Suggestion, ...]:
    stored = find(session, submission_id, lock=False)
    texts = _texts(session, stored, clock)
    found: dict[str, Suggestion] = {}
    for why, condition in _ways(stored, texts):
        query = SELECT_LEADS.where(condition)
        if stored.campaign and why == _NEAR_IN_TIME:
            query = query.order_by(LEAD.c.created_at.desc(), LEAD.c.id.desc())
        for row in session.execute(query.limit(_PER_WAY)):
            found.setdefault(row.id, Suggestion(lead_row(row), why))
        if len(found) >= MOST:
            break
    alike = sorted(
        (each for each in found.values() if each.why == _ALIKE),
        key=lambda each: -_likeness(each.lead.transaction_id, stored.transaction_id or ""),
    )
    ordered = [each for each in found.values() if each.why != _ALIKE]
    at = sum(each.why in _SURE for each in ordered)
    return tuple([*ordered[:at], *alike, *ordered[at:]][:MOST])


def _ways(stored: Submission, texts: list[str]) -> Iterator[tuple[str, ColumnElement[bool]]]:
    wanted = stored.transaction_id or ""
    if wanted:
        bare = wanted.strip(_WRAPPED)
        forms = {wanted, bare, bare.lower(), bare.upper()} - {""}
        yield _SAME_ID, LEAD.c.transaction_id.in_(sorted(forms))
    emails = sorted({text.lower() for text in texts if _EMAIL.fullmatch(text)})
    if emails:
        yield _SAME_EMAIL, LEAD.c.search_email.in_(emails)
    phones = sorted({number for text in texts if (number := _phone(text))})
    if phones:
        yield _SAME_PHONE, LEAD.c.search_phone.in_(phones)
    ids = sorted({text for text in texts if len(text) >= _SHORTEST_ID and " " not in text})
    if ids:
        yield _CLICK_ID, LEAD.c.external_click_id.in_(ids)
        yield _OTHER_FIELD, LEAD.c.transaction_id.in_(ids)
    if len(beginning := wanted.strip(_WRAPPED)[: _beginning(wanted)]) >= _SHORTEST_ID:
        yield (
            _ALIKE,
            (LEAD.c.transaction_id >= beginning)
            & (LEAD.c.transaction_id < beginning + _LAST_CHARACTER),
        )
    if stored.campaign:
        yield (
            _NEAR_IN_TIME,
            (CAMPAIGN.c.key == stored.campaign)
            & (LEAD.c.created_at >= stored.received_at - _NEAR)
            & (LEAD.c.created_at < stored.received_at + _NEAR),
        )


def _beginning(wanted: str) -> int:
    """Return how much of an id must be the same: all but the last third, and a little more."""
    return max(len(wanted.strip(_WRAPPED)) * 2 // 3, _SHORTEST_ID)


def _phone(text: str) -> str:
    is_number = re.fullmatch(r"[0-9+()./ x#-]{7,40}", text, re.IGNORECASE) is not None
    number = digits(text)
    return number if is_number and len(number) >= 7 else ""


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).ratio()


def _texts(session: Session, stored: Submission, clock: Clock) -> list[str]:
    """Return the values that came in, whatever they were called."""
    try:
        call = call_of(stored, cache.definitions(session), now=clock())
    except NotReplayable:
        return []
    return list(dict.fromkeys(_walk(_contents(call))))[:_VALUES]


def _contents(call: Call) -> Mapping[str, Any]:
    return {**call.given, **call.extras}


def _walk(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for each in value.values():
            yield from _walk(each)
    elif isinstance(value, list):
        for each in value:
            yield from _walk(each)
    elif isinstance(value, str) and 0 < len(value) <= 255:
        yield value.strip()


_SAME_ID: Final = "The same transaction id, or the same but for its spelling"
_SAME_EMAIL: Final = "The e-mail address in the call"
_SAME_PHONE: Final = "The phone number in the call"
_CLICK_ID: Final = "Its click id is in the call"
_OTHER_FIELD: Final = "Its transaction id is in the call, under another name"
_ALIKE: Final = "A transaction id alike"
_NEAR_IN_TIME: Final = "Captured within an hour of the call, in its campaign"
_SURE: Final = frozenset({_SAME_ID, _SAME_EMAIL, _SAME_PHONE, _CLICK_ID, _OTHER_FIELD})
