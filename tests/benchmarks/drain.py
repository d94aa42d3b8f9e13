"""Drain: waiting deliveries per second, against the bare transport loop over the same sink."""

import asyncio
import time
from pathlib import Path

import httpx
from sqlmodel import Session, select

from models import Delivery, Postback
from models.words import DeliveryStatus, Method, Source
from services import database, schema
from services.actor import SYSTEM
from services.catalog import cache, campaigns, event_types
from services.clock import utc_now
from services.delivery.transport import AiohttpTransport
from services.identifiers import new_id
from services.intake import leads
from services.intake.recording import record_event
from services.settings import Settings
from services.target_guard import TargetPolicy
from tests.benchmarks.sink import Sink
from tests.world import worker

DESTINATIONS = 8
_TASKS = 64


async def measure_drain(settings: Settings, sink: Sink, *, waiting: int) -> tuple[float, float]:
    """Return (bare transport requests per second, drained deliveries per second).

    Both send the same requests; the drain also claims each, writes its attempt and fsyncs.
    """
    bare = await _bare_loop(settings, sink, count=waiting)
    schema.upgrade(settings)
    opened = database.open_database(settings)
    try:
        await _owe(sink, waiting)
        sink.arrivals()
        began = time.perf_counter()
        async with worker(settings):
            while await opened.read(_unsettled):
                await asyncio.sleep(0.05)
            seconds = time.perf_counter() - began
        arrived = len(sink.arrivals())
        if arrived != waiting:
            raise RuntimeError(f"{arrived} of {waiting} arrived")
    finally:
        database.close_database()
    return bare, waiting / seconds


async def _bare_loop(settings: Settings, sink: Sink, *, count: int) -> float:
    transport = AiohttpTransport(policy=TargetPolicy(allowed_networks=settings.allowed_networks))
    headers = {"webhook-id": new_id("dlv"), "user-agent": "Afterlead/1.0"}
    # Built once: the loop pays for nothing but the transport.
    requests = [
        httpx.Request("GET", f"{sink.url(number)}?e=bare", headers=headers)
        for number in range(DESTINATIONS)
    ]
    left = iter(range(count))

    async def send() -> None:
        for number in left:
            response = await transport.handle_async_request(requests[number % DESTINATIONS])
            if response.status_code != 200:
                raise RuntimeError(f"the sink answered {response.status_code}")

    began = time.perf_counter()
    await asyncio.gather(*(send() for _ in range(_TASKS)))
    seconds = time.perf_counter() - began
    await transport.aclose()
    return count / seconds


async def owe_definitions(sink: Sink, *, destinations: int) -> None:
    """Define an event with one postback per destination, and a lead."""
    await campaigns.create(SYSTEM, {"key": "bench", "name": "Bench"})
    row = await event_types.create(SYSTEM, {"name": "sale", "multi_trigger": True})

    def postbacks(session: Session) -> None:
        for number in range(destinations):
            session.add(
                Postback(
                    id=new_id("pb"),
                    event_type_id=row.id,
                    method=Method.GET,
                    url=sink.url(number) + "?e={event_id}&t={transaction_id}",
                    headers={},
                    created_at=utc_now(),
                    updated_at=utc_now(),
                )
            )
        cache.touch(session)

    await database.write(postbacks)
    await leads.create(SYSTEM, {"campaign": "bench", "transaction_id": "t-1"})


async def _owe(sink: Sink, waiting: int) -> None:
    await owe_definitions(sink, destinations=DESTINATIONS)
    payload = {"event": "sale", "transaction_id": "t-1"}
    for start in range(0, waiting // DESTINATIONS, 100):
        count = min(100, waiting // DESTINATIONS - start)
        await asyncio.gather(
            *(record_event(SYSTEM, payload, source=Source.API) for _ in range(count))
        )


def _unsettled(session: Session) -> bool:
    statement = select(Delivery.id).where(Delivery.status != DeliveryStatus.DELIVERED).limit(1)
    return session.exec(statement).first() is not None


def sqlite_settings(folder: Path) -> Settings:
    """Return settings for a new database in this folder."""
    return Settings(
        _env_file=None,
        database_url=f"sqlite:///{folder / 'bench.db'}",
        allow_targets="127.0.0.1/32",
        secret_key="bench",
    )
