"""Many rows at a time, in few steps of SQLite.

Python's SQLite driver lets go of the interpreter at every row that it steps over and must win it
back from the event loop each time. So what touches many rows on the hot path is one statement
that takes one step: rows come back as one JSON array, and go in as one list of VALUES. On
PostgreSQL rows go in as one array for each column. Types are converted as SQLAlchemy does.
"""

import json
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    JSON,
    Connection,
    Dialect,
    Select,
    Table,
    Text,
    bindparam,
    cast,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql

Convert = Callable[[Any], Any]
# Of the columns whose values must be converted: their place, and how.
Converts = tuple[tuple[int, Convert], ...]


def fetch_rows(
    connection: Connection, statement: Select[Any], parameters: dict[str, Any]
) -> Sequence[Sequence[Any]]:
    """Return all rows of a select that is a module's constant; the order is the statement's."""
    if connection.dialect.name != "sqlite":
        return list(connection.execute(statement, parameters))
    packed, converts = _packed(statement, connection.dialect)
    rows: list[list[Any]] = json.loads(connection.execute(packed, parameters).scalar_one())
    for place, convert in converts:
        for row in rows:
            row[place] = convert(row[place])
    return rows


def insert_rows(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows that all name the same columns."""
    names = tuple(rows[0])
    if connection.dialect.name != "sqlite":
        if len(rows) == 1:
            connection.execute(insert(table), rows[0])  # arrays of one cost more
            return
        arrays = {f"b_{name}": _array(table, name, [row[name] for row in rows]) for name in names}
        connection.execute(_insert(table, names), arrays)
        return
    text = _insert_text(table, names, len(rows))
    _driver(connection).execute(text, _flat(connection, table, names, map(_in_order(names), rows)))


def insert_new(
    connection: Connection, table: Table, row: dict[str, Any], *, unique: tuple[str, ...]
) -> bool:
    """Insert a row unless one with these unique values is there; tell whether it was inserted."""
    if connection.dialect.name != "sqlite":
        statement = _insert_new(table, unique)
        return connection.execute(statement, row).first() is not None
    names = tuple(row)
    text = f"{_insert_text(table, names, 1)} ON CONFLICT ({', '.join(unique)}) DO NOTHING"
    inserted = _driver(connection).execute(
        text, _flat(connection, table, names, [_in_order(names)(row)])
    )
    return bool(inserted.rowcount == 1)


def update_rows(
    connection: Connection, table: Table, names: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Give each row, found by its `id` in the first place, new values for the named columns."""
    if connection.dialect.name != "sqlite":
        columns = zip(("id", *names), zip(*rows, strict=True), strict=True)
        arrays = {f"b_{name}": _array(table, name, values) for name, values in columns}
        connection.execute(_update(table, names), arrays)
        return
    changes = ", ".join(f"{name} = new.column{place}" for place, name in enumerate(names, 2))
    values = _values(len(names) + 1, len(rows))
    _driver(connection).execute(
        f"UPDATE {table.name} SET {changes} FROM (VALUES {values}) AS new"  # noqa: S608
        f" WHERE {table.name}.id = new.column1",
        _flat(connection, table, ("id", *names), rows),
    )


def fetch_value(connection: Connection, text: str) -> Any:
    """Return the one value that a statement without parameters gives."""
    if connection.dialect.name != "sqlite":
        return connection.exec_driver_sql(text).scalar_one()
    return _driver(connection).execute(text).fetchone()[0]


def fetch_few(
    connection: Connection, statement: Select[Any], parameters: Mapping[str, str | None]
) -> list[Any]:
    """Return the rows, by the names of their columns, of a select that is a module's constant.

    For the one or two rows that each event asks for: on SQLite past SQLAlchemy, which costs many
    times what the look-up does. All parameters are text.
    """
    if connection.dialect.name != "sqlite":
        return list(connection.execute(statement, parameters))
    text, order, fixed, made, converts = _plain_select(statement, connection.dialect)
    values = [parameters[name] if name in parameters else fixed[name] for name in order]
    found = _driver(connection).execute(text, values).fetchall()
    if not converts:
        return [made._make(row) for row in found]
    rows = [list(row) for row in found]
    for row in rows:
        for place, convert in converts:
            row[place] = convert(row[place])
    return [made._make(row) for row in rows]


def fetch_by_id(connection: Connection, table: Table, identity: str) -> dict[str, Any] | None:
    """Return the whole row with this `id` by the names of its columns, if there is one."""
    if connection.dialect.name != "sqlite":
        found = connection.execute(_by_id(table), {"b_id": identity}).one_or_none()
        return None if found is None else dict(found._mapping)
    text, names, converts = _by_id_text(table, connection.dialect)
    row = _driver(connection).execute(text, (identity,)).fetchone()
    if row is None:
        return None
    values = dict(zip(names, row, strict=True))
    for name, convert in converts:
        values[name] = convert(values[name])
    return values


def _driver(connection: Connection) -> Any:
    # Past SQLAlchemy, which costs as much per statement as SQLite itself.
    return connection.connection.driver_connection


@lru_cache(maxsize=64)
def _packed(statement: Select[Any], dialect: Dialect) -> tuple[Select[Any], Converts]:
    rows = statement.subquery()
    # A column of JSON becomes a part of the array: it is read with the rest and not once more.
    columns = [func.json(one) if isinstance(one.type, JSON) else one for one in rows.c]
    packed = select(func.json_group_array(func.json_array(*columns)))
    found = (
        None
        if isinstance(one.type, JSON)
        else one.type.dialect_impl(dialect).result_processor(dialect, None)
        for one in rows.c
    )
    return packed, _those_needed(found)


@lru_cache(maxsize=64)
def _plain_select(
    statement: Select[Any], dialect: Dialect
) -> tuple[str, Sequence[str], Mapping[str, Any], Any, Converts]:
    compiled: Any = statement.compile(dialect=dialect)
    columns = statement.selected_columns
    # Typed anew: its fields are the columns, whatever those are called.
    made = namedtuple("Found", [column.key for column in columns])  # type: ignore[misc]  # noqa: PYI024
    found = (
        column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns
    )
    return str(compiled), compiled.positiontup or (), compiled.params, made, _those_needed(found)


@lru_cache(maxsize=64)
def _by_id(table: Table) -> Select[Any]:
    return select(table).where(table.c.id == bindparam("b_id"))


@lru_cache(maxsize=64)
def _by_id_text(
    table: Table, dialect: Dialect
) -> tuple[str, tuple[str, ...], tuple[tuple[str, Convert], ...]]:
    names = tuple(table.columns.keys())
    found = (
        (name, table.c[name].type.dialect_impl(dialect).result_processor(dialect, None))
        for name in names
    )
    converts = tuple((name, convert) for name, convert in found if convert is not None)
    return f"SELECT {', '.join(names)} FROM {table.name} WHERE id = ?", names, converts  # noqa: S608


@lru_cache(maxsize=64)
def _converts(table: Table, names: tuple[str, ...], dialect: Dialect) -> Converts:
    types = [table.c[name].type for name in names]
    return _those_needed(_remembering(kind, dialect) for kind in types)


def _remembering(kind: Any, dialect: Dialect) -> Convert | None:
    """Return how values are bound; times and words come again and again, and cost more than a look.

    One moment stands in a handful of columns of an event and of all that it owes.
    """
    convert: Convert | None = kind.dialect_impl(dialect).bind_processor(dialect)
    if convert is None or isinstance(kind, JSON):
        return convert
    return lru_cache(maxsize=256)(convert)


def _those_needed(converts: Iterable[Convert | None]) -> Converts:
    return tuple((place, one) for place, one in enumerate(converts) if one is not None)


@lru_cache(maxsize=64)
def _in_order(names: tuple[str, ...]) -> Callable[[dict[str, Any]], tuple[Any, ...]]:
    return itemgetter(*names)


def _flat(
    connection: Connection, table: Table, names: tuple[str, ...], rows: Iterable[Sequence[Any]]
) -> list[Any]:
    values = list(chain.from_iterable(rows))
    for place, convert in _converts(table, names, connection.dialect):
        for number in range(place, len(values), len(names)):
            values[number] = convert(values[number])
    return values


@lru_cache(maxsize=64)
def _insert(table: Table, names: tuple[str, ...]) -> Any:
    """Return one statement for any number of rows: each column's values are an array."""
    return insert(table).from_select(names, _columns(table, names))


@lru_cache(maxsize=64)
def _insert_new(table: Table, unique: tuple[str, ...]) -> Any:
    keep = postgresql.insert(table).on_conflict_do_nothing(index_elements=unique)
    return keep.returning(*table.primary_key.columns)


@lru_cache(maxsize=512)
def _insert_text(table: Table, names: tuple[str, ...], count: int) -> str:
    # Names of our own tables; every value is a parameter.
    columns = ", ".join(names)
    return f"INSERT INTO {table.name} ({columns}) VALUES {_values(len(names), count)}"  # noqa: S608


@lru_cache(maxsize=64)
def _update(table: Table, names: tuple[str, ...]) -> Any:
    """Return one statement for any number of rows: each column's new values are an array."""
    rows = _columns(table, ("id", *names)).subquery("new")
    return (
        update(table).where(table.c.id == rows.c.id).values({name: rows.c[name] for name in names})
    )


def _columns(table: Table, names: tuple[str, ...]) -> Select[Any]:
    columns = []
    for name in names:
        kind = table.c[name].type
        # An array of arrays would be taken for one of two dimensions.
        is_json = isinstance(kind, JSON)
        array = bindparam(f"b_{name}", type_=postgresql.ARRAY(Text() if is_json else kind))
        column = func.unnest(array)
        columns.append((cast(column, kind) if is_json else column).label(name))
    return select().add_columns(*columns)


def _array(table: Table, name: str, values: Sequence[Any]) -> list[Any]:
    if not isinstance(table.c[name].type, JSON):
        return list(values)
    return [None if value is None else json.dumps(value) for value in values]


@lru_cache(maxsize=512)
def _values(width: int, count: int) -> str:
    row = "(" + ", ".join("?" * width) + ")"
    return ", ".join([row] * count)
