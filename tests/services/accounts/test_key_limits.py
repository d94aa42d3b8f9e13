"""What a key is limited to: campaigns and events, an end, addresses, a rate."""

from datetime import timedelta
from typing import Any

import pytest

from models import AuditEntry
from models.words import (
    AuditAction,
    AuditSubject,
    ConversionStatus,
    KeyScope,
    PostbackLevel,
    Source,
    Verdict,
)
from services import database
from services.accounts import key_limits, keys
from services.actor import SYSTEM, Actor
from services.catalog import (
    affiliates,
    campaign_events,
    campaigns,
    custom_fields,
    effective_events,
    event_lists,
    event_types,
    postbacks,
)
from services.catalog.postbacks import Owner
from services.database import Database
from services.delivery import outbox
from services.errors import Conflict, InvalidInput, NotAllowed, NotFound, NotSignedIn, TooMany
from services.intake import leads, status_changes
from services.intake.contract import Recorded, Refused
from services.intake.recording import record_batch, record_event
from services.paging import PageRequest
from services.reporting import (
    conversions,
    delivery_log,
    event_log,
    incoming_log,
    lead_timeline,
    overview,
)
from services.reporting.conversions import ReportFilter
from services.reporting.delivery_log import DeliveryFilter
from services.reporting.event_log import EventLogFilter
from services.reporting.incoming_log import SubmissionFilter
from tests.factories import FrozenClock
from tests.world import World, deliveries, make_world, rows, until

FIRST = PageRequest()


@pytest.fixture
async def world(db: Database) -> World:
    """Make two campaigns and two events, each with what happened in it."""
    world = await make_world(multi_trigger=True)
    await campaigns.create(SYSTEM, {"key": "home-us", "name": "Home US"})
    await event_types.create(SYSTEM, {"name": "refund"})
    await leads.create(SYSTEM, {"campaign": "home-us", "transaction_id": "t-1"})
    await leads.create(SYSTEM, {"campaign": "home-us", "transaction_id": "t-9"})
    await world.postback("https://p.example/?tid={transaction_id}")
    for campaign in ("auto-us", "home-us"):
        for event in ("sale", "refund"):
            await world.fire(campaign=campaign, event=event)
    return world


async def limited(clock: FrozenClock | None = None, **limits: Any) -> Actor:
    data = {"name": "Partner", "scope": "write", **limits}
    created = await keys.create(SYSTEM, data)
    return await keys.actor_of_key(created.key)


async def test_a_key_of_one_campaign_records_and_sees_nothing_of_another(world: World) -> None:
    actor = await limited(campaigns=["auto-us"])
    # The same transaction id stands in the other campaign, too: to this key it is not ambiguous.
    sale = {"event": "sale", "transaction_id": "t-1"}
    assert isinstance(await record_event(actor, sale, source=Source.API), Recorded)
    for wrong, verdict in (
        ({"campaign": "home-us"}, Verdict.INVALID_FIELD),
        ({"transaction_id": "t-9"}, Verdict.UNKNOWN_LEAD),
    ):
        answer = await record_event(actor, {**sale, **wrong}, source=Source.API)
        assert isinstance(answer, Refused)
        assert answer.verdict is verdict
    batch = b'{"events": [{"event": "sale", "transaction_id": "t-1"},'
    batch += b'{"event": "sale", "transaction_id": "t-9"}]}'
    answers = await record_batch(actor, batch, source=Source.API)
    assert isinstance(answers, list)
    assert [type(answer) for answer in answers] == [Recorded, Refused]

    with pytest.raises(InvalidInput):
        await leads.create(actor, {"campaign": "home-us"})
    found = await leads.list_page(actor, FIRST)
    assert {row.campaign for row in found.items} == {"auto-us"}
    assert (await leads.list_page(actor, FIRST, campaign="home-us")).items == []
    log = await event_log.list_page(actor, EventLogFilter(), FIRST)
    assert {row.campaign for row in log.items} == {"auto-us"}
    assert (await event_log.list_page(actor, EventLogFilter(campaign="home-us"), FIRST)).items == []
    sent = await delivery_log.list_page(actor, DeliveryFilter(), FIRST)
    assert {row.campaign for row in sent.items} == {"auto-us"}
    calls = await incoming_log.list_page(actor, SubmissionFilter(), FIRST)
    ours = {row.id for row in found.items}
    assert calls.items
    assert {row.lead_id for row in calls.items} <= ours
    report = await conversions.report(actor, ReportFilter(by="campaign"))
    assert [row.key for row in report.rows] == ["auto-us"]


async def test_the_details_of_another_campaign_are_not_there(world: World) -> None:
    actor = await limited(campaigns=["home-us"], scope="admin")
    events = await event_log.list_page(SYSTEM, EventLogFilter(campaign="auto-us"), FIRST)
    event_id = events.items[0].event_id
    owed = [
        row.id for row in await deliveries() if row.event_id in {e.event_id for e in events.items}
    ]
    calls = await incoming_log.list_page(SYSTEM, SubmissionFilter(), FIRST)
    call = next(row for row in calls.items if row.event_id == event_id)
    for foreign in (
        event_log.get(actor, event_id),
        delivery_log.get(actor, owed[0]),
        outbox.resend(actor, owed[0]),
        incoming_log.get(actor, call.id),
        leads.get(actor, world.lead_id),
        leads.update_details(actor, world.lead_id, {"email": "a@b.example"}),
        lead_timeline.list_entries(actor, world.lead_id),
        status_changes.change(actor, event_id, to=ConversionStatus.REJECTED, source=Source.API),
        campaigns.get(actor, "auto-us"),
        campaigns.update(actor, "auto-us", {"name": "Ours"}),
        campaigns.archive(actor, "auto-us"),
        effective_events.list_for_campaign(actor, "auto-us"),
        campaign_events.put(actor, "auto-us", "sale", {"enabled": False}),
        custom_fields.create(actor, "auto-us", "sale", {"name": "x", "type": "text"}),
    ):
        with pytest.raises(NotFound):
            await foreign
    assert [row.key for row in (await campaigns.list_page(actor, FIRST)).items] == ["home-us"]
    assert (await campaigns.update(actor, "home-us", {"name": "Home"})).name == "Home"


async def test_a_key_of_one_event_knows_no_other(world: World) -> None:
    actor = await limited(events=["sale"])
    refund = {"event": "Refund", "lead_id": world.lead_id}
    answer = await record_event(actor, refund, source=Source.API)
    assert isinstance(answer, Refused)
    assert answer.message == "There is no event “Refund”.", "nor is its name suggested"
    log = await event_log.list_page(actor, EventLogFilter(), FIRST)
    assert {row.event for row in log.items} == {"sale"}
    sent = await delivery_log.list_page(actor, DeliveryFilter(), FIRST)
    assert {row.event for row in sent.items} == {"sale"}
    calls = await incoming_log.list_page(actor, SubmissionFilter(), FIRST)
    assert {row.event for row in calls.items} == {"sale"}
    entries = await lead_timeline.list_entries(actor, world.lead_id)
    assert {row.title for row in entries if row.event_id and row.actor_name} == {"sale"}
    assert [row.name for row in (await event_types.list_page(actor, FIRST)).items] == ["sale"]
    with pytest.raises(NotFound):
        await event_types.get(actor, "refund")
    here = await effective_events.list_for_campaign(actor, "auto-us")
    assert [event.event_type.name for event in here] == ["sale"]


async def test_a_rename_neither_widens_nor_breaks_a_limit(world: World) -> None:
    await event_types.create(SYSTEM, {"name": "signup"})
    actor = await limited(events=["signup"])
    await event_types.update(SYSTEM, "signup", {"name": "joined"})
    await event_types.create(SYSTEM, {"name": "signup"})
    assert [row.name for row in (await event_types.list_page(actor, FIRST)).items] == ["joined"]
    row = await keys.get(SYSTEM, actor.id)
    assert row.events == ("joined",)


async def test_what_belongs_to_no_campaign_is_closed_to_a_limited_key(world: World) -> None:
    actor = await limited(campaigns=["auto-us"], scope="admin")
    assert actor.is_limited
    for closed in (
        campaigns.create(actor, {"key": "new", "name": "New"}),
        event_types.create(actor, {"name": "new"}),
        event_types.update(actor, "sale", {"description": "x"}),
        affiliates.list_page(actor, FIRST),
        event_lists.list_page(actor, FIRST),
        postbacks.get(actor, world.postback_ids[0]),
        postbacks.list_for(actor, Owner(PostbackLevel.EVENT, "sale")),
        overview.get(actor),
        keys.list_page(actor, FIRST),
        keys.create(actor, {"name": "other", "scope": "read"}),
    ):
        with pytest.raises(NotAllowed) as refused:
            await closed
        assert refused.value.code == "key_is_limited"


async def test_an_end_counts_at_once_though_the_key_is_remembered(
    db: Database, clock: FrozenClock
) -> None:
    ends = clock() + timedelta(seconds=1)
    data = {"name": "program", "scope": "read", "expires_at": ends}
    created = await keys.create(SYSTEM, data, clock=clock)
    await keys.actor_of_key(created.key, clock=clock)
    clock.move(seconds=1)
    with pytest.raises(NotSignedIn) as refused:
        await keys.actor_of_key(created.key, clock=clock)
    assert refused.value.code == "key_expired"


async def test_a_key_works_from_its_addresses_alone(db: Database, clock: FrozenClock) -> None:
    networks = ["203.0.113.0/24", "2001:db8::/32"]
    created = await keys.create(SYSTEM, {"name": "p", "scope": "read", "addresses": networks})
    for address in ("203.0.113.9", "::ffff:203.0.113.9", "2001:db8::1"):
        actor = await keys.actor_of_key(created.key, address=address, clock=clock)
        assert actor.address == address
    for address in ("198.51.100.1", "", "2001:db9::1"):
        for _ in range(2):  # remembered or not
            with pytest.raises(NotAllowed) as refused:
                await keys.actor_of_key(created.key, address=address, clock=clock)
            assert refused.value.code == "address_not_allowed"
    assert (await keys.get(SYSTEM, created.row.id)).last_used_address == "203.0.113.9"


async def test_a_rate_lets_so_many_calls_through_and_says_when_the_next_may_come(
    db: Database, clock: FrozenClock
) -> None:
    created = await keys.create(SYSTEM, {"name": "p", "scope": "read", "rate_limit": 6})
    for _ in range(6):
        await keys.actor_of_key(created.key, clock=clock)
    clock.move(seconds=3)  # the key is looked up again meanwhile, and the count stays
    with pytest.raises(TooMany) as refused:
        await keys.actor_of_key(created.key, clock=clock)
    assert refused.value.retry_after_seconds == 7
    clock.move(seconds=7)
    await keys.actor_of_key(created.key, clock=clock)
    with pytest.raises(TooMany):
        await keys.actor_of_key(created.key, clock=clock)


async def test_processes_share_what_a_key_has_left(db: Database, clock: FrozenClock) -> None:
    created = await keys.create(SYSTEM, {"name": "p", "scope": "read", "rate_limit": 60})

    async def let_through(calls: int) -> float:
        return await database.write(
            key_limits.settle, created.row.id, calls=calls, calls_per_minute=60, now=clock()
        )

    assert await let_through(50) == 10
    assert await let_through(50) == -40, "what was too much is missing afterwards"
    clock.move(seconds=30)
    assert await let_through(0) == -10
    here = key_limits.Bucket(created.row.id, calls_per_minute=60, now=clock())
    here.take(clock())
    here.share(db, clock())
    await until(lambda: here._sharing is None)
    with pytest.raises(TooMany):
        here.take(clock())


async def test_a_rotated_key_works_on_as_long_as_was_said(db: Database, clock: FrozenClock) -> None:
    created = await keys.create(SYSTEM, {"name": "program", "scope": "read"}, clock=clock)
    key_id = created.row.id
    await keys.actor_of_key(created.key, clock=clock)
    rotated = await keys.rotate(SYSTEM, key_id, {"overlap_hours": 1}, clock=clock)
    assert rotated.row.old_key_ends_at == clock() + timedelta(hours=1)
    for key in (created.key, rotated.key):
        assert (await keys.actor_of_key(key, clock=clock)).id == key_id
    clock.move(hours=1)
    with pytest.raises(NotSignedIn):
        await keys.actor_of_key(created.key, clock=clock)
    last = await keys.rotate(SYSTEM, key_id, {"overlap_hours": 72}, clock=clock)
    await keys.end_overlap(SYSTEM, key_id, clock=clock)
    with pytest.raises(NotSignedIn):
        await keys.actor_of_key(rotated.key, clock=clock)
    await keys.revoke(SYSTEM, key_id, clock=clock)
    with pytest.raises(NotSignedIn):
        await keys.actor_of_key(last.key, clock=clock)
    with pytest.raises(Conflict):
        await keys.rotate(SYSTEM, key_id, {}, clock=clock)
    noted = [row for row in await rows(AuditEntry) if row.subject is AuditSubject.API_KEY]
    assert [row.action for row in noted] == [
        AuditAction.CREATED,
        AuditAction.KEY_RENEWED,
        AuditAction.KEY_RENEWED,
        AuditAction.CHANGED,
        AuditAction.KEY_REVOKED,
    ]
    text = str([(row.before, row.after) for row in noted])
    assert not any(secret in text for secret in (created.key, rotated.key, last.key))


async def test_no_key_makes_one_that_could_do_more(
    db: Database, owner: Actor, viewer: Actor, clock: FrozenClock
) -> None:
    wish = {"name": "other", "scope": "admin"}
    with pytest.raises(NotAllowed):
        await keys.create(viewer, wish)
    with pytest.raises(InvalidInput):
        await keys.create(owner, {**wish, "scope": "incoming"})
    ends = clock() + timedelta(days=1)
    bound = {"expires_at": ends, "addresses": ["203.0.113.0/24"]}
    made = await keys.create(owner, {**wish, **bound}, clock=clock)
    free = await keys.create(owner, wish, clock=clock)
    admin = await keys.actor_of_key(made.key, address="203.0.113.9", clock=clock)
    for more in ({}, {"expires_at": ends}, {**bound, "addresses": ["203.0.0.0/16"]}):
        with pytest.raises(InvalidInput):
            await keys.create(admin, {**wish, **more}, clock=clock)
    with pytest.raises(InvalidInput):
        await keys.rotate(admin, free.row.id, {}, clock=clock)
    with pytest.raises(InvalidInput):
        await keys.update(admin, made.row.id, {"expires_at": None}, clock=clock)
    within = {"expires_at": ends, "addresses": ["203.0.113.128/25"]}
    row = (await keys.create(admin, {**wish, **within}, clock=clock)).row
    assert (row.created_by, row.scope) == ("other", KeyScope.ADMIN)
