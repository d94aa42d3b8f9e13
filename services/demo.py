"""Fills an empty installation with the believable past of a company that does not exist."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice
from random import Random
from types import MappingProxyType

from sqlalchemy import func, select
from sqlmodel import Session

from models import Campaign, Event, EventType
from models.words import (
    DeliveryStatus,
    FailureKind,
    KeyScope,
    Outcome,
    PostbackLevel,
    Role,
    Source,
)
from services import database
from services.accounts.rights import ROLE_RIGHTS, SCOPE_RIGHTS
from services.actor import SYSTEM, Actor, ActorKind
from services.catalog import (
    affiliates,
    campaigns,
    custom_fields,
    event_lists,
    event_types,
    incoming_urls,
    postbacks,
)
from services.clock import Clock, utc_now
from services.delivery import claims, settlement, test_receiver
from services.delivery.claims import Claim
from services.delivery.failure_texts import explain_status
from services.delivery.retry import DEADLINE, Decision, Failure, decide
from services.delivery.settlement import Settlement
from services.demo_company import (
    AFFILIATES,
    CUSTOM_FIELDS,
    EVENT_LISTS,
    EVENTS,
    INCOMING_URLS,
    MARKETS,
    OTHER_POSTBACKS,
    PARTNERS,
    POSTBACKS,
)
from services.demo_import import import_decisions
from services.demo_story import DAYS, Capture, Firing, Story
from services.errors import Conflict
from services.intake import leads
from services.intake.incoming_call import read_call
from services.intake.recording import record_call, record_event
from services.target_policy import target_policy

_PROGRAM = Actor(
    kind=ActorKind.KEY,
    id="key_demo",
    name="Landing pages (demo)",
    rights=SCOPE_RIGHTS[KeyScope.WRITE],
)
_PERSON = Actor(
    kind=ActorKind.USER,
    id="usr_demo",
    name="dana.reyes@example.com",
    rights=ROLE_RIGHTS[Role.OPERATOR],
)
_MANAGER = Actor(
    kind=ActorKind.USER,
    id="usr_demo_2",
    name="jon.park@example.com",
    rights=ROLE_RIGHTS[Role.MANAGER],
)
_IMPORTED_AGO = timedelta(minutes=40)
_NEWEST = 6
_LEADS_AT_ONCE = 200
# Events per unit of work: a server that runs meanwhile gets its turn in between.
_FIRINGS_AT_ONCE = 100
_EVERYTHING_DUE = 100_000


class Profile(StrEnum):
    """How much is made up: enough to look around, or enough to see that it stays fast."""

    SMALL = "small"
    LARGE = "large"


_SIZES: Mapping[Profile, tuple[int, int]] = MappingProxyType(
    {Profile.SMALL: (120, 300), Profile.LARGE: (20_000, 100_000)}
)


@dataclass(frozen=True, slots=True)
class SeedReport:
    """What is there now; the `waiting` newest events are sent once Afterlead runs."""

    leads: int
    events: int
    waiting: int


async def seed(profile: Profile, *, clock: Clock = utc_now) -> SeedReport:
    """Fill the empty installation; the partners are names of the built-in test receiver.

    The past arrives with its outcome, so that no worker sends it again. Raises Conflict, and
    writes nothing, when there is any campaign or event already.
    """
    await database.read(_require_empty)
    lead_count, event_count = _SIZES[profile]
    now = clock()
    story = Story(now)
    await _define(now - timedelta(days=DAYS + 6))
    captures = story.captures(lead_count)
    await _capture(captures)
    partners = _Partners(now, story.rng)
    firings = story.firings(captures, event_count)
    while batch := list(islice(firings, _FIRINGS_AT_ONCE)):
        await database.write(_live_through, batch, partners)
    await import_decisions(_MANAGER, clock=_clock_at(now - _IMPORTED_AGO))
    for firing in story.newest(captures, _NEWEST):
        await record_event(_PROGRAM, firing.body, source=firing.source, clock=clock)
    return SeedReport(lead_count, await database.read(_count_events), _NEWEST)


def _require_empty(session: Session) -> None:
    for model in (Campaign, EventType):
        if session.scalar(select(func.count()).select_from(model)):
            raise Conflict(
                "There are definitions already. The demo fills only an empty installation: name "
                "another database in AFTERLEAD_DATABASE_URL.",
                code="not_empty",
            )


def _count_events(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Event)) or 0


def _clock_at(moment: datetime) -> Clock:
    return lambda: moment


async def _define(at: datetime) -> None:
    clock = _clock_at(at)
    receiver = f"http://127.0.0.1:{database.current().settings.port}/echo/"
    for market in MARKETS:
        await campaigns.create(SYSTEM, {"key": market.key, "name": market.name}, clock=clock)
    for key, name in AFFILIATES:
        await affiliates.create(SYSTEM, {"key": key, "name": name}, clock=clock)
    for event in EVENTS:
        await event_types.create(SYSTEM, event, clock=clock)
    for event_list in EVENT_LISTS:
        await event_lists.create(SYSTEM, event_list, clock=clock)
    for campaign, event_name, field in CUSTOM_FIELDS:
        await custom_fields.create(SYSTEM, campaign, event_name, field, clock=clock)
    for url in INCOMING_URLS:
        await incoming_urls.create(SYSTEM, url, clock=clock)
    for partner in PARTNERS:
        await test_receiver.create_name(SYSTEM, partner, clock=clock)
    for event_name, partner, query, changes in POSTBACKS:
        data = {"url": receiver + partner + query, **changes}
        owner = postbacks.Owner(PostbackLevel.EVENT, event_name)
        await postbacks.create(SYSTEM, owner, data, clock=clock)
    for level, key, partner, query in OTHER_POSTBACKS:
        data = {"url": receiver + partner + query}
        await postbacks.create(SYSTEM, postbacks.Owner(level, key), data, clock=clock)


async def _capture(captures: Sequence[Capture]) -> None:
    for start in range(0, len(captures), _LEADS_AT_ONCE):
        await asyncio.gather(
            *(
                leads.create(_PROGRAM, capture.data, clock=_clock_at(capture.at))
                for capture in captures[start : start + _LEADS_AT_ONCE]
            )
        )


_BROKEN_FOR = timedelta(days=2)


class _Partners:
    """Answers as the partners would have answered then, each delivery after its own fate."""

    def __init__(self, now: datetime, rng: Random) -> None:
        self.now = now
        self._rng = rng
        self._policy = target_policy(database.current().settings)

    def fate(self, claim: Claim) -> tuple[int, ...]:
        """Return the answers to the first tries; the last one holds for all further tries."""
        if "status=500" in claim.url:
            # Since two days only: a postback that fails for longer is paused.
            return (500,) if claim.deadline_at - DEADLINE > self.now - _BROKEN_FOR else (200,)
        fates = ((200,), (503, 200), (503, 503, 200), (404,))
        return self._rng.choices(fates, (950, 30, 10, 10))[0]

    def answer(self, claim: Claim, *, at: datetime, status: int) -> Settlement:
        """Return how a try at that moment ended, and what follows by the real retry policy."""
        duration = self._rng.randrange(4, 90)
        is_good = status == 200
        decision = Decision(DeliveryStatus.DELIVERED)
        if not is_good:
            decision = decide(
                Failure(FailureKind.HTTP_STATUS, status, None),
                tries=claim.tries + 1,
                deadline_at=claim.deadline_at,
                now=at + timedelta(milliseconds=duration),
                rng=self._rng,
            )
        target = self._policy.check_url(claim.url)
        return Settlement(
            claim=claim,
            decision=decision,
            outcome=Outcome.SUCCEEDED if is_good else Outcome.FAILED,
            started_at=at,
            duration_ms=duration,
            status_code=status,
            failure=None if is_good else FailureKind.HTTP_STATUS,
            message=""
            if is_good
            else explain_status(status, target, method=claim.method, location=None),
            response_headers=(("content-type", "application/json"),),
            response_body=f'{{"received": true, "status": {status}}}',
            truncated=False,
        )


def _live_through(session: Session, firings: Sequence[Firing], partners: _Partners) -> None:
    """Record the calls and settle all that was due until now, in one unit of work."""
    for firing in firings:
        actor = _PERSON if firing.source is Source.MANUAL else _PROGRAM
        record_call(session, read_call(actor, firing.body, source=firing.source, now=firing.at))
    fates: dict[str, tuple[int, ...]] = {}
    due: dict[str, datetime] = {}
    while taken := claims.claim(
        session,
        limit=_EVERYTHING_DUE,
        worker_id="wrk_demo",
        lease_seconds=60,
        now=partners.now,
    ).claims:
        settled = []
        # In an order that does not hang on ids, so that the dice fall the same way each time.
        for claim in sorted(taken, key=lambda claim: (claim.deadline_at, claim.url)):
            if claim.id not in fates:
                fates[claim.id] = partners.fate(claim)
            fate = fates[claim.id]
            at = due.get(claim.id, claim.deadline_at - DEADLINE)
            status = fate[min(claim.tries, len(fate) - 1)]
            settled.append(partners.answer(claim, at=at, status=status))
        settlement.settle(session, settled)
        due = {one.claim.id: one.decision.due_at for one in settled if one.decision.due_at}
