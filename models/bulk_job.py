"""Work on many rows by one command, of whatever kind: what was asked for, and how far it is."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, text
from sqlmodel import Field, SQLModel

from models.base import LongText, word
from models.words import BulkStatus

_RUNS = "status = 'running'"


class BulkJob(SQLModel):
    """The columns of each kind's table; a kind adds figures of what it has done.

    One row per command; the only record that a process needs to go on after a crash.
    """

    id: str = Field(primary_key=True, max_length=40)
    status: BulkStatus = Field(sa_type=word(BulkStatus, grows=True))
    # The filter with its times fixed: what comes later is not part of it.
    filter: dict[str, Any] = Field(sa_type=JSON)
    # Everything up to here is done with, oldest first.
    cursor: str = Field(default="", sa_type=LongText)
    # Counted before it began; incomplete means at least so many.
    total: int
    total_is_complete: bool
    left_out: int = 0
    actor_id: str = Field(max_length=40)
    actor_name: str = Field(max_length=254)
    created_at: datetime
    ended_at: datetime | None = None


def one_at_a_time(table: str) -> tuple[Index, Index]:
    """Return the indexes of a kind's table: two that run would work on the same row at once."""
    return (
        Index(
            f"ix_{table}_running",
            "status",
            unique=True,
            sqlite_where=text(_RUNS),
            postgresql_where=text(_RUNS),
        ),
        Index(f"ix_{table}_created_at", "created_at"),
    )
