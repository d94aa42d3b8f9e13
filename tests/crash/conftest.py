"""An installation to crash for each test, on both databases, and the nursery of its workers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import MakeSettings
from tests.crash.installation import LEASE_SECONDS, Installation, install
from tests.crash.ledger import running_ledger
from tests.crash.nursery import Nursery, running_nursery
from tests.crash.postbacks import PARTNERS


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    with running_nursery() as running:
        yield running


@pytest.fixture
def installation(make_settings: MakeSettings, tmp_path: Path) -> Iterator[Installation]:
    """Return an installation whose partners write a ledger, with nothing fired yet."""
    with running_ledger(tmp_path, ports=PARTNERS) as ledger:
        settings = make_settings(lease_seconds=LEASE_SECONDS)
        installed = install(settings, ledger, folder=tmp_path)
        yield installed
        installed.engine.dispose()
