"""`make crash`: a thousand kills on each database, a hundred of the whole, and what came of it.

`python -m tests.crash [--kills N] [--all-in-one N] [--database sqlite|postgresql|both]`
"""

import argparse
import logging
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from services.settings import Settings
from tests.crash import record
from tests.crash.all_in_one import crash_all_in_one
from tests.crash.installation import Installation, install
from tests.crash.kills import Run, crash
from tests.crash.ledger import running_ledger
from tests.crash.nursery import Nursery, running_nursery
from tests.crash.postbacks import PARTNERS
from tests.crash.postgres import running_cluster
from tests.crash.record import Column, Resumption
from tests.crash.resume import seconds_to_resume

EVENTS_PER_SECOND = 15


@contextmanager
def installed(database_url: str) -> Iterator[Installation]:
    """Run an installation of its own, on SQLite when no database is named."""
    with tempfile.TemporaryDirectory(prefix="afterlead-crash-") as folder:
        settings = Settings(
            _env_file=None,
            database_url=database_url or f"sqlite:///{folder}/afterlead.db",
            secret_key="a key for tests",
            allow_targets="127.0.0.1/32",
        )
        with running_ledger(Path(folder), ports=PARTNERS) as ledger:
            installation = install(settings, ledger, folder=Path(folder))
            yield installation
            installation.engine.dispose()


def _crash(database_url: str, nursery: Nursery, *, kills: int, workers: int, name: str) -> Column:
    with installed(database_url) as installation:
        run = crash(
            installation,
            nursery,
            kills=kills,
            workers=workers,
            per_second=EVENTS_PER_SECOND,
            rng=random.Random(),
            say=_saying(name),
        )
    return _told(name, run)


def _resume(database_url: str, nursery: Nursery, *, restarted: bool, way: str) -> Resumption:
    with installed(database_url) as installation:
        seconds = seconds_to_resume(installation, nursery, restarted=restarted)
    _say(f"{way}: {seconds:.1f} s")
    return Resumption(way, seconds)


def _told(name: str, run: Run) -> Column:
    _say(
        f"{name}: {run.kills:,} kills, {run.events:,} events, {run.deliveries:,} deliveries, "
        f"0 lost, {run.repeats:,} repeats for {run.held:,} in flight at the kills (at most "
        f"{run.most_held} at once), {run.poisoned} poison, {run.unclear} unclear, "
        f"{run.late} late, {run.seconds:,.0f} s"
    )
    return Column(name, run)


def _saying(name: str) -> Callable[[str], None]:
    return lambda text: _say(f"{name}: {text}")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Kill, check, and write the record if all three parts were run."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash")
    parser.add_argument("--kills", type=int, default=1_000)
    parser.add_argument("--all-in-one", type=int, default=100)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    chosen = parser.parse_args()
    logging.getLogger("alembic").setLevel(logging.WARNING)
    columns: list[Column] = []
    resumptions: list[Resumption] = []
    version = ""
    with running_nursery() as nursery:
        if chosen.database != "postgresql":
            name = "SQLite, one worker"
            columns.append(_crash("", nursery, kills=chosen.kills, workers=1, name=name))
            way = "SQLite: the worker is started again"
            resumptions.append(_resume("", nursery, restarted=True, way=way))
        if chosen.database != "sqlite":
            with running_cluster() as cluster:
                version = _version(cluster.url)
                name = "PostgreSQL, two workers"
                columns.append(
                    _crash(cluster.url, nursery, kills=chosen.kills, workers=2, name=name)
                )
            for restarted, way in (
                (True, "PostgreSQL: a worker is started again"),
                (False, "PostgreSQL: none is started, another worker notices by itself"),
            ):
                with running_cluster() as cluster:
                    resumptions.append(_resume(cluster.url, nursery, restarted=restarted, way=way))
    if chosen.all_in_one:
        name = "All in one, SQLite"
        with tempfile.TemporaryDirectory(prefix="afterlead-crash-") as folder:
            run = crash_all_in_one(
                Path(folder), kills=chosen.all_in_one, rng=random.Random(), say=_saying(name)
            )
        columns.append(_told(name, run))
    if chosen.all_in_one and chosen.database == "both":
        record.write(record.surroundings(postgres=version), tuple(columns), tuple(resumptions))


def _version(database_url: str) -> str:
    with psycopg.connect(database_url) as connection:
        return ".".join(str(connection.info.server_version // 10_000**n % 10_000) for n in (1, 0))


if __name__ == "__main__":
    main()
