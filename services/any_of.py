"""A list of texts as one parameter, however long: `IN` would be a new statement for each length."""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Text, TypeDecorator, bindparam
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeEngine


class _Texts(TypeDecorator[Collection[str]]):
    """An array on PostgreSQL, JSON on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type that goes to the database; see SQLAlchemy."""
        kind = postgresql.ARRAY(Text()) if dialect.name == "postgresql" else Text()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Collection[str] | None, dialect: Dialect) -> Any:
        """Return what goes to the database; see SQLAlchemy."""
        texts = list(value or ())
        return texts if dialect.name == "postgresql" else json.dumps(texts)


TEXTS = _Texts()


class _AnyOf(FunctionElement[Any]):
    # Not Boolean: SQLite would get `… = 1`, which no index serves.
    type = NullType()
    inherit_cache = True


def any_of(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Tell whether a column's text is among those of the parameter, which may be none."""
    return _AnyOf(column, bindparam(name, type_=TEXTS))


@compiles(_AnyOf, "sqlite")
def _sqlite_any_of(element: _AnyOf, compiler: SQLCompiler, **given: Any) -> str:
    column, texts = (compiler.process(clause, **given) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({texts}))"  # noqa: S608 - compiled clauses


@compiles(_AnyOf, "postgresql")
def _postgresql_any_of(element: _AnyOf, compiler: SQLCompiler, **given: Any) -> str:
    column, texts = (compiler.process(clause, **given) for clause in element.clauses)
    return f"{column} = ANY({texts})"
