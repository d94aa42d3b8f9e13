"""Imports: 100,000 events with 1 % bad rows, verified and applied, killed in the middle, undone."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator

from sqlalchemy import func, select
from sqlmodel import Session

from models import Delivery, Event
from services import database
from services.actor import SYSTEM
from services.imports import commands, jobs, uploads, work
from services.imports.rows import ImportRow
from services.reporting.conversions import ReportFilter, report
from services.settings import Settings
from tests.benchmarks.databases import SQLITE
from tests.benchmarks.filling import define
from tests.benchmarks.processes import ROOT, environment_of
from tests.benchmarks.run import Run

_BAD_EVERY = 100
_CHUNKS_BEFORE_THE_KILL = 40
_PIECE = 64 * 1024
_WORKER = """
import asyncio
from services import database
from services.imports import work
from services.settings import get_settings
asyncio.run(work.work(database.open_database(get_settings())))
"""


def measure_imports(run: Run) -> None:
    """Print the seconds, and that nothing was lost; leads are imported first, unmeasured."""
    settings = run.databases.make(SQLITE)
    asyncio.run(_measure(run, settings))
    run.databases.remove(settings)


async def _measure(run: Run, settings: Settings) -> None:
    rows = run.sizes.imported
    opened = database.open_database(settings)
    try:
        await define({"sale": ["http://127.0.0.1:9/postback"]})
        leads = "campaign,transaction_id\n" + "".join(f"bench,i-{n}\n" for n in range(rows))
        await _applied(opened, await _upload(leads, "leads"))
        before = await report(SYSTEM, ReportFilter(by="event"))
        text = "event,transaction_id,amount,currency,order_id\n" + "".join(
            f"sale,{'bad' if n % _BAD_EVERY == 0 else 'i'}-{n},49.90,USD,o-{n}\n"
            for n in range(rows)
        )
        row = await _upload(text, "events")
        began, worked = time.monotonic(), time.process_time()
        await commands.verify(SYSTEM, row.id)
        await work.work(opened)
        verified = time.monotonic() - began
        await commands.apply(SYSTEM, row.id)
        died = _killed_on_the_way(settings)
        await work.work(opened)
        took = time.monotonic() - began
        busy = time.process_time() - worked
        row = await jobs.get(SYSTEM, row.id)
        events, owed = await database.read(_counts)
        run.say(
            f"{rows:,} events: verified and applied, SQLite",
            f"{took:,.0f} s (verified {verified:,.0f} s; {busy:,.0f} s of this process's CPU)",
            "≤ 180 s for 100,000",
        )
        bad = rows // _BAD_EVERY
        run.say(
            "killed in the middle" if died else "not killed: it was too fast",
            f"{events:,} events, {owed:,} deliveries, {row.applied.refused:,} rows refused",
            f"{rows - bad:,}, {rows - bad:,}, {bad:,}",
        )
        began = time.monotonic()
        await commands.undo(SYSTEM, row.id)
        await work.work(opened)
        after = await report(SYSTEM, ReportFilter(by="event"))
        run.say(
            "undone",
            f"{time.monotonic() - began:,.0f} s, figures "
            f"{'as before' if after.total == before.total else 'DIFFER'}",
        )
    finally:
        database.close_database()


def _killed_on_the_way(settings: Settings) -> bool:
    """Have another process begin, and end it as by a power cut; tell whether that was in time."""
    environment = os.environ | environment_of(settings)
    environment["AFTERLEAD_FAILPOINT"] = f"mid_import@chunk {_CHUNKS_BEFORE_THE_KILL}."
    done = subprocess.run([sys.executable, "-c", _WORKER], cwd=ROOT, env=environment, check=False)
    return done.returncode == -signal.SIGKILL


async def _applied(opened: database.Database, row: ImportRow) -> None:
    await commands.verify(SYSTEM, row.id)
    await work.work(opened, rest=0)
    await commands.apply(SYSTEM, row.id)
    await work.work(opened, rest=0)


async def _upload(text: str, kind: str) -> ImportRow:
    data = text.encode()

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(data), _PIECE):
            yield data[at : at + _PIECE]

    return await uploads.receive(SYSTEM, pieces(), kind=kind)


def _counts(session: Session) -> tuple[int, int]:
    events = session.scalar(select(func.count()).select_from(Event)) or 0
    return events, session.scalar(select(func.count()).select_from(Delivery)) or 0
