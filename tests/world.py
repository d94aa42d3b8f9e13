"""A small installation for tests: a campaign, an event, a postback and a lead."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, select

from models import Attempt, Delivery, Event, Postback, Submission
from models.words import DeliveryStatus, Method, Source
from services import database
from services.actor import SYSTEM
from services.catalog import cache, campaigns, event_types
from services.clock import utc_now
from services.delivery.dispatcher import Dispatcher
from services.delivery.drain_job import DrainJob
from services.delivery.limits import STANDARD
from services.delivery.sender import Sender
from services.delivery.sender_pool import SenderPool
from services.delivery.transport import PartnerTransport
from services.identifiers import new_id
from services.intake import leads
from services.intake.contract import Answer
from services.intake.recording import record_event
from services.settings import Settings
from services.target_guard import TargetPolicy


@dataclass
class World:
    """What a test has at hand; `fire` records the event for the lead."""

    campaign: str = "auto-us"
    event: str = "sale"
    lead_id: str = ""
    transaction_id: str = "t-1"
    event_type_id: str = ""
    postback_ids: list[str] = field(default_factory=list)

    async def postback(self, url: str, **changes: Any) -> str:
        """Save a postback past the guard's look-up, as if it had been saved before."""
        values = {"method": Method.GET, "headers": {}, "event_type_id": self.event_type_id}
        postback_id = new_id("pb")

        def insert(session: Session) -> None:
            now = utc_now()
            postback = Postback(
                id=postback_id, url=url, created_at=now, updated_at=now, **(values | changes)
            )
            session.add(postback)
            cache.touch(session)

        await database.write(insert)
        self.postback_ids.append(postback_id)
        return postback_id

    async def lead(self, transaction_id: str, **details: Any) -> str:
        data = {"campaign": self.campaign, "transaction_id": transaction_id, **details}
        return (await leads.create(SYSTEM, data)).lead.id

    async def fire(self, **changes: Any) -> Answer:
        payload = {"event": self.event, "transaction_id": self.transaction_id, **changes}
        given = {name: value for name, value in payload.items() if value is not None}
        return await record_event(SYSTEM, given, source=Source.API)


async def make_world(*, multi_trigger: bool = False, **lead: Any) -> World:
    world = World()
    await campaigns.create(SYSTEM, {"key": world.campaign, "name": "Auto US"})
    row = await event_types.create(
        SYSTEM, {"name": world.event, "is_conversion": True, "multi_trigger": multi_trigger}
    )
    world.event_type_id = row.id
    world.lead_id = await world.lead(world.transaction_id, **lead)
    return world


@asynccontextmanager
async def worker(settings: Settings, **changes: Any) -> AsyncIterator[DrainJob]:
    """Run a real worker on the open database, over real sockets."""
    policy = TargetPolicy(allowed_networks=settings.allowed_networks)
    clock = changes.get("clock", utc_now)
    limits = changes.get("limits", STANDARD)
    transport = PartnerTransport(policy=policy, limits=limits)
    sender = Sender(transport, policy=policy, clock=clock, limits=limits)
    opened = database.current()
    worker_id = new_id("wrk")
    lease = changes.get("lease_seconds", settings.lease_seconds)
    processes = changes.get("senders", 0)
    pool = SenderPool(sender, policy=policy, processes=processes, limits=limits)
    dispatcher = Dispatcher(opened, pool, worker_id=worker_id, lease_seconds=lease, clock=clock)
    job = DrainJob(opened, dispatcher, worker_id=worker_id, lease_seconds=lease, clock=clock)
    await job.start()
    try:
        yield job
    finally:
        await job.stop(grace_seconds=changes.get("grace_seconds", 5))
        await pool.aclose()


async def rows(model: type[Any]) -> list[Any]:
    return await database.read(lambda session: list(session.exec(select(model))))


async def deliveries() -> list[Delivery]:
    return await rows(Delivery)


async def attempts() -> list[Attempt]:
    return await rows(Attempt)


async def events() -> list[Event]:
    return await rows(Event)


async def submissions() -> list[Submission]:
    return await rows(Submission)


async def until(condition: Callable[[], Any], *, seconds: float = 10) -> Any:
    """Return what the condition gives as soon as it is true; fail after the deadline."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        found = condition()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return found
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"did not come true within {seconds} s")
        await _moment()


async def _moment() -> None:
    # The pause between two looks at a condition, not a wait for something to have happened.
    loop = asyncio.get_running_loop()
    woken = loop.create_future()
    loop.call_later(0.02, woken.set_result, None)
    await woken


async def settled(status: DeliveryStatus, count: int = 1) -> list[Delivery]:
    """Wait until so many deliveries have this status."""

    async def there() -> list[Delivery]:
        found = [row for row in await deliveries() if row.status is status]
        return found if len(found) >= count else []

    return await until(there)  # type: ignore[no-any-return]
