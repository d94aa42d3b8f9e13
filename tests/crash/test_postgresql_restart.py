"""PostgreSQL itself crashes under load, again and again, while two workers send."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.settings import Settings
from tests.crash.installation import LEASE_SECONDS, START_SECONDS, Installation, install, until
from tests.crash.invariants import check
from tests.crash.kills import wait_until_drained
from tests.crash.ledger import running_ledger
from tests.crash.nursery import Nursery
from tests.crash.postbacks import PARTNERS, POSTBACKS
from tests.crash.postgres import Cluster, running_cluster
from tests.crash.producer import running_producer

CRASHES = 5
# Requests after which all is in full swing.
UNDER_WAY = 50


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with running_cluster() as running:
        yield running


@pytest.fixture
def installation(cluster: Cluster, tmp_path: Path) -> Iterator[Installation]:
    settings = Settings(
        _env_file=None,
        database_url=cluster.url,
        secret_key="a key for tests",
        allow_targets="127.0.0.1/32",
        lease_seconds=LEASE_SECONDS,
    )
    with running_ledger(tmp_path, ports=PARTNERS) as ledger:
        installed = install(settings, ledger, folder=tmp_path)
        yield installed
        installed.engine.dispose()


def test_workers_outlive_a_database_that_crashes_under_load_and_nothing_accepted_is_lost(
    installation: Installation, cluster: Cluster, nursery: Nursery
) -> None:
    """Pass: the same two workers go on after each crash, callers are told meanwhile, and every
    invariant holds; what was being sent at a crash may come twice.
    """
    installation.define(*POSTBACKS)
    ledger = installation.ledger.file
    with running_producer(installation, per_second=40):
        until(installation.read_accepted, seconds=START_SECONDS)
        workers = [installation.start_worker(nursery) for _ in range(2)]
        for _ in range(CRASHES):
            enough = len(ledger.look()) + UNDER_WAY
            until(lambda enough=enough: len(ledger.look()) >= enough, seconds=60)
            installation.note_kill()
            cluster.crash()
            installation.engine.dispose()
            cluster.start()
            installation.note_sent_since()
    wait_until_drained(installation)
    for worker in workers:
        worker.stop()
    check(installation.look(at_rest=True))
