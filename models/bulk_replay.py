"""Many refused calls tried again by one command: what was asked for, and how far it is."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, text
from sqlmodel import Field, SQLModel

from models.base import LongText, word
from models.words import BulkReplayStatus

_RUNS = "status = 'running'"


class BulkReplay(SQLModel, table=True):
    """One row per command; the only record that a process needs to go on after a crash."""

    __tablename__ = "bulk_replay"
    __table_args__ = (
        # One at a time: two would try the same call at once.
        Index(
            "ix_bulk_replay_running",
            "status",
            unique=True,
            sqlite_where=text(_RUNS),
            postgresql_where=text(_RUNS),
        ),
        Index("ix_bulk_replay_created_at", "created_at"),
    )

    id: str = Field(primary_key=True, max_length=40)
    status: BulkReplayStatus = Field(sa_type=word(BulkReplayStatus, grows=True))
    # The filter with its times fixed: what comes later is not part of it.
    filter: dict[str, Any] = Field(sa_type=JSON)
    # Everything up to here is done with, oldest first.
    cursor: str = Field(default="", sa_type=LongText)
    # Counted before it began; incomplete means at least so many.
    total: int
    total_is_complete: bool
    recorded: int = 0
    duplicates: int = 0
    refused: int = 0
    left_out: int = 0
    actor_id: str = Field(max_length=40)
    actor_name: str = Field(max_length=254)
    created_at: datetime
    ended_at: datetime | None = None
