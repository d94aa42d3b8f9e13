"""`make bench`: every figure as a ratio or a percentile within one run on one machine.

`python -m tests.benchmarks [NAME …]` measures those alone; without a name, all.
"""

import argparse
import logging
import os
import platform
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import fields

from services.runtime import SWITCH_SECONDS
from tests.benchmarks.big_table import measure_big_table
from tests.benchmarks.databases import databases
from tests.benchmarks.drain import measure_transport
from tests.benchmarks.fairness import measure_fairness
from tests.benchmarks.imports import measure_imports
from tests.benchmarks.intake import measure_intake
from tests.benchmarks.latency import measure_latency
from tests.benchmarks.live import measure_live
from tests.benchmarks.memory import measure_memory
from tests.benchmarks.peers.measure import measure_peers
from tests.benchmarks.run import Run, Sizes

MEASUREMENTS: dict[str, Callable[[Run], None]] = {
    "latency": measure_latency,
    "intake": measure_intake,
    "transport": measure_transport,
    "peers": measure_peers,
    "fairness": measure_fairness,
    "memory": measure_memory,
    "live": measure_live,
    "bigtable": measure_big_table,
    "imports": measure_imports,
}


def main() -> None:
    """Run the measurements that are named, or all."""
    chosen = _parse()
    for noisy in ("alembic", "apscheduler", "services"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="platformdirs")  # as root it misses a folder
    sys.setswitchinterval(SWITCH_SECONDS)  # as the runtime does
    sizes = Sizes(**{one.name: getattr(chosen, one.name) for one in fields(Sizes)})
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    sys.stdout.write(
        f"Python {platform.python_version()}, {os.cpu_count()} cores,"
        f" load average at start {load}\n"
    )
    with databases() as made:
        run = Run(made, sizes)
        for name in chosen.names or MEASUREMENTS:
            began = time.monotonic()
            sys.stdout.write(f"\n{name}\n")
            MEASUREMENTS[name](run)
            run.progress(f"{time.monotonic() - began:.0f} s, load now {os.getloadavg()[0]:.1f}")


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MEASUREMENTS))
    for one in fields(Sizes):
        parser.add_argument(f"--{one.name}", type=int, default=one.default)
    chosen = parser.parse_args()
    unknown = set(chosen.names) - set(MEASUREMENTS)
    if unknown:
        parser.error(f"no measurement is named {', '.join(sorted(unknown))}")
    return chosen


if __name__ == "__main__":
    main()
