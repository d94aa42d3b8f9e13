"""What is written down of a run, and that what is written down now was a run without a loss."""

import re

from tests.crash.invariants import INVARIANTS
from tests.crash.kills import Run
from tests.crash.record import FILE, Column, Resumption, Surroundings, text

RUN = Run(
    kills=1_000,
    events=20_000,
    deliveries=60_000,
    requests=61_234,
    held=4_000,
    most_held=56,
    repeats=1_234,
    poisoned=3,
    unclear=7,
    late=0,
    seconds=600.0,
)
WHERE = Surroundings("2026-03-01", "abc", "2 cores", "18.1")


def test_the_page_is_whole() -> None:
    page = text(WHERE, (Column("SQLite", RUN),), (Resumption("started again", 2.04),))
    assert "The last run: 1,000 kills" in page
    assert "| Requests that partners received | 61,234 |" in page
    assert "| started again | 2.0 s |" in page
    assert not re.search(r"[{}]", page)
    for invariant in INVARIANTS:
        assert invariant.__name__.replace("_", " ")[1:] in page


def test_the_page_in_the_repository_is_of_a_run_that_lost_nothing() -> None:
    page = FILE.read_text()
    (lost,) = re.findall(r"^\| \*\*Lost\*\* \| (.+) \|$", page, re.MULTILINE)
    assert set(lost.split(" | ")) == {"0"}
    (kills,) = re.findall(r"The last run: ([\d,]+) kills", page)
    assert int(kills.replace(",", "")) >= 100
