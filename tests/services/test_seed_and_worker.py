"""`python -m services seed` and `worker`, as processes of their own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from services.settings import Settings
from tests.partner import Partner

ROOT = Path(__file__).resolve().parents[2]
SALES = 6


@pytest.fixture
def environment(empty_settings: Settings, partner: Partner) -> dict[str, str]:
    """Return the settings of an installation whose test receiver is the partner."""
    return {
        **os.environ,
        "AFTERLEAD_DATABASE_URL": empty_settings.database_url,
        "AFTERLEAD_SECRET_KEY": "a key for tests",
        "AFTERLEAD_PORT": str(partner.port),
    }


def run(environment: dict[str, str], *arguments: str) -> tuple[int, str, str]:
    ended = subprocess.run(
        [sys.executable, "-m", "services", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return ended.returncode, ended.stdout, ended.stderr


@contextmanager
def running_worker(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "services", "worker"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_worker_alone_sends_what_the_demo_left_waiting_and_ends_when_told(
    environment: dict[str, str], partner: Partner
) -> None:
    code, out, err = run(environment, "seed", "--profile", "small")
    assert (code, err) == (0, "")
    assert out.startswith("There are 120 leads and ")
    assert partner.requests == []
    with running_worker(environment) as worker:
        partner.wait_for(SALES, "/echo/clickbridge", timeout=60)
        worker.send_signal(signal.SIGTERM)
        out, err = worker.communicate(timeout=30)
    assert (worker.returncode, out) == (0, "")
    # One line per attempt, and nothing else but what is warned of at the start.
    assert sum(" INFO attempt delivery=dlv_" in line for line in err.splitlines()) >= SALES
    assert " ERROR " not in err
    assert "Traceback" not in err


def test_a_second_seed_is_refused_in_one_line(environment: dict[str, str]) -> None:
    assert run(environment, "seed", "--profile", "small")[0] == 0
    code, out, err = run(environment, "seed", "--profile", "large")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "fills only an empty installation" in err


def test_a_profile_must_be_one_of_the_known(environment: dict[str, str]) -> None:
    assert run(environment, "seed", "--profile", "huge")[0] == 2
    assert run(environment, "seed")[0] == 2


@pytest.mark.parametrize("empty_settings", ["sqlite"], indirect=True)
def test_a_second_worker_on_one_file_is_refused_in_one_line(
    environment: dict[str, str], partner: Partner
) -> None:
    run(environment, "seed", "--profile", "small")
    with running_worker(environment):
        partner.wait_for(1, timeout=60)
        code, out, err = run(environment, "worker")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "already sends postbacks" in err
