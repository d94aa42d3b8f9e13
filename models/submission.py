"""An incoming call and its verdict: the incoming log."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, text
from sqlmodel import Field, SQLModel

from models.base import LongText, word
from models.words import Handling, Source, Verdict

_BY_URL = "source = 'incoming'"
_REFUSED = "event_id IS NULL AND lead_id IS NOT NULL"
_WAITS = "handling = 'open'"
_HANDLED = "handling IS NOT NULL"


class Submission(SQLModel, table=True):
    """Every call with a good key, refused ones included.

    What was called, decided and answered never changes, save that retention empties what came in.
    What became of a refused call later stands in `handling` and the columns below it.
    """

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
        Index("ix_submission_transaction_id", "transaction_id", "received_at", "id"),
        # Which calls wait for the lead that has just arrived.
        Index(
            "ix_submission_waits",
            "transaction_id",
            sqlite_where=text(_WAITS),
            postgresql_where=text(_WAITS),
        ),
        # The inbox, and what a worker has to match or to end.
        Index(
            "ix_submission_handling",
            "handling",
            "received_at",
            "id",
            sqlite_where=text(_HANDLED),
            postgresql_where=text(_HANDLED),
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
    # Of a refused call the rest of a long body, so that it can be tried again as it came.
    body_rest: str | None = Field(default=None, sa_type=LongText)
    # How the body is to be read: method, content type, and how much of it was the query.
    request: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    emptied_at: datetime | None = None
    address: str = Field(default="", max_length=45)
    campaign: str | None = Field(default=None, max_length=64)
    is_test: bool = False
    answer_status: int
    # Of the answer what the row does not say otherwise.
    deliveries: int | None = None
    answer_more: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))

    handling: Handling | None = Field(default=None, sa_type=word(Handling, grows=True))
    handled_at: datetime | None = None
    handled_by: str = Field(default="", max_length=254)
    handled_note: str = Field(default="", max_length=500)
    # What was decided when the call was tried again.
    tried_verdict: Verdict | None = Field(default=None, sa_type=word(Verdict, grows=True))
    tried_reason: str = Field(default="", max_length=500)
    tried_errors: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
