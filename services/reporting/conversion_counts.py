"""Counts conversions, their amounts and leads: the statements behind the conversion report."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Table, bindparam, func, select
from sqlmodel import Session, SQLModel, col

from models import Affiliate, Campaign, Event, Lead
from services.reporting.conversion_figures import Tally
from services.reporting.days import Day
from services.reporting.definitions import IS_CONVERSION
from services.reporting.search import Search, holds

# A database sorts the rows that it groups: many small sorts are faster than a large one, and no
# statement runs into the time limit.
_ONE_STATEMENT: Final = timedelta(days=10)
_AN_INSTANT: Final = timedelta(microseconds=1)
# Summed in two parts: in millionths, ten amounts of twelve digits no longer fit into 64 bits.
_PART: Final = 1_000_000_000
# Asked for by `IS_CONVERSION`, in words that an index can be made of.
_FLAGS: Final = frozenset({"is_conversion", "is_test"})
# No other index goes on by these times. Where SQLite could, it would read a whole campaign for
# each day, so the ids are asked for in words that no index answers.
_TIMES_ALONE: Final = frozenset({"occurred_at", "submitted_at"})
_IDS: Final = frozenset({"event_type_id", "campaign_id", "affiliate_id"})


@dataclass(frozen=True, slots=True)
class _Asked:
    """A statement about a range of a time, and where the table has any row at all.

    `following` finds the first row from a moment on.
    """

    statement: Select[Any]
    following: Select[Any]
    first: datetime | None
    last: datetime | None

    def rows(self, session: Session, since: datetime, until: datetime) -> Iterator[Any]:
        """Yield what the statement counts in the parts of a range; a long gap costs nothing."""
        if self.first is None or self.last is None:
            return
        start, end = max(since, self.first), min(until, self.last + _AN_INSTANT)
        while start < end:
            stop = min(start + _ONE_STATEMENT, end)
            part = {"since": start, "until": stop}
            found = [row for row in session.execute(self.statement, part) if row[0]]
            yield from found
            start = stop
            if not found and start < end:
                start = session.scalar(self.following, {"since": start}) or end


@dataclass(frozen=True, slots=True)
class Group:
    """The counts of one campaign, event or affiliate; the key "" stands for no affiliate."""

    key: str
    name: str
    tally: Tally


def of_range(session: Session, search: Search, since: datetime, until: datetime) -> Tally:
    """Return the counts of a range; `search` says which events, its own range is not used."""
    conversions, leads = _conversions(session, search), _leads(session, search)
    return _tally(session, conversions, leads, since, until)


def of_days(session: Session, search: Search, days: Sequence[Day]) -> list[Tally]:
    """Return the counts of each day.

    One statement per day walks that day in the index. One for all days would sort every row of
    the range, and no database knows the days of the zone.
    """
    conversions, leads = _conversions(session, search), _leads(session, search)
    return [_tally(session, conversions, leads, day.since, day.until) for day in days]


def of_event_types(
    session: Session, search: Search, since: datetime, until: datetime
) -> tuple[list[Group], Tally]:
    """Return the counts of each event that has conversions, and those of all.

    Each has the leads of all.
    """
    asked = _conversions(session, search, _table(Event).c.event_name)
    tallies = _conversion_tallies(session, asked, since, until)
    leads = _count_leads(session, _leads(session, search), since, until)[None]
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
    asked = _conversions(session, search, _table(Event).c[column])
    tallies = _conversion_tallies(session, asked, since, until)
    leads = _leads(session, search, _table(Lead).c[column])
    for identity, number in _count_leads(session, leads, since, until).items():
        tallies[identity].leads = number
    owners = _table(owner).c
    named = select(owners.id, owners.key, owners.name)
    names = {identity: (key, name) for identity, key, name in session.execute(named)}
    return [Group(*names.get(identity, ("", "")), tally) for identity, tally in tallies.items()]


def _tally(
    session: Session,
    conversions: _Asked,
    leads: _Asked,
    since: datetime,
    until: datetime,
) -> Tally:
    tally = _conversion_tallies(session, conversions, since, until)[None]
    tally.leads = _count_leads(session, leads, since, until)[None]
    return tally


def _conversions(session: Session, search: Search, *group: ColumnElement[Any]) -> _Asked:
    micros = col(Event.amount_micros)
    parts = (col(Event.conversion_status), col(Event.currency), *group)
    high, low = func.sum(micros // _PART), func.sum(micros % _PART)
    statement = (
        select(func.count(), func.count(micros), high, low, *parts)
        .where(IS_CONVERSION, *_conditions(search, _table(Event), search.time))
        .group_by(*parts)
    )
    return _asked(session, search, statement, _table(Event).c[search.time])


def _conversion_tallies(
    session: Session, asked: _Asked, since: datetime, until: datetime
) -> dict[Any, Tally]:
    tallies: dict[Any, Tally] = defaultdict(Tally)
    for row in asked.rows(session, since, until):
        number, amounts, high, low, status, currency, *group = row
        tally = tallies[group[0] if group else None]
        tally.add_conversions(status, number)
        if amounts:
            tally.add_micros(status, currency or "", int(high) * _PART + int(low))
    return tallies


def _leads(session: Session, search: Search, *group: ColumnElement[Any]) -> _Asked:
    time = "created_at" if search.time == "received_at" else "submitted_at"
    conditions = _conditions(search, _table(Lead), time)
    statement = select(func.count(), *group).where(*conditions).group_by(*group)
    return _asked(session, search, statement, _table(Lead).c[time])


def _count_leads(
    session: Session, asked: _Asked, since: datetime, until: datetime
) -> dict[Any, int]:
    counts: dict[Any, int] = defaultdict(int)
    for number, *group in asked.rows(session, since, until):
        counts[group[0] if group else None] += number
    return counts


def _asked(
    session: Session, search: Search, statement: Select[Any], time: ColumnElement[Any]
) -> _Asked:
    following = select(func.min(time)).where(time >= bindparam("since", type_=time.type))
    if search.is_empty:  # what nobody knows has no events and no leads either
        return _Asked(statement, following, None, None)
    # Two questions in one: SQLite finds one end by the index, but reads the table for both.
    ends = select(
        select(func.min(time)).scalar_subquery(), select(func.max(time)).scalar_subquery()
    )
    first, last = session.execute(ends).one()
    return _Asked(statement, following, first, last)


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
            conditions.append(holds(column, condition.values))
    return conditions


def _table(model: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(model.__tablename__)]
