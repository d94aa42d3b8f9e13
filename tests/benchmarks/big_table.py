"""What millions of finished deliveries cost the next one: claim, settle and latency beside an
empty table.
"""

import asyncio
import shutil
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Connection, text

from models.words import DeliveryStatus
from services import database
from services.database import Database
from services.engines import plain_engine
from services.settings import Settings
from tests.benchmarks.core_calls import claim, settle
from tests.benchmarks.databases import POSTGRES, SQLITE
from tests.benchmarks.filling import copy_event, define, fire, owe
from tests.benchmarks.latency import measure
from tests.benchmarks.run import Run
from tests.benchmarks.sink import Sink, running_sink
from tests.world import settled, worker

_DESTINATIONS = 8
_BATCH = 64
_BATCHES = 100
_EVENTS_AT_ONCE = 25_000
_RATE = 50  # below what a busy machine still does at ease
_LATENCY_SECONDS = 5.0
# A delivery with its attempt, its eighth of an event and all indexes; measured, and rounded up.
_BYTES_PER_DELIVERY = {SQLITE: 1_300, POSTGRES: 1_800}
_SPARE_BYTES = 5_000_000_000


class Figures(defaultdict[str, list[float]]):
    """Milliseconds of each thing that is timed on one database."""

    def __init__(self) -> None:
        super().__init__(list)


def measure_big_table(run: Run) -> None:
    """Print what a claim, a settle and a call take beside so many finished rows."""
    for kind in (SQLITE, POSTGRES):
        needed = run.sizes.rows * _BYTES_PER_DELIVERY[kind] + _SPARE_BYTES
        folder = run.databases.folder if kind == SQLITE else Path(tempfile.gettempdir())
        free = shutil.disk_usage(folder).free
        run.progress(f"{kind}: {needed / 1e9:.0f} GB of disk wanted, {free / 1e9:.0f} GB free")
        if free < needed:
            run.say(f"{kind} with {run.sizes.rows:,} rows", "left out: too little disk")
            continue
        with running_sink(_DESTINATIONS) as sink:
            _measure_kind(run, kind, sink)


def _measure_kind(run: Run, kind: str, sink: Sink) -> None:
    empty, full = run.databases.make(kind), run.databases.make(kind)
    try:
        asyncio.run(_deliver_one(empty, sink))
        template = asyncio.run(_deliver_one(full, sink))
        fill(run, full, template)
        figures = {"empty": Figures(), "full": Figures()}
        rounds = run.sizes.rounds + 2
        for number in range(rounds):
            run.progress(f"{kind}, round {number + 1} of {rounds}")
            asyncio.run(_time_calls({"empty": empty, "full": full}, figures))
            for name, settings in (("empty", empty), ("full", full)):
                asyncio.run(_time_deliveries(settings, sink, figures[name]))
        for what in figures["full"]:
            before, after = (median(figures[name][what]) for name in ("empty", "full"))
            run.say(
                f"{what}, {kind}, {run.sizes.rows:,} rows",
                f"{after:.2f} ms against {before:.2f} ms = {after / before:.2f} ×",
                "≤ 1.1",
            )
    finally:
        for settings in (empty, full):
            run.databases.remove(settings)


async def _deliver_one(settings: Settings, sink: Sink) -> str:
    """Define everything, deliver one event and return its id."""
    database.open_database(settings)
    try:
        urls = [sink.url(number) for number in range(_DESTINATIONS)]
        await define({"sale": urls, "one": urls[:1]})
        async with worker(settings):
            event_id = await fire()
            await settled(DeliveryStatus.DELIVERED, _DESTINATIONS)
        return event_id
    finally:
        database.close_database()


def fill(run: Run, settings: Settings, template: str) -> None:
    """Copy a delivered event until there are as many finished deliveries as wanted."""
    events = run.sizes.rows // _DESTINATIONS
    engine = plain_engine(settings)
    began = time.monotonic()
    with engine.connect() as connection:
        _hurry(connection)
        for first in range(1, events, _EVENTS_AT_ONCE):
            last = min(first + _EVENTS_AT_ONCE, events) - 1
            with connection.begin():
                copy_event(connection, template, first=first, last=last)
            if (last // _EVENTS_AT_ONCE) % 10 == 0 or last + 1 >= events:
                done = (last + 1) * _DESTINATIONS
                run.progress(f"{done:,} deliveries after {time.monotonic() - began:.0f} s")
        size = _finish(connection)
    engine.dispose()
    run.progress(f"{size / 1e9:.1f} GB, {size / run.sizes.rows:,.0f} bytes for each delivery")


def _hurry(connection: Connection) -> None:
    """Spare what only matters to data that somebody wants to keep."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        for pragma in ("synchronous=OFF", "foreign_keys=OFF", "cache_size=-400000"):
            driver.execute(f"PRAGMA {pragma}")
        return
    # As a replica it does not look up each foreign key.
    driver.execute("SET session_replication_role = replica")
    driver.execute("SET synchronous_commit = off")
    driver.commit()


def _finish(connection: Connection) -> int:
    """Leave the database as it would be after a quiet night; return its size in bytes."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        pages, size = (
            driver.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size")
        )
        return int(pages * size)
    driver.autocommit = True
    driver.execute("VACUUM ANALYZE")
    driver.execute("CHECKPOINT")
    found = connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
    return int(found)


async def _time_calls(places: dict[str, Settings], figures: dict[str, Figures]) -> None:
    """Time claim and settle on both databases in turn: what else goes on is felt by both."""
    opened: dict[str, Database] = {}
    try:
        for name, settings in places.items():
            opened[name] = database.open_database(settings)
            await owe(["sale"], deliveries=_BATCH * _BATCHES)
        for _ in range(_BATCHES):
            for name, where in opened.items():
                began = time.perf_counter()
                batch = await where.write(claim, _BATCH)
                claimed = time.perf_counter()
                await where.write(settle, batch)
                figures[name][f"claim of {_BATCH}"].append((claimed - began) * 1000)
                figures[name][f"settle of {_BATCH}"].append((time.perf_counter() - claimed) * 1000)
    finally:
        for where in opened.values():
            where.close()


async def _time_deliveries(settings: Settings, sink: Sink, figures: Figures) -> None:
    database.open_database(settings)
    try:
        async with worker(settings):
            sink.arrivals()
            found = await measure(sink, ["one"], per_second=_RATE, seconds=_LATENCY_SECONDS)
    finally:
        database.close_database()
    figures["commit → received, p50"].append(found.p50)
    figures["commit → received, p95"].append(found.p95)
