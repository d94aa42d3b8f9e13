"""Postbacks whose deliveries fail: since when, and how many."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class PostbackFailure(SQLModel, table=True):
    """One row per postback that has failed since its last success; a success deletes it."""

    __tablename__ = "postback_failure"

    postback_id: str = Field(
        primary_key=True, foreign_key="postback.id", ondelete="CASCADE", max_length=40
    )
    failing_since: datetime
    failures: int
    last_failure: str = Field(default="", max_length=500)
