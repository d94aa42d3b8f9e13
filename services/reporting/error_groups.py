"""What goes wrong, put together by cause: a thousand failures are mostly one."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Table, func, select
from sqlmodel import Session

from models import Attempt, Delivery
from models.words import DeliveryStatus, PostbackLevel
from services import database
from services.actor import Actor, Right
from services.contacts import mask_for
from services.reporting import keyset
from services.reporting.causes import NEEDS, cause_of
from services.reporting.delivery_filter import FAILING, DeliveryFilter, delivery_search
from services.reporting.destinations import host_of

# The figures are of so many of the newest that failed or are tried again.
COUNTED_AT_MOST: Final = 10_000
GROUPS_AT_MOST: Final = 100

ATTEMPT: Table = Attempt.__table__  # type: ignore[attr-defined]
DELIVERY: Table = Delivery.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class ErrorGroup:
    """Deliveries of one postback to one destination that failed by one cause.

    `failed` were given up, `retrying` are tried again. `since` and `latest` are when the first
    and the last of them were made; `event_id` and `delivery_id` name the last, `message` is what
    its last try said, and may be empty.
    """

    postback_id: str
    level: PostbackLevel
    destination: str
    host: str
    cause: str
    failed: int
    retrying: int
    since: datetime
    latest: datetime
    event_id: str
    delivery_id: str
    message: str


@dataclass(frozen=True, slots=True)
class ErrorGroups:
    """The groups, the largest first; not complete when only the newest 10,000 were counted."""

    groups: tuple[ErrorGroup, ...]
    failed: int
    retrying: int
    is_complete: bool


async def get(actor: Actor, wanted: DeliveryFilter) -> ErrorGroups:
    """Return what went wrong among these deliveries, by postback, destination and cause.

    Of the statuses in the filter, only failed and retrying have a cause. Raises `NotAllowed`, and
    `InvalidInput` for a wrong filter.
    """
    actor.require(Right.READ)
    found = await database.read(_get, wanted)
    mask = mask_for(actor)
    groups = tuple(replace(each, message=mask.text(each.message)) for each in found.groups)
    return replace(found, groups=groups)


def _get(session: Session, wanted: DeliveryFilter) -> ErrorGroups:
    statuses = tuple(each for each in wanted.status or FAILING if each in FAILING)
    nothing = ErrorGroups((), failed=0, retrying=0, is_complete=True)
    search = delivery_search(session, wanted)  # judges the words that were given
    if statuses:
        search = delivery_search(session, replace(wanted, status=statuses))
    if not statuses or search.is_empty:
        return nothing
    window, matching = keyset.newest(
        session,
        search,
        columns=("postback_id", "level", "destination", "status", *NEEDS),
        size=COUNTED_AT_MOST,
    )
    seen = session.execute(select(func.count()).select_from(window)).scalar_one()
    found: dict[tuple[str, str, str], Any] = {}
    for row in session.execute(_grouped(window, matching)):
        key = (row.postback_id, row.destination, row.cause)
        found[key] = _merged(found.get(key), row)
    groups = sorted(found.values(), key=lambda group: (-group.failed - group.retrying, group.host))
    return ErrorGroups(
        groups=_with_samples(session, groups[:GROUPS_AT_MOST]),
        failed=sum(group.failed for group in groups),
        retrying=sum(group.retrying for group in groups),
        is_complete=seen < COUNTED_AT_MOST,
    )


def _grouped(window: Any, matching: tuple[Any, ...]) -> Any:
    # Once more below: PostgreSQL groups by no expression that holds a subquery.
    rows = (
        select(
            window.c.id,
            window.c.postback_id,
            window.c.level,
            window.c.destination,
            window.c.status,
            window.c.created_at,
            cause_of(window.c).label("cause"),
        )
        .where(*matching)
        .subquery()
    )
    keys = (rows.c.postback_id, rows.c.level, rows.c.destination, rows.c.status, rows.c.cause)
    return select(
        *keys,
        func.count().label("number"),
        func.min(rows.c.created_at).label("since"),
        func.max(rows.c.created_at).label("latest"),
        func.max(rows.c.id).label("newest_id"),
    ).group_by(*keys)


def _merged(before: ErrorGroup | None, row: Any) -> ErrorGroup:
    is_failed = row.status is DeliveryStatus.FAILED
    group = ErrorGroup(
        postback_id=row.postback_id,
        level=row.level,
        destination=row.destination,
        host=host_of(row.destination),
        cause=row.cause,
        failed=row.number if is_failed else 0,
        retrying=0 if is_failed else row.number,
        since=row.since,
        latest=row.latest,
        event_id="",
        delivery_id=row.newest_id,
        message="",
    )
    if before is None:
        return group
    return replace(
        group,
        failed=group.failed + before.failed,
        retrying=group.retrying + before.retrying,
        since=min(group.since, before.since),
        latest=max(group.latest, before.latest),
        delivery_id=max(group.delivery_id, before.delivery_id),
    )


def _with_samples(session: Session, groups: list[ErrorGroup]) -> tuple[ErrorGroup, ...]:
    message = (
        select(ATTEMPT.c.message)
        .where(ATTEMPT.c.delivery_id == DELIVERY.c.id, ATTEMPT.c.number == DELIVERY.c.attempts)
        .scalar_subquery()
    )
    query = select(
        DELIVERY.c.id, DELIVERY.c.event_id, func.coalesce(message, DELIVERY.c.reason_text, "")
    ).where(DELIVERY.c.id.in_([group.delivery_id for group in groups]))
    samples = {row[0]: row for row in session.execute(query)}
    return tuple(
        replace(
            group, event_id=samples[group.delivery_id][1], message=samples[group.delivery_id][2]
        )
        for group in groups
        if group.delivery_id in samples
    )
