"""The filter of the delivery log, and the search that it means."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, select
from sqlmodel import Session

from models import Delivery, Event
from models.words import DeliveryStatus
from services.actor import Actor
from services.errors import InvalidInput
from services.reporting import causes
from services.reporting.filters import (
    affiliate_conditions,
    campaign_conditions,
    read_range,
    read_words,
    table_of,
)
from services.reporting.search import Check, Condition, Search, holds
from services.validation import is_storable

# Of these a cause is known: what went wrong so far.
FAILING: Final = (DeliveryStatus.FAILED, DeliveryStatus.RETRYING)

_PORTS: Final = {"https": "443", "http": "80"}


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Which deliveries: everything that is given must match; empty text means any.

    `destination` is `scheme://host:port`, or less of it: the host alone, with or without port.
    `campaign` and `affiliate` are keys, the latter "-" for none, as they stand on the event.
    `cause` is a word of `causes` and means deliveries that failed or are tried again because of
    it. `since` is inclusive and `until` exclusive, on the time of creation.
    """

    status: tuple[DeliveryStatus, ...] = ()
    postback: str = ""
    destination: str = ""
    campaign: str = ""
    affiliate: str = ""
    cause: str = ""
    since: datetime | None = None
    until: datetime | None = None


def delivery_search(session: Session, wanted: DeliveryFilter, actor: Actor | None = None) -> Search:
    """Return the search for these deliveries; unknown names and keys match nothing.

    With an actor only what is a limited key's business is sought.

    Raises `InvalidInput` for a word that does not exist and for a time without offset.
    """
    problems: dict[str, str] = {}
    statuses = read_words(DeliveryStatus, wanted.status, "status", problems)
    since, until = read_range(wanted.since, wanted.until, problems)
    try:
        read_cause(wanted.cause)
    except ValueError as error:
        problems["cause"] = str(error)
    if problems:
        raise InvalidInput(problems)
    if wanted.cause:
        statuses = tuple(each for each in statuses or FAILING if each in FAILING)
    conditions: list[Condition] = []
    if wanted.postback:
        known = (wanted.postback,) if is_storable(wanted.postback) else ()
        conditions.append(Condition("postback_id", known))
    if statuses or wanted.cause or not wanted.postback:
        # No index has the time alone; the merged walk of every status is the same list.
        anything = () if wanted.cause else tuple(DeliveryStatus)
        conditions.append(Condition("status", statuses or anything))
    if wanted.destination:
        conditions.append(Condition("destination", tuple(_destinations(wanted.destination))))
    of_event = (
        *campaign_conditions(session, wanted.campaign),
        *affiliate_conditions(session, wanted.affiliate),
    )
    if not all(condition.values for condition in of_event):
        conditions.append(Condition("event_id", ()))
    of_actor = [
        Condition(column, tuple(sorted(ids)))
        for column, ids in (
            ("campaign_id", actor.campaigns if actor else None),
            ("event_type_id", actor.events if actor else None),
        )
        if ids is not None
    ]
    checks = [_check_of_event(each) for each in (*of_event, *of_actor) if each.values]
    if wanted.cause:
        checks.append(Check(causes.NEEDS, _CauseIs(wanted.cause)))
    return Search(
        table=table_of(Delivery),
        time="created_at",
        conditions=tuple(conditions),
        indexed=("postback_id", "status"),
        since=since,
        until=until,
        checks=tuple(checks),
    )


def read_cause(text: str) -> str:
    """Return the cause that a filter names, "" for none; raise ValueError for another word."""
    if text and not causes.is_cause(text):
        raise ValueError("Give a response code such as 500, or a word such as timeout.")
    return text


@dataclass(frozen=True, slots=True)
class _CauseIs:
    cause: str

    def __call__(self, row: Any) -> ColumnElement[bool]:
        return causes.cause_of(row) == self.cause


@dataclass(frozen=True, slots=True)
class _EventHas:
    condition: Condition

    def __call__(self, row: Any) -> ColumnElement[bool]:
        event: Table = table_of(Event)
        # A scalar subquery: each row asks for its event by the key, whatever the planner thinks.
        value = select(event.c[self.condition.column]).where(event.c.id == row.event_id)
        return holds(value.scalar_subquery(), self.condition.values)


def _check_of_event(condition: Condition) -> Check:
    return Check(("event_id",), _EventHas(condition))


def _destinations(text: str) -> Iterator[str]:
    """Give each way in which a destination may stand in the table; none that cannot be stored."""
    if not is_storable(text):
        return
    scheme, found, authority = text.strip().lower().rpartition("://")
    authority = authority.partition("/")[0]
    has_port = ":" in authority.rpartition("]")[2]
    for known, port in _PORTS.items():
        if not found or scheme == known:
            yield f"{known}://{authority}" if has_port else f"{known}://{authority}:{port}"
