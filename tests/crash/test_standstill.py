"""A worker that stands still for longer than its lease and then goes on, as a paused machine does.

On PostgreSQL another worker takes over meanwhile; on SQLite none can, so it meets itself.
"""

import signal
from datetime import datetime

import psutil
import pytest
from sqlalchemy import select
from sqlmodel import col

from models import Delivery
from models import Worker as WorkerRow
from models.words import DeliveryStatus
from services.clock import utc_now
from tests.crash.facts import Facts
from tests.crash.installation import WAIT, Installation, until
from tests.crash.invariants import check
from tests.crash.nursery import Nursery, Worker
from tests.crash.postbacks import Owed

on_postgresql = pytest.mark.parametrize("make_settings", ["postgresql"], indirect=True)
on_sqlite = pytest.mark.parametrize("make_settings", ["sqlite"], indirect=True)


def stand_still(installation: Installation, worker: Worker) -> None:
    worker.signal(signal.SIGSTOP)
    installation.note_kill(worker.id)


def requests(installation: Installation, count: int) -> None:
    """Wait until so many requests have arrived."""
    until(lambda: len(installation.ledger.file.look()) >= count, seconds=WAIT)


def its_leases_have_ended(installation: Installation) -> None:
    query = select(col(Delivery.lease_until)).where(col(Delivery.claim_token).is_not(None))

    def over() -> bool:
        with installation.engine.connect() as connection:
            return all(moment < utc_now() for moment in connection.scalars(query))

    until(over, seconds=WAIT)


def attempts(installation: Installation, count: int) -> Facts:
    """Wait until so many attempts are written and the delivery is delivered."""

    def written() -> Facts | None:
        facts = installation.look()
        (delivery,) = facts.deliveries.values()
        is_over = delivery.status is DeliveryStatus.DELIVERED and delivery.attempts == count
        return facts if is_over else None

    found = until(written, seconds=WAIT)
    assert found is not None
    return found


@on_postgresql
def test_a_result_that_comes_after_another_worker_took_over_changes_nothing_and_is_kept_as_late(
    installation: Installation, nursery: Nursery
) -> None:
    """Pass: the second worker's result alone counts, the first one's is an attempt marked late;
    attempts 1 and 2; two requests with one id.
    """
    installation.define(Owed("sale", "/slow/sale?seconds=1&e={event_id}"))
    installation.fire("sale")
    first = installation.start_worker(nursery)
    requests(installation, 1)
    stand_still(installation, first)
    second = installation.start_worker(nursery)
    requests(installation, 2)
    # The first one's answer is there already: it is written while the second one still sends.
    first.signal(signal.SIGCONT)
    attempts(installation, 2)
    first.stop()
    second.stop()
    facts = installation.look(at_rest=True)
    check(facts)
    ((delivery_id, sent),) = facts.sent.items()
    assert len(sent) == 2
    assert sorted(each.late for each in facts.attempts[delivery_id]) == [False, True]


def claimed_and_stopped(installation: Installation, nursery: Nursery) -> Worker:
    """Return a worker that stands still between its claim and its first send."""
    worker = installation.fork_worker(nursery, AFTERLEAD_FAILPOINT="after_claim=stop")
    process = psutil.Process(worker.pid)
    until(lambda: process.status() == psutil.STATUS_STOPPED, seconds=WAIT)
    (worker.id,) = installation.workers()
    installation.note_kill(worker.id)
    return worker


def has_gone_on(installation: Installation, worker: Worker, *, since: datetime) -> None:
    query = select(col(WorkerRow.seen_at)).where(col(WorkerRow.id) == worker.id)

    def seen() -> bool:
        with installation.engine.connect() as connection:
            moment = connection.scalar(query)
        return moment is not None and moment > since

    until(seen, seconds=WAIT)


@on_postgresql
def test_what_was_claimed_before_a_standstill_is_not_sent_after_another_worker_sent_it(
    installation: Installation, nursery: Nursery
) -> None:
    """Pass: one request, one attempt, though the first worker went on after it."""
    installation.define(Owed("sale", "/ok/sale?e={event_id}"))
    installation.fire("sale")
    first = claimed_and_stopped(installation, nursery)
    second = installation.start_worker(nursery)
    attempts(installation, 1)
    first.signal(signal.SIGCONT)
    has_gone_on(installation, first, since=utc_now())
    first.stop()
    second.stop()
    facts = installation.look(at_rest=True)
    check(facts)
    assert [len(sent) for sent in facts.sent.values()] == [1]


@on_sqlite
def test_a_worker_that_stood_still_during_a_send_settles_it_once(
    installation: Installation, nursery: Nursery
) -> None:
    """Pass: delivered, one result counts, at most one repeat, nothing stays leased."""
    installation.define(Owed("sale", "/slow/sale?seconds=1&e={event_id}"))
    installation.fire("sale")
    worker = installation.start_worker(nursery)
    requests(installation, 1)
    stand_still(installation, worker)
    its_leases_have_ended(installation)
    worker.signal(signal.SIGCONT)

    def over() -> bool:
        facts = installation.look()
        (delivery,) = facts.deliveries.values()
        return delivery.status is DeliveryStatus.DELIVERED and delivery.attempts == len(
            facts.sent[delivery.id]
        )

    until(over, seconds=WAIT)
    worker.stop()
    facts = installation.look(at_rest=True)
    check(facts)
    (sent,) = facts.sent.values()
    assert len(sent) <= 2
