"""Counts what goes to the database while a block runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.event import listen, remove


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """Collect the statements of every engine, once per row where rows go one by one.

    Open pages are told of changes by a thread of its own, at any moment: that is left out.
    """
    statements: list[str] = []

    def count(*call: Any) -> None:
        _, _, statement, parameters, _, is_many = call
        if "change_counter" not in statement:
            statements.extend([statement] * (len(parameters) if is_many else 1))

    listen(Engine, "before_cursor_execute", count)
    try:
        yield statements
    finally:
        remove(Engine, "before_cursor_execute", count)
