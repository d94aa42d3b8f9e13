"""A filter of a long list as the database understands it: one object for list, count and export."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, false, or_


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
    """What is sought in one table, and by which of its indexes.

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


def narrowed(search: Search, **within: frozenset[Any] | None) -> Search:
    """Return the search with only these values of its columns; `None` leaves a column as it is."""
    conditions = {condition.column: condition for condition in search.conditions}
    for column, values in within.items():
        if values is None:
            continue
        asked = conditions.get(column)
        left = values if asked is None else values.intersection(asked.values)
        conditions[column] = Condition(column, tuple(sorted(left)))
    return replace(search, conditions=tuple(conditions.values()))


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
