"""The answer to a call with an `Idempotency-Key`, for when the call comes again."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from models.base import LongText


class KeptAnswer(SQLModel, table=True):
    """Written in the unit of work of what the call made: there is none without the other."""

    __tablename__ = "kept_answer"
    # Found by its id alone: a second tree would only cost every event its time.
    __table_args__ = {"sqlite_with_rowid": False}

    # A hash of who called, where, and under which key.
    id: str = Field(primary_key=True, max_length=40)
    # A hash of the body: another one under the same key is a mistake.
    fingerprint: str = Field(max_length=40)
    status: int
    headers: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    body: str = Field(sa_type=LongText)
    kept_at: datetime = Field(index=True)
