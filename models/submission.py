"""An incoming call and its verdict: the incoming log."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, text
from sqlmodel import Field, SQLModel

from models.base import LongText, word
from models.words import Source, Verdict

_BY_URL = "source = 'incoming'"
_REFUSED = "event_id IS NULL AND lead_id IS NOT NULL"


class Submission(SQLModel, table=True):
    """Every call with a good key, refused ones included. Append only."""

    __table_args__ = (
        Index("ix_submission_received_at", "received_at", "id"),
        Index("ix_submission_verdict_received_at", "verdict", "received_at", "id"),
        # The last calls of one incoming URL, by its key.
        Index(
            "ix_submission_actor_id_received_at",
            "actor_id",
            "received_at",
            "id",
            sqlite_where=text(_BY_URL),
            postgresql_where=text(_BY_URL),
        ),
        # The refused calls about one lead; the others are found by their event.
        Index(
            "ix_submission_lead_id",
            "lead_id",
            sqlite_where=text(_REFUSED),
            postgresql_where=text(_REFUSED),
        ),
    )

    id: str = Field(primary_key=True, max_length=40)
    received_at: datetime
    source: Source = Field(sa_type=word(Source))
    verdict: Verdict = Field(sa_type=word(Verdict, grows=True))
    reason: str = Field(default="", max_length=500)
    errors: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    actor_id: str = Field(max_length=40)
    actor_name: str = Field(max_length=254)
    event_name: str | None = Field(default=None, max_length=255)
    transaction_id: str | None = Field(default=None, max_length=255)
    lead_id: str | None = Field(default=None, max_length=40)
    # The event recorded, or for a duplicate the first one.
    event_id: str | None = Field(default=None, max_length=40, index=True)
    body: str = Field(default="", sa_type=LongText)
    body_truncated: bool = False
    answer_status: int
