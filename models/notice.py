"""What an operator should know: one row per kind and subject while it lasts."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, text
from sqlmodel import Field, SQLModel

from models.base import word
from models.words import NoticeKind, NoticeState

_OPEN = "state = 'open'"
_TO_TELL = "tell_at IS NOT NULL"


class Notice(SQLModel, table=True):
    """An operational notice. A storm of one kind and subject is one open row with a count."""

    __table_args__ = (
        Index(
            "uq_notice_open",
            "kind",
            "subject_id",
            unique=True,
            sqlite_where=text(_OPEN),
            postgresql_where=text(_OPEN),
        ),
        Index(
            "ix_notice_tell",
            "tell_at",
            sqlite_where=text(_TO_TELL),
            postgresql_where=text(_TO_TELL),
        ),
        Index("ix_notice_opened_at", "opened_at", "id"),
        Index("ix_notice_state", "state", "opened_at", "id"),
        Index("ix_notice_kind", "kind", "opened_at", "id"),
        Index("ix_notice_subject_id", "subject_id", "opened_at", "id"),
    )

    id: str = Field(primary_key=True, max_length=40)
    kind: NoticeKind = Field(sa_type=word(NoticeKind, grows=True))
    # The postback's id; empty for what concerns the whole installation.
    subject_id: str = Field(default="", max_length=40)
    state: NoticeState = Field(sa_type=word(NoticeState))
    count: int = 1
    # About the latest occurrence: reason, message, delivery_id, event_id, status_code, …
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    opened_at: datetime
    last_at: datetime
    resolved_at: datetime | None = None
    # Set exactly while the channels have something to be told.
    tell_at: datetime | None = None
    told_at: datetime | None = None
    # Whether the last thing that the channels were told is that it is open.
    is_told: bool = False
