"""Who need not see contacts sees them nowhere, and whoever does need to leaves a trace."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from models import AuditEntry
from models.words import AuditAction, Role
from services.actor import Actor
from services.catalog import postbacks
from services.database import Database
from services.delivery import test_receiver, trial
from services.delivery.trial import Sample
from services.errors import InvalidInput, NotAllowed
from services.intake import leads, triggering
from services.paging import PageRequest
from services.reporting import delivery_log, event_log, incoming_log, lead_timeline
from services.reporting.delivery_filter import DeliveryFilter
from services.reporting.filters import EventLogFilter, SubmissionFilter
from tests.factories import person
from tests.services.intake.erased_lead import CONTACTS, EMAIL, PHONE, make_lead, traces
from tests.world import World, deliveries, rows, submissions

PAGE = PageRequest()
Look = Callable[[Actor, World], Awaitable[Any]]


@pytest.fixture
def operator() -> Actor:
    return person(Role.OPERATOR)


async def _draft(actor: Actor, world: World) -> Any:
    checked = await postbacks.check(
        {"url": "https://p.example/?e={email}&p={phone}"}, resolve=False
    )
    return await trial.preview(actor, checked, sample=Sample(lead_id=world.lead_id))


async def _call(submission_id: str, actor: Actor, _: World) -> Any:
    return await incoming_log.get(actor, submission_id)


async def _echo(actor: Actor, _: World) -> Any:
    return await test_receiver.calls(actor, "mine")


LOOKS: dict[str, Look] = {
    "lead": lambda actor, world: leads.get(actor, world.lead_id),
    "leads": lambda actor, _: leads.list_page(actor, PAGE),
    "found": lambda actor, _: leads.list_page(actor, PAGE, q=EMAIL),
    "timeline": lambda actor, world: lead_timeline.list_entries(actor, world.lead_id),
    "events": lambda actor, _: event_log.list_page(actor, EventLogFilter(), PAGE),
    "deliveries": lambda actor, _: delivery_log.list_page(actor, DeliveryFilter(), PAGE),
    "calls": lambda actor, _: incoming_log.list_page(actor, SubmissionFilter(), PAGE),
    "what it sends": lambda actor, world: triggering.what_it_sends(
        actor, world.lead_id, {"event": "sale"}
    ),
    "preview": _draft,
    "test receiver": _echo,
}


async def test_nobody_sees_a_contact_who_need_not(
    db: Database, owner: Actor, operator: Actor, viewer: Actor
) -> None:
    world = await make_lead()
    await test_receiver.create_name(owner, "mine")
    target = f"/echo/mine?e={EMAIL}&p=14155550132"
    await test_receiver.receive(
        "mine", method="GET", target=target, headers=(("X", EMAIL),), body=b"{}", answered=200
    )
    delivery = (await deliveries())[0]
    every = dict(LOOKS)
    every["event"] = lambda actor, _: event_log.get(actor, delivery.event_id)
    every["delivery"] = lambda actor, _: delivery_log.get(actor, delivery.id)
    for call in await submissions():
        every[f"call {call.verdict}"] = partial(_call, call.id)
    for name, look in every.items():
        for actor in (viewer, operator):
            found = await look(actor, world)
            assert traces(found, of=CONTACTS) == [], f"{name} as {actor.name}"
    for name in ("lead", "found", "event", "delivery", "preview", "test receiver", "what it sends"):
        assert traces(await every[name](owner, world), of=CONTACTS) != [], f"{name} as owner"
    assert len((await leads.list_page(viewer, PAGE, q=EMAIL)).items) == 1


async def test_whoever_may_not_see_a_contact_does_not_find_it_out_letter_by_letter(
    db: Database, owner: Actor, viewer: Actor
) -> None:
    await make_lead()
    for part in (EMAIL[:5], PHONE[:6]):
        assert len((await leads.list_page(owner, PAGE, q=part)).items) == 1
        assert (await leads.list_page(viewer, PAGE, q=part)).items == []
    for whole in (EMAIL, PHONE, "ann"):
        assert len((await leads.list_page(viewer, PAGE, q=whole)).items) == 1


async def test_a_contact_is_revealed_only_to_those_who_may_and_never_unseen(
    db: Database, operator: Actor, viewer: Actor
) -> None:
    world = await make_lead()
    with pytest.raises(NotAllowed):
        await leads.reveal(viewer, world.lead_id)
    row = await leads.reveal(operator, world.lead_id)
    assert (row.email, row.phone, row.is_masked) == (EMAIL, PHONE, False)
    entries = [each for each in await rows(AuditEntry) if each.action is AuditAction.REVEALED]
    assert [(each.actor_id, each.subject_key) for each in entries] == [(operator.id, world.lead_id)]


async def test_a_mask_is_never_stored_over_what_it_stands_for(
    db: Database, owner: Actor, operator: Actor
) -> None:
    world = await make_lead()
    before = await leads.get(owner, world.lead_id)
    shown = await leads.get(operator, world.lead_id)
    as_shown = {
        "email": shown.email,
        "phone": shown.phone,
        "sub1": shown.subs[0],
        "fields": dict(shown.fields),
        "first_name": "Anna",
    }
    await leads.update_details(operator, world.lead_id, as_shown)
    after = await leads.get(owner, world.lead_id)
    assert (after.first_name, after.version) == ("Anna", before.version + 1)
    same = {"first_name": "Ann", "full_name": before.full_name}
    assert replace(after, version=before.version, **same) == before
    other = {"sub1": "x••••y", "fields": {"street": "••••1"}}
    with pytest.raises(InvalidInput) as error:
        await leads.update_details(operator, world.lead_id, other)
    assert set(error.value.fields) == {"sub1", "fields.street"}
