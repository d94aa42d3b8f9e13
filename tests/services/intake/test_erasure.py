"""An erased person is gone from every place, and no figure changes."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session, SQLModel

from models import AuditEntry, Erasure
from models.words import AuditAction, DeliveryReason, DeliveryStatus, Role
from services import database
from services.actor import Actor
from services.database import Database
from services.delivery import outbox
from services.errors import AppError, Conflict, NotAllowed
from services.intake import erasure, leads, traces
from services.intake.contract import Recorded
from services.paging import PageRequest
from services.reporting import conversions
from services.reporting.conversions import ReportFilter
from tests.factories import person
from tests.services.intake.erased_lead import CONTACT, EMAIL, PERSONAL, make_lead
from tests.services.intake.erased_lead import traces as found_in
from tests.world import deliveries, events, rows, submissions


async def everything_stored() -> dict[str, list[Any]]:
    def read(session: Session) -> dict[str, list[Any]]:
        return {
            table.name: [tuple(row) for row in session.execute(table.select())]
            for table in SQLModel.metadata.sorted_tables
        }

    return await database.read(read)


async def traces_left() -> dict[str, list[str]]:
    found = {
        name: found_in(kept, of=PERSONAL) for name, kept in (await everything_stored()).items()
    }
    return {name: words for name, words in found.items() if words}


async def test_nothing_tells_who_it_was_and_every_figure_stays(db: Database, owner: Actor) -> None:
    world = await make_lead()
    report = await conversions.report(owner, ReportFilter())
    (event,) = await events()
    assert set(await traces_left()) >= {"lead", "event", "delivery", "attempt", "submission"}
    row = await erasure.erase(owner, world.lead_id)
    assert await traces_left() == {}
    assert row.erased_at is not None
    assert (row.email, row.full_name, row.fields, row.transaction_id) == (None, "", (), "t-1")
    assert await conversions.report(owner, ReportFilter()) == report
    (after,) = await events()
    kept = (
        "id",
        "amount_text",
        "received_at",
        "conversion_status",
        "delivery_status",
        "dedupe_key",
    )
    assert [getattr(after, name) for name in kept] == [getattr(event, name) for name in kept]
    (delivery,) = await deliveries()
    assert (delivery.status, delivery.url) == (DeliveryStatus.DELIVERED, delivery.destination)
    assert (await leads.list_page(owner, PageRequest(), q=EMAIL)).items == []
    with pytest.raises(Conflict, match="erased"):
        await outbox.resend(owner, delivery.id)


async def test_who_erased_whom_is_written_down_without_the_person(
    db: Database, owner: Actor
) -> None:
    world = await make_lead()
    with pytest.raises(NotAllowed):
        await erasure.erase(person(Role.OPERATOR), world.lead_id)
    await erasure.erase(owner, world.lead_id)
    await erasure.erase(owner, world.lead_id)
    found = [row for row in await rows(AuditEntry) if row.action is AuditAction.ERASED]
    assert [(row.actor_id, row.subject_key) for row in found] == [(owner.id, world.lead_id)]


async def test_what_waits_stands_in_the_way_until_somebody_gives_it_up(
    db: Database, owner: Actor
) -> None:
    world = await make_lead(deliver=False)
    with pytest.raises(Conflict, match="1 delivery of this lead is still"):
        await erasure.erase(owner, world.lead_id)
    assert (await leads.get(owner, world.lead_id)).email == EMAIL
    sending = "UPDATE delivery SET status = '{}'"
    await database.write(lambda session: session.execute(text(sending.format("sending"))).close())
    with pytest.raises(Conflict, match="right now"):
        await erasure.erase(owner, world.lead_id, cancel_waiting=True)
    await database.write(lambda session: session.execute(text(sending.format("held"))).close())
    await erasure.erase(owner, world.lead_id, cancel_waiting=True)
    (delivery,) = await deliveries()
    assert (delivery.status, delivery.reason) == (DeliveryStatus.CANCELLED, DeliveryReason.ERASED)
    assert (await events())[0].delivery_status is DeliveryStatus.CANCELLED
    assert await traces_left() == {}


async def test_an_erasure_goes_on_where_a_crash_ended_it(
    db: Database, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await make_lead()
    with monkeypatch.context() as crash:
        crash.setattr(traces, "empty_events", None)
        with pytest.raises(TypeError):
            await erasure.erase(owner, world.lead_id)
    assert "event" in await traces_left()
    assert await erasure.finish(db) == 0  # too young to be over: a call may be on its way still
    assert await traces_left() == {}
    await database.write(lambda session: session.execute(text(_OLD[db.is_sqlite])).close())
    assert await erasure.finish(db) == 1
    assert await rows(Erasure) == []


_OLD = {
    True: "UPDATE erasure SET asked_at = datetime(asked_at, '-1 hour')",
    False: "UPDATE erasure SET asked_at = asked_at - interval '1 hour'",
}


async def test_after_that_facts_count_and_the_person_does_not_come_back(
    db: Database, owner: Actor
) -> None:
    world = await make_lead()
    await erasure.erase(owner, world.lead_id)
    answer = await world.fire(amount="5.00", fields={"note": "refund"}, order_id="o-2")
    assert isinstance(answer, Recorded)
    again = await leads.create(owner, {"campaign": "auto-us", "transaction_id": "t-1", **CONTACT})
    assert (again.is_new, again.lead.email, again.lead.id) == (False, None, world.lead_id)
    with pytest.raises(AppError, match="erased"):
        await leads.update_details(owner, world.lead_id, {"email": EMAIL})
    assert await traces_left() == {}
    assert {row.payload for row in await events()} == {"{}"}
    later = next(row for row in await deliveries() if row.event_id == answer.event_id)
    assert (later.status, later.url.partition("?")[2]) == (
        DeliveryStatus.PENDING,
        "e=&p=&tid=t-1&d=",
    )
    assert await erasure.finish(db) == 0
    assert next(row for row in await deliveries() if row.id == later.id).url == later.url
    assert all(call.body in {"", "{}"} for call in await submissions())
