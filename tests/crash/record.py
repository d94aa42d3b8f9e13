"""What is written down of a run of `make crash`: docs/reliability.md, whole."""

import os
import platform
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from inspect import getdoc

from tests.crash.invariants import INVARIANTS
from tests.crash.kills import Run
from tests.crash.nursery import ROOT

FILE = ROOT / "docs" / "reliability.md"
PAGE = ROOT / "tests" / "crash" / "reliability.md"  # with a {name} for what differs


@dataclass(frozen=True, slots=True)
class Column:
    """One run and how it is named in the table."""

    name: str
    run: Run


@dataclass(frozen=True, slots=True)
class Resumption:
    """How long it took until what a killed worker was sending went on."""

    way: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Surroundings:
    """When, of which commit and where it was measured."""

    date: str
    commit: str
    machine: str
    postgres: str


def surroundings(*, postgres: str) -> Surroundings:
    """Return those of this process."""
    commit = _git("rev-parse", "--short=12", "HEAD")
    if _git("status", "--porcelain", "--untracked-files=no"):
        commit += " and changes that were not committed"
    return Surroundings(
        date=datetime.now(UTC).date().isoformat(),
        commit=commit,
        machine=(
            f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, "
            f"SQLite {sqlite3.sqlite_version}"
        ),
        postgres=postgres,
    )


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def text(
    where: Surroundings, columns: tuple[Column, ...], resumptions: tuple[Resumption, ...]
) -> str:
    """Return the whole page."""
    kills = sum(column.run.kills for column in columns)
    return PAGE.read_text().format(
        kills=f"{kills:,}",
        date=where.date,
        commit=where.commit,
        machine=where.machine,
        postgres=where.postgres,
        table=_table(columns),
        resumptions="\n".join(f"| {each.way} | {each.seconds:.1f} s |" for each in resumptions),
        invariants="\n".join(_promise(invariant) for invariant in INVARIANTS),
    )


def _table(columns: tuple[Column, ...]) -> str:
    names = " | ".join(column.name for column in columns)
    lines = [f"| | {names} |", "|---" * (len(columns) + 1) + "|"]
    lines += [
        f"| {title} | {' | '.join(f'{value(column.run):,}' for column in columns)} |"
        for title, value in _ROWS
    ]
    return "\n".join(lines)


_ROWS = (
    ("Kills (`SIGKILL`)", lambda run: run.kills),
    ("Events that were accepted meanwhile", lambda run: run.events),
    ("Deliveries that they owed", lambda run: run.deliveries),
    # These three are what the run would have failed for.
    ("**Lost**", lambda _: 0),
    ("**Written by a worker that no longer owned it**", lambda _: 0),
    ("**Sent twice though at most once**", lambda _: 0),
    ("Requests that partners received", lambda run: run.requests),
    ("Deliveries that the killed workers had claimed", lambda run: run.held),
    ("Most of them at one kill", lambda run: run.most_held),
    (
        "Requests repeated, because the kill came before their result was written",
        lambda run: run.repeats,
    ),
    ("Given up as unclear: at most once, and cut off", lambda run: run.unclear),
    ("Given up as poison: cut off by seven kills", lambda run: run.poisoned),
    ("Minutes", lambda run: round(run.seconds / 60)),
)


def _promise(invariant: object) -> str:
    name = getattr(invariant, "__name__", "").replace("_", " ")
    words = " ".join((getdoc(invariant) or "").split())
    return f"- **{name[0].upper()}{name[1:]}.** {words}"


def write(
    where: Surroundings, columns: tuple[Column, ...], resumptions: tuple[Resumption, ...]
) -> None:
    """Write the page."""
    FILE.write_text(text(where, columns, resumptions))
    sys.stdout.write(f"{FILE.relative_to(ROOT)} is written.\n")
