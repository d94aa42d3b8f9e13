"""Counts conversions, their amounts and leads: the statements behind the conversion report."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Table, bindparam, false, func, select
from sqlmodel import Session, SQLModel, col

from models import Affiliate, Campaign, Event, Lead
from services.reporting import keyset
from services.reporting.conversion_figures import Tally
from services.reporting.days import Day
from services.reporting.definitions import IS_CONVERSION
from services.reporting.keyset import Search

# A database sorts the rows that it groups: many small sorts are faster than a large one, and no
# statement runs into the time limit.
_ONE_STATEMENT: Final = timedelta(days=10)
# Summed in two parts: in millionths, ten amounts of twelve digits no longer fit into 64 bits.
_PART: Final = 1_000_000_000
# Asked for by `IS_CONVERSION`, in words that an index can be made of.
_FLAGS: Final = frozenset({"is_conversion", "is_test"})
# No other index goes on by these times. Where SQLite could, it would read a whole campaign for
# each day, so the ids are asked for in words that no index answers.
_TIMES_ALONE: Final = frozenset({"occurred_at", "submitted_at"})
_IDS: Final = frozenset({"event_type_id", "campaign_id", "affiliate_id"})


@dataclass(frozen=True, slots=True)
class Group:
    """The counts of one campaign, event or affiliate; the key "" stands for no affiliate."""

    key: str
    name: str
    tally: Tally


def of_range(session: Session, search: Search, since: datetime, until: datetime) -> Tally:
    """Return the counts of a range; `search` says which events, its own range is not used."""
    return _tally(session, _conversions(search), _leads(search), since, until)


def of_days(session: Session, search: Search, days: Sequence[Day]) -> list[Tally]:
    """Return the counts of each day.

    One statement per day walks that day in the index. One for all days would sort every row of
    the range, and no database knows the days of the zone.
    """
    conversions, leads = _conversions(search), _leads(search)
    return [_tally(session, conversions, leads, day.since, day.until) for day in days]


def of_event_types(
    session: Session, search: Search, since: datetime, until: datetime
) -> tuple[list[Group], Tally]:
    """Return the counts of each event that has conversions, and those of all.

    Each has the leads of all.
    """
    statement = _conversions(search, _table(Event).c.event_name)
    tallies = _conversion_tallies(session, statement, since, until)
    leads = _count_leads(session, _leads(search), since, until)[None]
    total = Tally()
    for tally in tallies.values():
        total.add(tally)
        tally.leads = leads
    total.leads = leads
    return [Group(name, name, tally) for name, tally in tallies.items()], total


def of_owners(
    session: Session,
    search: Search,
    owner: type[Campaign | Affiliate],
    since: datetime,
    until: datetime,
) -> list[Group]:
    """Return the counts of each campaign or affiliate that has any, and of what has none."""
    column = f"{owner.__tablename__}_id"
    statement = _conversions(search, _table(Event).c[column])
    tallies = _conversion_tallies(session, statement, since, until)
    leads = _leads(search, _table(Lead).c[column])
    for identity, number in _count_leads(session, leads, since, until).items():
        tallies[identity].leads = number
    owners = _table(owner).c
    named = select(owners.id, owners.key, owners.name)
    names = {identity: (key, name) for identity, key, name in session.execute(named)}
    return [Group(*names.get(identity, ("", "")), tally) for identity, tally in tallies.items()]


def _tally(
    session: Session,
    conversions: Select[Any],
    leads: Select[Any],
    since: datetime,
    until: datetime,
) -> Tally:
    tally = _conversion_tallies(session, conversions, since, until)[None]
    tally.leads = _count_leads(session, leads, since, until)[None]
    return tally


def _conversions(search: Search, *group: ColumnElement[Any]) -> Select[Any]:
    micros = col(Event.amount_micros)
    parts = (col(Event.conversion_status), col(Event.currency), *group)
    high, low = func.sum(micros // _PART), func.sum(micros % _PART)
    return (
        select(func.count(), func.count(micros), high, low, *parts)
        .where(IS_CONVERSION, *_conditions(search, _table(Event), search.time))
        .group_by(*parts)
    )


def _conversion_tallies(
    session: Session, statement: Select[Any], since: datetime, until: datetime
) -> dict[Any, Tally]:
    tallies: dict[Any, Tally] = defaultdict(Tally)
    for part in _parts(since, until):
        for number, amounts, high, low, status, currency, *group in session.execute(
            statement, part
        ):
            tally = tallies[group[0] if group else None]
            tally.add_conversions(status, number)
            if amounts:
                tally.add_micros(status, currency or "", int(high) * _PART + int(low))
    return tallies


def _leads(search: Search, *group: ColumnElement[Any]) -> Select[Any]:
    time = "created_at" if search.time == "received_at" else "submitted_at"
    statement = select(func.count(), *group).group_by(*group)
    if search.is_empty:  # what nobody knows has no leads either
        return statement.where(false())
    return statement.where(*_conditions(search, _table(Lead), time))


def _count_leads(
    session: Session, statement: Select[Any], since: datetime, until: datetime
) -> dict[Any, int]:
    counts: dict[Any, int] = defaultdict(int)
    for part in _parts(since, until):
        for number, *group in session.execute(statement, part):
            counts[group[0] if group else None] += number
    return counts


def _parts(since: datetime, until: datetime) -> Iterator[dict[str, datetime]]:
    while since < until:
        end = min(since + _ONE_STATEMENT, until)
        yield {"since": since, "until": end}
        since = end


def _conditions(search: Search, table: Table, time: str) -> list[ColumnElement[bool]]:
    """Return what the search asks of a table; of a lead it can ask campaign and affiliate."""
    columns = table.c
    at = columns[time]
    conditions = [
        at >= bindparam("since", type_=at.type),
        at < bindparam("until", type_=at.type),
    ]
    for condition in search.conditions:
        if condition.column in columns and condition.column not in _FLAGS:
            column: ColumnElement[Any] = columns[condition.column]
            if time in _TIMES_ALONE and condition.column in _IDS:
                column = column.concat("")
            conditions.append(keyset.holds(column, condition.values))
    return conditions


def _table(model: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(model.__tablename__)]
