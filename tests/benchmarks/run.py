"""One run of the benchmarks: what each measurement is given, and how it says what it found."""

import sys
from dataclasses import dataclass

from tests.benchmarks.databases import Databases


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much each measurement does; smaller ones end sooner and say less."""

    deliveries: int = 20_000
    rounds: int = 3
    seconds: int = 20
    rows: int = 10_000_000
    imported: int = 100_000


@dataclass(frozen=True, slots=True)
class Run:
    """What a measurement works with."""

    databases: Databases
    sizes: Sizes

    def say(self, what: str, figure: str, goal: str = "") -> None:
        """Print one line of the table."""
        aim = f"   (goal: {goal})" if goal else ""
        sys.stdout.write(f"{what:52}  {figure}{aim}\n")
        sys.stdout.flush()

    def progress(self, sentence: str) -> None:
        """Print what is going on now."""
        sys.stdout.write(f"  … {sentence}\n")
        sys.stdout.flush()
