"""Whether the installation works: schema, sender, and what waits."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Select, func, select
from sqlmodel import Session, col

from models import Delivery, Worker
from models.words import WAITING, DeliveryStatus
from services import database, schema
from services.clock import Clock, utc_now
from services.waiting_lanes import waiting_lanes

WORKER_SILENT_AFTER = timedelta(seconds=10)
# One destination is counted no further.
COUNTED_AT_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Work:
    """Who sends, and what is due; `due` stops at 10,000 for each destination."""

    worker_seen_at: datetime | None
    worker_alive: bool
    due: int
    oldest_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Health:
    """What `/healthz` and `/readyz` answer from, and the System page shows."""

    schema_current: bool
    worker_seen_at: datetime | None
    worker_alive: bool
    due: int
    oldest_due_at: datetime | None


async def get(*, clock: Clock = utc_now) -> Health:
    """Return the health of the installation; asks nobody's right, since a probe has none.

    A worker is alive that was seen in the last 10 seconds. With an old schema nothing but
    that is known.
    """
    if not await database.read(_is_schema_current):
        return Health(
            schema_current=False,
            worker_seen_at=None,
            worker_alive=False,
            due=0,
            oldest_due_at=None,
        )
    work = await database.read(look_at_work, clock())
    return Health(
        schema_current=True,
        worker_seen_at=work.worker_seen_at,
        worker_alive=work.worker_alive,
        due=work.due,
        oldest_due_at=work.oldest_due_at,
    )


def look_at_work(session: Session, now: datetime) -> Work:
    """Return who sends, and what should have been sent by `now`."""
    seen_at = session.execute(select(func.max(col(Worker.seen_at)))).scalar_one()
    due = 0
    oldest: list[datetime] = []
    for status in WAITING:
        number, first = session.execute(_late(status, now)).one()
        due += int(number or 0)
        oldest += [first] if first is not None else []
    return Work(
        worker_seen_at=seen_at,
        worker_alive=seen_at is not None and now - seen_at <= WORKER_SILENT_AFTER,
        due=due,
        oldest_due_at=min(oldest, default=None),
    )


def _late(status: DeliveryStatus, now: datetime) -> Select[Any]:
    """Return how many should have been sent, and since when the first of them."""
    lane = waiting_lanes(status)
    here = (
        col(Delivery.status) == status,
        col(Delivery.destination) == lane.c.name,
        col(Delivery.due_at) <= now,
    )
    some = select(col(Delivery.id)).where(*here).limit(COUNTED_AT_MOST).correlate(lane).subquery()
    number = select(func.count()).select_from(some).scalar_subquery()
    return select(func.sum(number), func.min(lane.c.due_at)).where(lane.c.due_at <= now)


def _is_schema_current(session: Session) -> bool:
    engine = session.get_bind()
    if not isinstance(engine, Engine):
        raise TypeError("A reading session stands on an engine.")
    return schema.is_current(engine)
