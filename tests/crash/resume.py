"""How long a delivery waits whose worker was killed, at the lease of production."""

from tests.crash.installation import Installation, until
from tests.crash.nursery import Nursery
from tests.crash.postbacks import PARTNERS, Owed

PRODUCTION_LEASE = {"AFTERLEAD_LEASE_SECONDS": "60"}
# A lease and the time between two looks for leases that have ended, and as much again.
LONGEST_SECONDS = 150
EVENT = "slow_order"


def seconds_to_resume(installation: Installation, nursery: Nursery, *, restarted: bool) -> float:
    """Kill a worker in the midst of sending; return the seconds until all of it went on.

    With `restarted` another worker is started at once, as a service manager does. Without, one
    that was there already (PostgreSQL only) has to notice by itself.
    """
    if EVENT not in installation.owed:
        path = "/slow/resume?seconds=1&e={event_id}"
        installation.define(*(Owed(EVENT, path, partner) for partner in range(PARTNERS)))
    victim = installation.start_worker(nursery, **PRODUCTION_LEASE)
    installation.fire(EVENT, times=2)
    until(lambda: installation.held_by(victim.id), seconds=30)
    other = None if restarted else installation.start_worker(nursery, **PRODUCTION_LEASE)
    if other is not None:
        # What it does at its start would find the dead one at once.
        until(lambda: installation.has_drained(other.id), seconds=30)
    installation.kill(victim)
    other = other or installation.start_worker(nursery, **PRODUCTION_LEASE)
    kill = installation.kills[-1]
    assert kill.held, "nothing was being sent at the kill"

    def gone_on() -> float | None:
        facts = installation.look(events=list(installation.accepted))
        last = kill.at
        for delivery_id in kill.held:
            later = [sent.at for sent in facts.sent.get(delivery_id, ()) if sent.at > kill.at]
            if not later:
                return None
            last = max(last, min(later))
        return last - kill.at

    found = until(gone_on, seconds=LONGEST_SECONDS, pause=0.1)
    until(lambda: not installation.held_by(), seconds=30)
    other.stop()
    assert found is not None
    return found
