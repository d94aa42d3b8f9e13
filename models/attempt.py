"""One HTTP try of a delivery."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import LongText, word
from models.words import AttemptTrigger, FailureKind, Outcome


class Attempt(SQLModel, table=True):
    """Append only. `late` marks a result that came after the worker had lost its claim."""

    __table_args__ = (UniqueConstraint("delivery_id", "number"),)

    id: str = Field(primary_key=True, max_length=40)
    delivery_id: str = Field(foreign_key="delivery.id", ondelete="CASCADE", max_length=40)
    number: int
    trigger: AttemptTrigger = Field(sa_type=word(AttemptTrigger))
    started_at: datetime
    duration_ms: int
    outcome: Outcome = Field(sa_type=word(Outcome))
    status_code: int | None = None
    failure: FailureKind | None = Field(default=None, sa_type=word(FailureKind, grows=True))
    message: str = Field(default="", max_length=500)
    response_headers: list[Any] = Field(default_factory=list, sa_type=JSON)
    response_body: str = Field(default="", sa_type=LongText)
    truncated: bool = False
    late: bool = False
