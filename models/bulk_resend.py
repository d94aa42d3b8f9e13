"""Many deliveries sent again by one command: what was asked for, and how far it is."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, text
from sqlmodel import Field, SQLModel

from models.base import LongText, word
from models.words import BulkResendStatus

_RUNS = "status = 'running'"


class BulkResend(SQLModel, table=True):
    """One row per command; the only record that a process needs to go on after a crash."""

    __tablename__ = "bulk_resend"
    __table_args__ = (
        # One at a time: two would resend the same delivery twice.
        Index(
            "ix_bulk_resend_running",
            "status",
            unique=True,
            sqlite_where=text(_RUNS),
            postgresql_where=text(_RUNS),
        ),
        Index("ix_bulk_resend_created_at", "created_at"),
    )

    id: str = Field(primary_key=True, max_length=40)
    status: BulkResendStatus = Field(sa_type=word(BulkResendStatus, grows=True))
    # The filter with its times fixed: what fails later is not part of it.
    filter: dict[str, Any] = Field(sa_type=JSON)
    # Everything up to here is done with, oldest first.
    cursor: str = Field(default="", sa_type=LongText)
    # Counted before it began; incomplete means at least so many.
    total: int
    total_is_complete: bool
    resent: int = 0
    left_out: int = 0
    actor_id: str = Field(max_length=40)
    actor_name: str = Field(max_length=254)
    created_at: datetime
    ended_at: datetime | None = None
