"""A process that is killed in the middle of an import loses no row and doubles none."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any, cast

from models import Event
from models.words import ImportStatus
from services.actor import SYSTEM
from services.database import Database
from services.imports import chunks, commands, jobs, work
from tests.services.imports.test_imports import upload, verified
from tests.world import events, make_world, rows

ROOT = Path(__file__).resolve().parents[3]
ROWS = 350
PROGRAM = """
import asyncio
from services import database
from services.imports import work
from services.settings import get_settings

async def main():
    await work.work(database.open_database(get_settings()))

asyncio.run(main())
"""


def killed_at(db: Database, point: str) -> None:
    """Run a worker of its own that dies at this point as by a power cut."""
    settings = db.settings
    environment = os.environ | {
        "AFTERLEAD_DATABASE_URL": settings.database_url,
        "AFTERLEAD_SECRET_KEY": settings.secret_key,
        "AFTERLEAD_FAILPOINT": point,
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, cwd=ROOT, check=False, timeout=60
    )
    assert done.returncode == -signal.SIGKILL


async def test_a_killed_import_goes_on_where_it_stood_and_so_does_its_undoing(
    db: Database,
) -> None:
    world = await make_world(multi_trigger=True)  # a doubled row would be no duplicate
    await world.postback("http://127.0.0.1:9/x?e={event_id}&o={order_id}")
    text = "event,transaction_id,order_id\n" + "".join(
        f"sale,t-1,o-{number}\n" for number in range(ROWS)
    )
    row = await verified(db, await upload("events", text))
    await commands.apply(SYSTEM, row.id)
    killed_at(db, "mid_import@chunk 2.")
    half = len(await events())
    assert 0 < half < ROWS
    assert (await jobs.get(SYSTEM, row.id)).applied.imported == half
    await work.work(db, rest=0)
    assert Counter(each.order_id for each in await events()) == Counter(
        f"o-{number}" for number in range(ROWS)
    )
    row = await jobs.get(SYSTEM, row.id)
    assert (row.status, row.applied.imported) == (ImportStatus.APPLIED, ROWS)

    await commands.undo(SYSTEM, row.id)
    killed_at(db, "mid_import@chunk 2.")
    assert 0 < len(await events()) < ROWS
    await work.work(db, rest=0)
    assert await rows(Event) == []
    assert (await jobs.get(SYSTEM, row.id)).undone.undone == ROWS


async def test_a_killed_verification_begins_anew_once_its_lease_is_over(db: Database) -> None:
    await make_world()
    row = await upload("events", "event,transaction_id\nsale,t-1\nsale,t-1\n")
    await commands.verify(SYSTEM, row.id)
    killed_at(db, "mid_verify")
    if not db.is_sqlite:  # there nobody else can be at work
        await work.work(db, rest=0)
        assert (await jobs.get(SYSTEM, row.id)).status is ImportStatus.VERIFYING
    later = (await jobs.get(SYSTEM, row.id)).created_at + 2 * work.LEASE
    await work.work(db, rest=0, clock=lambda: later)
    row = await jobs.get(SYSTEM, row.id)
    assert (row.status, row.verified.ready, row.verified.duplicate) == (
        ImportStatus.VERIFIED,
        1,
        1,
    )


class Stalling:
    """The database of a worker that stands still once it has read the file."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.stalled, self.released = asyncio.Event(), asyncio.Event()
        self.write = db.write

    async def read(self, read: Any, *arguments: Any) -> Any:
        found = await self._db.read(read, *arguments)
        if read is work._read_file:
            self.stalled.set()
            await self.released.wait()
        return found


async def test_a_worker_that_stood_still_takes_nothing_from_the_one_that_went_on(
    db: Database,
) -> None:
    await make_world(multi_trigger=True)
    row = await upload("events", "event,transaction_id\nsale,t-1\nsale,t-1\n")
    await commands.verify(SYSTEM, row.id)
    stalling = Stalling(db)
    late = asyncio.create_task(work.work(cast("Database", stalling), rest=0))
    await stalling.stalled.wait()
    later = row.created_at + 2 * work.LEASE
    await work.work(db, rest=0, clock=lambda: later)
    assert (await jobs.get(SYSTEM, row.id)).status is ImportStatus.VERIFIED
    stalling.released.set()
    await late
    await commands.apply(SYSTEM, row.id)
    await work.work(db, rest=0)
    row = await jobs.get(SYSTEM, row.id)
    assert (row.status, row.applied.imported) == (ImportStatus.APPLIED, 2)


async def test_rows_that_are_gone_are_not_called_imported(db: Database) -> None:
    await make_world(multi_trigger=True)
    row = await verified(db, await upload("events", "event,transaction_id\nsale,t-1\n"))
    await commands.apply(SYSTEM, row.id)
    await db.write(chunks.remove_chunks, row.id)
    await work.work(db, rest=0)
    row = await jobs.get(SYSTEM, row.id)
    assert row.status is ImportStatus.CANCELLED
    assert "went wrong on our side" in row.problem
