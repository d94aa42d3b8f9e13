"""A kill at each point at which a delivery is neither here nor there."""

import signal

import pytest

from models.words import DeliveryReason, DeliveryStatus
from tests.crash.facts import Facts
from tests.crash.installation import WAIT, Installation, until
from tests.crash.invariants import check
from tests.crash.nursery import Nursery
from tests.crash.postbacks import Owed

# How often the partner is called in all: twice where the kill falls between his answer and its
# being written down, once everywhere else.
REQUESTS = {
    "before_claim_commit": 1,
    "after_claim": 1,
    "before_send": 1,
    "after_send": 2,
    "mid_settle": 2,
    "after_settle": 1,
}


def ended(installation: Installation, status: DeliveryStatus, count: int) -> Facts | None:
    facts = installation.look()
    found = [each for each in facts.deliveries.values() if each.status is status]
    return facts if len(found) == count else None


@pytest.mark.parametrize(("point", "requests"), REQUESTS.items())
def test_a_kill_at_each_point_loses_nothing_and_repeats_at_most_the_one_send_it_cut_off(
    installation: Installation, nursery: Nursery, point: str, requests: int
) -> None:
    """Pass: delivered by the next worker; called twice after a kill between answer and commit,
    once after any other; the repeat is the same request with the same id.
    """
    installation.define(Owed("sale", "/ok/sale?e={event_id}"))
    installation.fire("sale")
    worker = installation.fork_worker(nursery, AFTERLEAD_FAILPOINT=point)
    assert worker.wait() == -signal.SIGKILL, worker.tail()
    installation.note_kill()

    after = installation.start_worker(nursery)
    until(lambda: ended(installation, DeliveryStatus.DELIVERED, 1), seconds=WAIT)
    after.stop()
    facts = installation.look(at_rest=True)
    check(facts)
    ((delivery_id, sent),) = facts.sent.items()
    assert len(sent) == requests
    assert [each.number for each in facts.attempts[delivery_id]] == [1]


def test_what_kills_its_worker_each_time_ends_as_poison_and_all_beside_it_are_delivered(
    installation: Installation, nursery: Nursery
) -> None:
    """Pass: `failed`, reason `poison`, after at most seven dead workers; nothing else is."""
    installation.define(
        Owed("sale", "/ok/sale?e={event_id}"),
        Owed("sale", "/slow/sale?seconds=0.2&e={event_id}", 1),
        Owed("trap", "/ok/poison?e={event_id}", 2),
    )
    sales = installation.fire("sale", times=20)
    installation.fire("trap")
    for _ in range(7):
        worker = installation.fork_worker(nursery, AFTERLEAD_FAILPOINT="before_send@/ok/poison")
        assert worker.wait() == -signal.SIGKILL, worker.tail()
        installation.note_kill()
    after = installation.start_worker(nursery)
    until(lambda: ended(installation, DeliveryStatus.DELIVERED, 2 * len(sales)), seconds=WAIT)
    until(lambda: ended(installation, DeliveryStatus.FAILED, 1), seconds=WAIT)
    after.stop()
    facts = installation.look(at_rest=True)
    check(facts)
    (poison,) = (d for d in facts.deliveries.values() if d.status is not DeliveryStatus.DELIVERED)
    assert (poison.status, poison.reason) == (DeliveryStatus.FAILED, DeliveryReason.POISON)
    assert poison.id not in facts.sent
