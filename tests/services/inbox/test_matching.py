"""A call whose lead is unknown waits, and is matched once: by itself, by hand, by a replay."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from models import AuditEntry, Submission
from models.words import (
    AuditAction,
    DeliveryStatus,
    Handling,
    KeyScope,
    Role,
    Source,
    Verdict,
)
from services.actor import SYSTEM, Actor
from services.catalog import campaign_events, campaigns, custom_fields, event_types
from services.database import Database
from services.errors import Conflict, InvalidInput, NotAllowed
from services.inbox import by_hand, by_itself, suggestions
from services.inbox.stored_call import NotReplayable
from services.intake import erasure, leads
from services.intake.contract import Refused
from services.intake.recording import record_event
from services.reporting import incoming_log
from services.settings import Settings
from tests.factories import START, FrozenClock, person, program
from tests.services.intake.partner_calls import call as call_url
from tests.services.intake.partner_calls import url
from tests.world import World, deliveries, events, make_world, rows, submissions, until

PROGRAM = program(KeyScope.WRITE)
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
async def world(db: Database) -> World:
    made = await make_world()
    await made.postback("https://partner.example/p?t={transaction_id}")
    return made


async def tell(clock: FrozenClock, transaction_id: str, **more: Any) -> Refused:
    """Call as a program does, about a lead that is not there."""
    body = json.dumps({"event": "sale", "transaction_id": transaction_id, **more}).encode()
    answer = await record_event(PROGRAM, body, source=Source.API, clock=clock)
    assert isinstance(answer, Refused), answer
    return answer


async def stored(submission_id: str) -> Submission:
    return next(row for row in await submissions() if row.id == submission_id)


async def test_a_call_is_matched_by_itself_once_its_lead_arrives(
    world: World, db: Database, clock: FrozenClock
) -> None:
    refused = await tell(clock, "t-9", amount="49.90")
    assert (refused.verdict, refused.status) == (Verdict.UNKNOWN_LEAD, 404)
    assert (await stored(refused.submission_id)).handling is Handling.OPEN
    clock.move(hours=3)
    lead_id = await world.lead("t-9")
    assert await by_itself.work(db, clock=clock) == 1
    assert await by_itself.work(db, clock=clock) == 0

    (event,) = await events()
    assert (event.lead_id, event.amount_text, event.source) == (lead_id, "49.90", Source.API)
    assert (event.occurred_at, event.received_at) == (START, clock())
    assert event.actor_name == PROGRAM.name
    assert [row.status for row in await deliveries()] == [DeliveryStatus.PENDING]
    row = await stored(refused.submission_id)
    assert (row.verdict, row.answer_status) == (Verdict.UNKNOWN_LEAD, 404)
    assert (row.handling, row.handled_by) == (Handling.MATCHED, "")
    assert (row.event_id, row.lead_id, row.handled_at) == (event.id, lead_id, clock())
    assert row.tried_verdict is Verdict.RECORDED
    assert await incoming_log.of_event(SYSTEM, event.id) == row.id


async def test_the_same_call_twice_is_one_event_and_a_duplicate(
    world: World, db: Database, clock: FrozenClock
) -> None:
    first, second = await tell(clock, "t-9"), await tell(clock, "t-9")
    await world.lead("t-9")
    await by_itself.work(db, clock=clock)

    (event,) = await events()
    for refused, verdict in ((first, Verdict.RECORDED), (second, Verdict.DUPLICATE)):
        row = await stored(refused.submission_id)
        assert (row.handling, row.tried_verdict) == (Handling.MATCHED, verdict)
        assert row.event_id == event.id


async def test_of_two_leads_the_first_to_arrive_gets_the_call_and_a_named_campaign_counts(
    world: World, db: Database, clock: FrozenClock
) -> None:
    await campaigns.create(SYSTEM, {"key": "home-us", "name": "Home US"})
    anywhere = await tell(clock, "t-9")
    home = await tell(clock, "t-9", campaign="home-us")
    given = {"transaction_id": "t-9"}
    auto, later = await asyncio.gather(
        leads.create(SYSTEM, {"campaign": "auto-us", **given}),
        leads.create(SYSTEM, {"campaign": "home-us", **given}),
    )
    await by_itself.work(db, clock=clock)

    assert (await stored(anywhere.submission_id)).lead_id in {auto.lead.id, later.lead.id}
    assert (await stored(home.submission_id)).lead_id == later.lead.id
    assert {row.handling for row in await submissions()} == {Handling.MATCHED}
    # Nobody can know which lead a new call means.
    assert (await tell(clock, "t-9")).verdict is Verdict.AMBIGUOUS_LEAD


async def test_a_call_and_its_lead_at_the_same_moment_find_each_other(
    world: World, db: Database, clock: FrozenClock
) -> None:
    numbers = range(20)
    await asyncio.gather(
        *(
            step
            for number in numbers
            for step in (
                record_event(
                    PROGRAM, {"event": "sale", "transaction_id": f"r-{number}"}, source=Source.API
                ),
                world.lead(f"r-{number}"),
            )
        )
    )
    await by_itself.work(db, clock=clock)
    assert sorted(row.transaction_id for row in await events()) == sorted(
        f"r-{number}" for number in numbers
    )


async def test_a_matched_call_that_is_refused_waits_for_a_person_and_is_replayed(
    world: World, db: Database, clock: FrozenClock, owner: Actor
) -> None:
    refused = await tell(clock, "t-9")
    off = {"enabled": False}
    await campaign_events.put(SYSTEM, "auto-us", "sale", off)
    await world.lead("t-9")
    await by_itself.work(db, clock=clock)
    row = await stored(refused.submission_id)
    assert (row.handling, row.tried_verdict) == (Handling.OPEN, Verdict.EVENT_NOT_AVAILABLE)
    detail = await incoming_log.get(owner, row.id)
    assert "Switch the event on" in detail.advice.text
    assert (detail.advice.place, detail.advice.key) == ("campaign_events", "auto-us")

    await campaign_events.put(SYSTEM, "auto-us", "sale", {"enabled": True})
    tried = await by_hand.replay(owner, row.id, clock=clock)
    assert (tried.verdict, tried.event_id) == (Verdict.RECORDED, (await events())[0].id)
    row = await stored(row.id)
    assert (row.handling, row.handled_by) == (Handling.REPLAYED, owner.name)


async def test_a_call_is_matched_by_hand_after_a_preview_that_changes_nothing(
    world: World, clock: FrozenClock, owner: Actor
) -> None:
    refused = await tell(clock, "T 1")
    seen = await by_hand.preview(owner, refused.submission_id, lead_id=world.lead_id, clock=clock)
    assert [each.url for each in seen.requests] == ["https://partner.example/p?t=t-1"]
    assert await events() == []
    assert (await stored(refused.submission_id)).handling is Handling.OPEN

    clock.move(minutes=5)
    tried = await by_hand.match(owner, refused.submission_id, lead_id=world.lead_id, clock=clock)
    (event,) = await events()
    assert (tried.event_id, event.transaction_id, event.occurred_at) == (event.id, "t-1", START)
    row = await stored(refused.submission_id)
    assert (row.handling, row.handled_by) == (Handling.MATCHED, owner.name)
    (entry,) = [row for row in await rows(AuditEntry) if row.action is AuditAction.MATCHED]
    assert (entry.subject_key, entry.actor_id) == (row.id, owner.id)
    for again in (
        by_hand.match(owner, row.id, lead_id=world.lead_id, clock=clock),
        by_hand.replay(owner, row.id, clock=clock),
        by_hand.dismiss(owner, row.id, reason="Done.", clock=clock),
    ):
        with pytest.raises(Conflict):
            await again


async def test_a_match_that_would_be_refused_changes_nothing_and_says_why(
    world: World, clock: FrozenClock, owner: Actor
) -> None:
    await custom_fields.create(
        SYSTEM, "auto-us", "sale", {"name": "policy_no", "type": "text", "required": True}
    )
    refused = await tell(clock, "t-9")
    seen = await by_hand.preview(owner, refused.submission_id, lead_id=world.lead_id)
    assert not seen.tried.is_good
    with pytest.raises(InvalidInput) as wrong:
        await by_hand.match(owner, refused.submission_id, lead_id=world.lead_id)
    assert list(wrong.value.fields) == ["fields.policy_no"] == [n for n, _ in seen.tried.errors]
    with pytest.raises(InvalidInput) as unknown:
        await by_hand.match(owner, refused.submission_id, lead_id="ld_nobody")
    assert list(unknown.value.fields) == ["lead_id"]
    assert (await stored(refused.submission_id)).tried_verdict is None
    assert await events() == []


async def test_a_partners_call_is_replayed_by_the_dialect_and_the_events_of_today(
    world: World, clock: FrozenClock, owner: Actor
) -> None:
    partner = await url()
    body = b"state=2&policy=%C3%A4+1"
    found = await call_url(
        partner,
        "goal=lead&txid=t-1&payout=1.50",
        body=body,
        kind="application/x-www-form-urlencoded",
    )
    assert isinstance(found.answer, Refused)
    assert found.answer.verdict is Verdict.UNKNOWN_EVENT
    submission_id = found.answer.submission_id
    assert not (await by_hand.replay(owner, submission_id)).is_good
    assert (await stored(submission_id)).tried_verdict is Verdict.UNKNOWN_EVENT
    await event_types.create(SYSTEM, {"name": "lead"})
    await custom_fields.create(
        SYSTEM, "auto-us", "lead", {"name": "policy_no", "type": "text", "required": True}
    )
    assert (await by_hand.replay(owner, submission_id)).is_good

    (event,) = await events()
    assert (event.event_name, event.amount_text, event.source) == ("lead", "1.50", Source.INCOMING)
    assert event.conversion_status == "rejected"
    assert event.fields == {"policy_no": "ä 1"}


async def test_a_long_call_is_matched_with_every_byte_of_it(
    world: World, db: Database, clock: FrozenClock
) -> None:
    await custom_fields.create(
        SYSTEM, "auto-us", "sale", {"name": "note", "type": "text", "required": True}
    )
    # The field stands behind what a row keeps of a body.
    padding = " " * 40_000
    body = (
        f'{{"event":"sale","transaction_id":"t-9",{padding}"fields":{{"note":"ä end"}}}}'.encode()
    )
    refused = await record_event(PROGRAM, body, source=Source.API, clock=clock)
    assert isinstance(refused, Refused)
    await world.lead("t-9")
    await by_itself.work(db, clock=clock)
    (event,) = await events()
    assert (event.fields, event.payload) == ({"note": "ä end"}, body.decode())


async def test_what_nothing_can_mend_is_not_tried_again(
    world: World, clock: FrozenClock, owner: Actor
) -> None:
    broken = await record_event(PROGRAM, b"{", source=Source.API, clock=clock)
    assert isinstance(broken, Refused)
    with pytest.raises(NotReplayable):
        await by_hand.replay(owner, broken.submission_id)
    assert (await stored(broken.submission_id)).handling is None


async def test_a_test_call_and_one_by_hand_wait_for_nobody(world: World) -> None:
    partner = await url(parameters={}, words={})
    await call_url(partner, "event=sale&transaction_id=t-9&test=1")
    await record_event(SYSTEM, {"event": "sale", "transaction_id": "t-9"}, source=Source.MANUAL)
    assert [row.handling for row in await submissions()] == [None, None]


async def test_a_dismissed_call_waits_no_longer_and_says_why(
    world: World, db: Database, clock: FrozenClock, owner: Actor
) -> None:
    refused = await tell(clock, "t-9")
    assert (await incoming_log.count_unmatched(owner)).number == 1
    await by_hand.dismiss(owner, refused.submission_id, reason="Not our lead.", clock=clock)
    assert (await incoming_log.count_unmatched(owner)).number == 0
    await world.lead("t-9")
    assert await by_itself.work(db, clock=clock) == 0
    detail = await incoming_log.get(owner, refused.submission_id)
    assert (detail.row.handling, detail.note) == (Handling.DISMISSED, "Not our lead.")
    with pytest.raises(InvalidInput):
        await by_hand.dismiss(owner, refused.submission_id, reason=" ")


async def test_only_who_may_record_events_may_match_replay_and_dismiss(
    world: World, clock: FrozenClock
) -> None:
    refused = await tell(clock, "t-9")
    viewer = person(Role.VIEWER)
    for step in (
        by_hand.match(viewer, refused.submission_id, lead_id=world.lead_id),
        by_hand.preview(viewer, refused.submission_id, lead_id=world.lead_id),
        by_hand.replay(viewer, refused.submission_id),
        by_hand.dismiss(viewer, refused.submission_id, reason="No."),
    ):
        with pytest.raises(NotAllowed):
            await step


async def test_leads_that_the_call_may_mean_are_suggested_with_the_reason(
    world: World, clock: FrozenClock, owner: Actor
) -> None:
    alike = await world.lead("order-10023")
    spelt = await world.lead("ORDER-10024")
    mailed = await world.lead("m-1", email="Jane@Example.com")
    clicked = await world.lead("c-1", external_click_id="click-77")
    await world.lead("nobody")
    refused = await tell(
        clock,
        "order-10024",
        order_id="click-77",
        fields={"mail": "jane@example.com"},
    )
    found = await suggestions.suggest(owner, refused.submission_id, clock=clock)
    assert [each.lead.id for each in found] == [spelt, mailed, clicked, alike]
    assert len({each.why for each in found}) == 4


CRASHES = """
import asyncio, sys
from services.database import open_database
from services.inbox import by_itself
from services.settings import Settings
settings = Settings(_env_file=None, database_url=sys.argv[1], secret_key="a key for tests")
asyncio.run(by_itself.work(open_database(settings)))
"""


async def test_a_crash_in_the_middle_of_a_match_loses_nothing_and_doubles_nothing(
    world: World, db: Database, settings: Settings, clock: FrozenClock
) -> None:
    refused = await tell(clock, "t-9")
    await world.lead("t-9")
    environment = {**os.environ, "AFTERLEAD_FAILPOINT": "before_match_commit"}
    command = [sys.executable, "-c", CRASHES, settings.database_url]
    process = await asyncio.create_subprocess_exec(*command, env=environment, cwd=ROOT)
    assert await process.wait() == -signal.SIGKILL
    assert await events() == []
    assert (await stored(refused.submission_id)).handling is Handling.QUEUED

    # On PostgreSQL the server must see first that the killed one is gone.
    await until(lambda: by_itself.work(db, clock=clock))
    (event,) = await events()
    row = await stored(refused.submission_id)
    assert (row.handling, row.event_id) == (Handling.MATCHED, event.id)
    assert len(await deliveries()) == 1


async def test_what_came_in_about_an_erased_lead_is_not_kept_by_a_match(
    world: World, clock: FrozenClock, owner: Actor
) -> None:
    refused = await tell(clock, "t-9", order_id="ann@example.com")
    await erasure.erase(owner, world.lead_id, cancel_waiting=True)
    await by_hand.match(owner, refused.submission_id, lead_id=world.lead_id, clock=clock)
    (event,) = await events()
    row = await stored(refused.submission_id)
    assert (event.payload, row.body, row.emptied_at) == ("{}", "", clock())
