"""Looks at the plans of the statements that a test really sent: none may read or sort a table."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, event

from services.engines import plain_engine
from services.settings import Settings

BIG = ("event", "delivery", "submission", "lead", "attempt", "audit_entry")
# What waits and what is held: these indexes hold nothing else, and may be walked as a whole.
PARTIAL = ("ix_delivery_lane", "ix_delivery_held")
# What one page may read of a big table: a few windows, never the table.
BOUND = 3_000

_READS = ("SELECT", "WITH")
_WRITES = ("UPDATE", "DELETE")


@dataclass
class Statements:
    """The statements that a test sent, with their parameters."""

    sent: list[tuple[str, Any]] = field(default_factory=list)


@contextmanager
def noted(engine: Engine) -> Iterator[Statements]:
    """Note what is sent through an engine meanwhile."""
    statements = Statements()

    def _note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        statements.sent.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", _note)
    yield statements
    event.remove(engine, "before_cursor_execute", _note)


def check(
    settings: Settings,
    statements: Statements,
    wanted: object,
    *,
    bound: int = BOUND,
    only_partial: bool = False,
    writes: bool = False,
) -> None:
    """Fail for a statement that reads or sorts a table, or reads more than `bound` rows of one.

    With `only_partial` no index of all rows may be walked from its beginning either; with `writes`
    what changes and removes rows is looked at as well (and undone).
    """
    sent, statements.sent = statements.sent, []
    assert sent
    engine = plain_engine(settings)
    with engine.connect() as connection:
        for statement, parameters in sent:
            if not statement.startswith(_WRITES + _READS if writes else _READS):
                continue
            if settings.is_sqlite:
                problem = _sqlite_problem(connection, statement, parameters, only_partial)
            else:
                problem = _postgres_problem(connection, statement, parameters, bound)
            assert not problem, f"{wanted}: {problem}\n{statement}\n{parameters}"
    engine.dispose()


def used_indexes(settings: Settings, statements: Statements) -> set[str]:
    """Return the indexes of `delivery` that SQLite uses for what was sent."""
    engine = plain_engine(settings)
    with engine.connect() as connection:
        steps = [
            row[3].split()
            for statement, parameters in statements.sent
            if statement.startswith(_READS)
            for row in connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, parameters)
        ]
    engine.dispose()
    found = [words for words in steps if words[1:2] == ["delivery"]]
    return {words[words.index("INDEX") + 1] if "INDEX" in words else "" for words in found}


def _sqlite_problem(
    connection: Connection, statement: str, parameters: Any, only_partial: bool
) -> str:
    plan = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, parameters).all()
    parents = {row[0]: row[1] for row in plan}
    touched = {row[1] for row in plan if row[3].split()[1:2] and row[3].split()[1] in BIG}
    for identity, parent, _, step in plan:
        words = step.split()
        is_walked = words[0] == "SCAN" and words[1] in BIG
        if is_walked and ("INDEX" not in words or (only_partial and words[-1] not in PARTIAL)):
            return step
        # A sort is fine above a window, which is small, and wrong beside a table.
        if "TEMP B-TREE FOR ORDER BY" in step and parent in touched:
            return f"{step} in {parents[identity]}"
    return ""


def _postgres_problem(connection: Connection, statement: str, parameters: Any, bound: int) -> str:
    explained = connection.exec_driver_sql(
        "EXPLAIN (ANALYZE, FORMAT JSON) " + statement, parameters
    ).scalar_one()
    plan = explained if isinstance(explained, list) else json.loads(explained)
    for node in _nodes(plan[0]["Plan"]):
        rows = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        if node.get("Relation Name") in BIG and rows > bound:
            return f"{node['Node Type']} of {rows} rows"
    return ""


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)
