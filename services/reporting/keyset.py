"""Finds one page of a long list by index, whatever the filter, in bounded work.

A filter of several conditions can use one index only. The scan therefore walks the index of the
most telling condition in windows that grow, and checks the other conditions inside a window: no
statement ever reads more than one window, and none sorts more than that. When the time for one
page is used up, the page is given as far as it got, with a cursor to go on from there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    Table,
    false,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlmodel import Session

from services.errors import InvalidInput
from services.paging import Page, PageRequest, decode_cursor, encode_cursor
from services.validation import is_storable

FIRST_WINDOW = 500
LAST_WINDOW = 20_000
SECONDS_PER_PAGE = 0.25
_TELLING = 2_000  # beyond this many rows it no longer matters which index is walked

Key = tuple[datetime, str]


@dataclass(frozen=True, slots=True)
class Condition:
    """A column must have one of these values; `None` among them means that it is empty."""

    column: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """A condition that the table's own columns do not answer.

    `holds` makes it from a window, which has `id` and the columns in `needs`. It may look up rows
    of other tables, by their keys and in scalar subqueries only: those tempt no planner.
    """

    needs: tuple[str, ...]
    holds: Callable[[Any], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Search:
    """A filter as the database understands it: one object for list, count and export.

    `indexed` names the columns with an index (column, time, id), the most telling first; those in
    `decisive` leave so few rows that nothing else need be weighed. `of_index` is a condition that
    holds for every row sought, in the very words of a partial index, which is used for no others.
    `since` is inclusive, `until` exclusive, both on the column `time`.
    """

    table: Table
    time: str
    conditions: tuple[Condition, ...] = ()
    indexed: tuple[str, ...] = ()
    decisive: tuple[str, ...] = ()
    of_index: ColumnElement[bool] | None = None
    since: datetime | None = None
    until: datetime | None = None
    checks: tuple[Check, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing can match, without asking the database."""
        return any(not condition.values for condition in self.conditions)


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows match; with `is_complete` false there are at least so many."""

    number: int
    is_complete: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a page begins: beyond `key` in one direction, or at the newest row."""

    newer: bool = False
    key: Key | None = None


def find_page(session: Session, search: Search, request: PageRequest) -> Page[str]:
    """Return the ids of one page, newest first, and the cursors beside it.

    `next_cursor` leads to older rows, `previous_cursor` to newer ones. A page may hold fewer rows
    than asked for, even none, and still have a cursor: then the search ended for lack of time and
    goes on from there. Going newer never ends in a half-filled page: the newest page is given.
    Raises `InvalidInput` for a cursor that is not from this kind of list.
    """
    place = _place(request.cursor, search.time)
    if search.is_empty:
        return Page([])
    found, stopped = _walk(session, search, place, wanted=request.limit + 1)
    more = len(found) > request.limit
    shown = found[: request.limit]
    onward = shown[-1] if more else stopped
    if not place.newer:
        back = shown[0] if shown else place.key
        return Page(
            [key[1] for key in shown],
            next_cursor=_cursor(search, onward, newer=False),
            previous_cursor=_cursor(search, back, newer=True) if place.key else None,
        )
    if onward is None:
        return find_page(session, search, PageRequest(limit=request.limit))
    return Page(
        [key[1] for key in reversed(shown)],
        next_cursor=_cursor(search, shown[0] if shown else onward, newer=False),
        previous_cursor=_cursor(search, onward, newer=True),
    )


def find_from(session: Session, search: Search, *, after: str, limit: int) -> Page[str]:
    """Return the ids of the next rows beyond a cursor, oldest first: for work on a whole list.

    `after` is "" to begin with and then each page's `next_cursor`; that is `None` once everything
    was seen. A page may hold fewer rows than `limit` before that, even none. Raises as `find_page`.
    """
    if search.is_empty:
        return Page([])
    place = replace(_place(after, search.time), newer=True)
    found, stopped = _walk(session, search, place, wanted=limit)
    onward = found[-1] if len(found) == limit else stopped
    return Page([key[1] for key in found], next_cursor=_cursor(search, onward, newer=True))


def count(session: Session, search: Search, *, at_most: int, seconds: float | None = None) -> Count:
    """Return how many rows match, counting no further than `at_most` nor longer than `seconds`.

    Without `seconds` that is the time of a page.
    """
    if search.is_empty:
        return Count(0, is_complete=True)
    found, stopped = _walk(session, search, _Place(), wanted=at_most + 1, seconds=seconds)
    return Count(min(len(found), at_most), is_complete=stopped is None and len(found) <= at_most)


def newest(
    session: Session, search: Search, *, columns: Sequence[str], size: int
) -> tuple[Subquery, tuple[ColumnElement[bool], ...]]:
    """Return the newest `size` rows of the most telling index, and what else must hold for them.

    For figures over a list that may be long: they are read from these rows alone. The subquery
    has `id`, the time and `columns`.
    """
    driver = _driver(session, search)
    others = tuple(condition for condition in search.conditions if condition is not driver)
    window = _window(search, driver, (*_needed(search, others), *columns), _Place(), size)
    return window, _all_hold(search, others, window)


def _walk(
    session: Session,
    search: Search,
    place: _Place,
    *,
    wanted: int,
    seconds: float | None = None,
) -> tuple[list[Key], Key | None]:
    driver = _driver(session, search)
    others = tuple(condition for condition in search.conditions if condition is not driver)
    needed = _needed(search, others)
    size = FIRST_WINDOW if others or search.checks else wanted
    give_up_at = monotonic() + (SECONDS_PER_PAGE if seconds is None else seconds)
    found: list[Key] = []
    after = place.key
    while True:
        window = _window(search, driver, needed, _Place(place.newer, after), size)
        matching = (
            select(window.c[search.time], window.c.id)
            .where(*_all_hold(search, others, window))
            .order_by(*_order(window.c[search.time], window.c.id, newer=place.newer))
            .limit(wanted - len(found))
        )
        found += [(row[0], row[1]) for row in session.execute(matching)]
        if len(found) == wanted:
            return found, None
        bare = _window(search, driver, (), _Place(place.newer, after), size)
        end = session.execute(
            select(bare.c[search.time], bare.c.id)
            .order_by(*_order(bare.c[search.time], bare.c.id, newer=place.newer))
            .limit(1)
            .offset(size - 1)
        ).first()
        if end is None:
            return found, None
        after = (end[0], end[1])
        if monotonic() > give_up_at:
            return found, after
        size = min(size * 4, LAST_WINDOW)


def _needed(search: Search, others: Sequence[Condition]) -> tuple[str, ...]:
    checked = (name for check in search.checks for name in check.needs)
    return (*(other.column for other in others), *checked)


def _all_hold(
    search: Search, others: Sequence[Condition], window: Subquery
) -> tuple[ColumnElement[bool], ...]:
    return (
        *(holds(window.c[other.column], other.values) for other in others),
        *(check.holds(window.c) for check in search.checks),
    )


def _driver(session: Session, search: Search) -> Condition | None:
    """Return the condition whose index is walked; `None`: the one of the time alone."""
    by_column = {condition.column: condition for condition in search.conditions}
    candidates = [by_column[column] for column in search.indexed if column in by_column]
    if len(candidates) < 2 or candidates[0].column in search.decisive:
        return candidates[0] if candidates else None
    fewest, best = _TELLING + 1, candidates[0]
    for candidate in candidates:
        number = _count_by_index(session, search, candidate)
        if number < fewest:
            fewest, best = number, candidate
    return best


def _count_by_index(session: Session, search: Search, condition: Condition) -> int:
    number = 0
    for value in condition.values:
        rows = (
            _branch(search, Condition(condition.column, (value,)), (), _Place(), _TELLING - number)
        ).subquery()
        number += session.execute(select(func.count()).select_from(rows)).scalar_one()
        if number >= _TELLING:
            break
    return number


def _window(
    search: Search,
    driver: Condition | None,
    needed: Sequence[str],
    place: _Place,
    size: int,
) -> Subquery:
    """Return the next `size` rows of the index, unchecked against the other conditions.

    The LIMIT keeps both databases from moving those conditions inside, where they could tempt
    the planner to another index.
    """
    if driver is None:
        return _branch(search, None, needed, place, size).subquery()
    # One index walk per value, merged: an IN over the index would sort all of its rows.
    branches = [
        _branch(search, Condition(driver.column, (value,)), needed, place, size)
        for value in driver.values
    ]
    if len(branches) == 1:
        return branches[0].subquery()
    merged = union_all(*(select(branch.subquery()) for branch in branches)).subquery()
    order = _order(merged.c[search.time], merged.c.id, newer=place.newer)
    return select(merged).order_by(*order).limit(size).subquery()


def _branch(
    search: Search,
    driver: Condition | None,
    needed: Sequence[str],
    place: _Place,
    size: int,
) -> Select[Any]:
    columns = search.table.c
    time, identity = columns[search.time], columns.id
    named = [name for name in dict.fromkeys(needed) if name not in {search.time, "id"}]
    rows = select(time, identity, *(columns[name] for name in named)).limit(size)
    order = [time, identity]
    if driver is not None:
        rows = rows.where(holds(columns[driver.column], driver.values))
        # PostgreSQL sees no order behind an IS NULL unless the sort names the column too.
        order.insert(0, columns[driver.column])
    if search.of_index is not None:
        rows = rows.where(search.of_index)
    if search.since is not None:
        rows = rows.where(time >= search.since)
    if search.until is not None:
        rows = rows.where(time < search.until)
    if place.key is not None:
        row = tuple_(time, identity)
        key = tuple_(literal(place.key[0], time.type), literal(place.key[1], identity.type))
        rows = rows.where(row > key if place.newer else row < key)
    return rows.order_by(*_order(*order, newer=place.newer))


def holds(column: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    """Return the SQL of a condition: one of these values, `None` among them for empty."""
    given = [value for value in values if value is not None]
    parts: list[ColumnElement[bool]] = []
    if len(given) == 1:
        parts.append(column == given[0])
    elif given:
        parts.append(column.in_(given))
    if len(given) < len(values):
        parts.append(column.is_(None))
    return or_(false(), *parts)


def _order(*columns: ColumnElement[Any], newer: bool) -> list[ColumnElement[Any]]:
    return [column.asc() if newer else column.desc() for column in columns]


def _cursor(search: Search, key: Key | None, *, newer: bool) -> str | None:
    if key is None:
        return None
    direction = "newer" if newer else "older"
    return encode_cursor(direction, search.time, key[0].isoformat(), key[1])


def _place(cursor: str, time: str) -> _Place:
    if not cursor:
        return _Place()
    direction, axis, at, identity = decode_cursor(cursor, keys=4)
    moment = _moment(at)
    is_ours = direction in {"newer", "older"} and axis == time and is_storable(identity)
    if not is_ours or moment is None:
        raise InvalidInput({"cursor": "This cursor is not from this list; start without a cursor."})
    return _Place(newer=direction == "newer", key=(moment, identity))


def _moment(text: str) -> datetime | None:
    """Return the moment in a cursor in UTC, or `None` when there is none."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
