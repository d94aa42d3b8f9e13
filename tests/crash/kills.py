"""The kill loop: workers end by SIGKILL at random moments while events keep coming in."""

import math
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from models import Delivery
from models.words import WAITING, DeliveryReason, DeliveryStatus
from tests.crash.facts import Facts
from tests.crash.installation import START_SECONDS, Installation, until
from tests.crash.invariants import check
from tests.crash.nursery import Nursery
from tests.crash.postbacks import POSTBACKS
from tests.crash.producer import running_producer

# Seconds after a worker is up within which it is killed.
LIFE = 0.5
# Bytes of the ledger after which it is killed: about two hundred requests.
BUSY_BYTES = 150_000
DRAIN_SECONDS = 90
# Shorter than in production, so that it matters, and longer than a busy machine holds a process
# up: a lease that is lost without a kill would look like a fault.
LEASE_SECONDS = "10"
LEASE = {"AFTERLEAD_LEASE_SECONDS": LEASE_SECONDS}
WHOLE_EVERY = 50
# Events under way beyond which no more are recorded for a while: what a worker that lives for a
# quarter of a second cannot send only makes the run longer.
MOST_OPEN = 1_000
# What waits for a retry is looked at again when everything is.
UNDER_WAY = frozenset({DeliveryStatus.PENDING, DeliveryStatus.SENDING})


@dataclass(frozen=True, slots=True)
class Run:
    """What a run came to.

    `held` is what the killed workers had claimed, together, and `most_held` at one kill; `repeats`
    are requests that were made only because of a kill; `late` are results that came when the
    delivery was another worker's. `seconds` are wall-clock.
    """

    kills: int
    events: int
    deliveries: int
    requests: int
    held: int
    most_held: int
    repeats: int
    poisoned: int
    unclear: int
    late: int
    seconds: float


def crash(
    installation: Installation,
    nursery: Nursery,
    *,
    kills: int,
    workers: int,
    per_second: float,
    rng: random.Random,
    say: Callable[[str], None] = lambda _: None,
) -> Run:
    """Kill a worker so many times, check as it goes, drain at last, and check everything.

    Raises AssertionError that names what is lost, repeated without a kill, or written by a worker
    that no longer owned it.
    """
    began = time.monotonic()
    installation.define(*POSTBACKS)
    loop = KillLoop(installation, rng)
    with running_producer(installation, per_second=per_second):
        until(installation.read_accepted, seconds=START_SECONDS)
        living = [installation.start_worker(nursery, **LEASE) for _ in range(workers)]
        for number in range(1, kills + 1):
            place = rng.randrange(workers)
            loop.wait_for_a_moment()
            installation.kill(living[place])
            loop.check(number)
            if number % WHOLE_EVERY == 0:
                say(f"{number} kills, {len(installation.accepted):,} events")
            living[place] = installation.start_worker(nursery, **LEASE)
    wait_until_drained(installation)
    for worker in living:
        worker.stop()
    facts = installation.look(at_rest=True)
    check(facts)
    return sum_up(facts, seconds=time.monotonic() - began)


@dataclass(slots=True)
class KillLoop:
    """What every run of kills does before and after each of them."""

    installation: Installation
    rng: random.Random
    # Events that were not over at the last look.
    open: set[str] = field(default_factory=set)
    _known: int = 0

    def wait_for_a_moment(self) -> None:
        """Half of the kills come at any moment, half in the midst of sending."""
        if self.rng.random() < 0.5:
            threading.Event().wait(self.rng.uniform(0, LIFE))
            return
        ledger = self.installation.ledger.file
        enough = ledger.size + self.rng.uniform(0, BUSY_BYTES)
        deadline = time.monotonic() + LIFE
        until(lambda: ledger.size > enough or time.monotonic() > deadline, seconds=60, pause=0.001)

    def check(self, number: int) -> None:
        """Check what was accepted since the last check or was not over then, now and then all."""
        self.installation.read_accepted()
        accepted = list(self.installation.accepted)
        self.open.update(accepted[self._known :])
        self._known = len(accepted)
        if number % WHOLE_EVERY == 0:
            check(self.installation.look())
            return
        facts = self.installation.look(events=list(self.open))
        check(facts)
        self.open = {
            each.event_id
            for each in facts.deliveries.values()
            if each.status in UNDER_WAY and each.postback_id in self.installation.sound
        }
        self.installation.rest(wanted=len(self.open) > MOST_OPEN)


def wait_until_drained(installation: Installation) -> None:
    """Wait until every sound partner has everything and nothing is being sent.

    Raises AssertionError that names what still waits when they stay as many for too long.
    """
    sound = col(Delivery.postback_id).in_(installation.sound)
    waits = sound & col(Delivery.status).in_(WAITING)
    under_way = col(Delivery.status) == DeliveryStatus.SENDING
    left = select(Delivery).where(or_(waits, under_way))
    fewest, deadline = math.inf, 0.0
    while True:
        with Session(installation.engine) as session:
            count = session.scalar(select(func.count()).select_from(left.subquery())) or 0
            found = session.scalars(left.limit(10)).all()
        if not found:
            return
        if count < fewest:
            fewest, deadline = count, time.monotonic() + DRAIN_SECONDS
        if time.monotonic() > deadline:
            raise AssertionError(f"{count} are not drained:\n" + "\n".join(map(str, found)))
        threading.Event().wait(0.2)


def sum_up(facts: Facts, *, seconds: float) -> Run:
    """Return what a run came to."""
    held = [len(kill.held) for kill in facts.kills]
    return Run(
        kills=len(facts.kills),
        events=len(facts.accepted),
        deliveries=len(facts.deliveries),
        requests=sum(len(sent) for sent in facts.sent.values()),
        held=sum(held),
        most_held=max(held, default=0),
        repeats=sum(map(facts.repeats, facts.sent)),
        poisoned=_count(facts, DeliveryReason.POISON),
        unclear=_count(facts, DeliveryReason.UNKNOWN),
        late=sum(each.late for attempts in facts.attempts.values() for each in attempts),
        seconds=seconds,
    )


def _count(facts: Facts, reason: DeliveryReason) -> int:
    return sum(delivery.reason is reason for delivery in facts.deliveries.values())
