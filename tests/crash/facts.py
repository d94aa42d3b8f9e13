"""What a run is judged by: what was accepted, what is stored, what arrived, what was cut off."""

import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, select, text
from sqlmodel import col

from models import Attempt, Delivery
from models.words import DeliveryReason, DeliveryStatus, Outcome
from tests.crash.ledger import Sent

# As many ids as a statement takes on both databases.
CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class DeliveryFact:
    """A delivery as stored."""

    id: str
    event_id: str
    postback_id: str
    status: DeliveryStatus
    reason: DeliveryReason | None
    due_at: datetime | None
    claim_token: str | None
    lease_until: datetime | None
    worker_id: str | None
    tries: int
    attempts: int
    reclaims: int
    resent_at: datetime | None
    policy: Mapping[str, Any] | None

    @property
    def once(self) -> bool:
        """Tell whether it must not be sent twice, whatever becomes of it."""
        return bool(self.policy and self.policy.get("once"))


@dataclass(frozen=True, slots=True)
class AttemptFact:
    """An attempt as stored."""

    delivery_id: str
    number: int
    outcome: Outcome
    status_code: int | None
    late: bool


@dataclass(frozen=True, slots=True)
class Kill:
    """The end, or the long standstill, of a worker at `at`, and what it was sending then.

    `held` is what the worker had claimed, so at least what it was sending.
    """

    at: float
    held: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """One look at everything. `at` is when it began, as `time.monotonic()`.

    `accepted` are the events that were answered as recorded, each with the postbacks that owe a
    delivery. `unlawful` is what the watch in the database saw, a delivery and a sentence each.
    With `at_rest` the workers had drained all that is due and ended.
    """

    at: float
    accepted: Mapping[str, tuple[str, ...]]
    deliveries: Mapping[str, DeliveryFact]
    attempts: Mapping[str, Sequence[AttemptFact]]
    sent: Mapping[str, Sequence[Sent]]
    kills: Sequence[Kill] = ()
    unlawful: Sequence[tuple[str, str]] = ()
    at_rest: bool = False
    _cut_off: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        for kill in self.kills:
            self._cut_off.update(kill.held)

    def cut_off(self, delivery_id: str) -> int:
        """Return at how many kills it was claimed by the worker that was killed."""
        return self._cut_off[delivery_id]

    def settled(self, delivery_id: str) -> list[AttemptFact]:
        """Return its attempts that were written by the worker that owned it, in order."""
        return [each for each in self.attempts.get(delivery_id, ()) if not each.late]

    def unsettled(self, delivery_id: str) -> int:
        """Return how many of its requests had no result that was written, but for one that may
        be under way.
        """
        calls = sum(each.at <= self.at for each in self.sent.get(delivery_id, ()))
        under_way = self.deliveries[delivery_id].status is DeliveryStatus.SENDING
        return max(calls - len(self.settled(delivery_id)) - under_way, 0)

    def repeats(self, delivery_id: str) -> int:
        """Return how many requests the partner got that he would not have got without a kill."""
        calls = len(self.sent.get(delivery_id, ()))
        return max(calls - max(len(self.settled(delivery_id)), 1), 0)


def look(
    engine: Engine,
    *,
    accepted: Mapping[str, tuple[str, ...]],
    sent: "SentReader",
    kills: Sequence[Kill] = (),
    events: Collection[str] | None = None,
    at_rest: bool = False,
) -> Facts:
    """Read everything, or only what belongs to these events, as of one moment.

    The ledger is read last: what the database calls delivered must stand in it by then.
    """
    wanted = accepted if events is None else {id_: accepted[id_] for id_ in events}
    at = time.monotonic()
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        ids = None if events is None else list(events)
        deliveries = {
            row[0]: DeliveryFact(*row)
            for row in _rows(connection, _DELIVERIES, col(Delivery.event_id), ids)
        }
        attempts: dict[str, list[AttemptFact]] = {}
        owners = None if events is None else list(deliveries)
        for row in _rows(connection, _ATTEMPTS, col(Attempt.delivery_id), owners):
            attempts.setdefault(row[0], []).append(AttemptFact(*row))
        unlawful = [tuple(row) for row in connection.execute(text(_UNLAWFUL))]
    for each in attempts.values():
        each.sort(key=lambda attempt: attempt.number)
    return Facts(
        at=at,
        accepted=wanted,
        deliveries=deliveries,
        attempts=attempts,
        sent=sent.of(deliveries),
        kills=kills,
        unlawful=unlawful,
        at_rest=at_rest,
    )


class SentReader:
    """The ledger by delivery."""

    def __init__(self, look: Any) -> None:
        self._look = look
        self._seen = 0
        self._by_delivery: dict[str, list[Sent]] = {}

    def of(self, delivery_ids: Iterable[str]) -> dict[str, Sequence[Sent]]:
        """Return what arrived so far of these deliveries."""
        every = self._look()
        for each in every[self._seen :]:
            self._by_delivery.setdefault(each.delivery_id, []).append(each)
        self._seen = len(every)
        return {id_: self._by_delivery[id_] for id_ in delivery_ids if id_ in self._by_delivery}


def _rows(
    connection: Connection, statement: Select[Any], column: Any, ids: list[str] | None
) -> Iterable[Any]:
    if ids is None:
        yield from connection.execute(statement)
        return
    for start in range(0, len(ids), CHUNK):
        yield from connection.execute(statement.where(column.in_(ids[start : start + CHUNK])))


_DELIVERIES: Select[Any] = select(*(col(getattr(Delivery, n)) for n in DeliveryFact.__slots__))
_ATTEMPTS: Select[Any] = select(*(col(getattr(Attempt, n)) for n in AttemptFact.__slots__))
_UNLAWFUL = "SELECT delivery_id, what FROM crash_watch"
