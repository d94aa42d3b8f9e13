"""What every table shares: constraint names, word columns and sortable text."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Enum, MetaData, String, Text
from sqlmodel import SQLModel

# One naming convention, so that a migration can name every constraint on both databases.
SQLModel.metadata.naming_convention = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
).naming_convention


def word(words: type[StrEnum], *, grows: bool = False) -> Any:
    """Return the column type of an enum: its value as text, with a check in the database.

    A list that grows with the product goes without the check: on SQLite a new word would
    otherwise mean copying the whole table.
    """
    return Enum(
        words,
        native_enum=False,
        create_constraint=not grows,
        length=32,
        name=words.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


def sortable(length: int) -> Any:
    """Return a text type that compares by code point on both databases, for prefix search."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


LongText: Any = Text
