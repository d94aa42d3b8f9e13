"""Reads one index of a long list, window by window: the most telling one that a search can use."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, func, literal, select, tuple_, union_all
from sqlmodel import Session

from services.reporting.search import Condition, Search, holds

_TELLING = 2_000  # beyond this many rows it no longer matters which index is walked

Key = tuple[datetime, str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: beyond `key` in one direction, or at the newest row."""

    newer: bool = False
    key: Key | None = None


def most_telling(session: Session, search: Search) -> Condition | None:
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


def window_of(
    search: Search,
    driver: Condition | None,
    needed: Sequence[str],
    place: Place,
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
    order = in_order(merged.c[search.time], merged.c.id, newer=place.newer)
    return select(merged).order_by(*order).limit(size).subquery()


def in_order(*columns: ColumnElement[Any], newer: bool) -> list[ColumnElement[Any]]:
    """Return what to sort by: upwards to go newer, else downwards."""
    return [column.asc() if newer else column.desc() for column in columns]


def _count_by_index(session: Session, search: Search, condition: Condition) -> int:
    number = 0
    for value in condition.values:
        rows = (
            _branch(search, Condition(condition.column, (value,)), (), Place(), _TELLING - number)
        ).subquery()
        number += session.execute(select(func.count()).select_from(rows)).scalar_one()
        if number >= _TELLING:
            break
    return number


def _branch(
    search: Search,
    driver: Condition | None,
    needed: Sequence[str],
    place: Place,
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
    return rows.order_by(*in_order(*order, newer=place.newer))
