"""A Send Test: what was tried, by whom, and how it ended."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.base import word
from models.words import Outcome


class Trial(SQLModel, table=True):
    """Kept apart from attempts, so that a test can never count in a figure."""

    id: str = Field(primary_key=True, max_length=40)
    tried_at: datetime = Field(index=True)
    actor_name: str = Field(max_length=254)
    # Empty for a postback that was tried before it was saved.
    postback_id: str | None = Field(
        default=None, foreign_key="postback.id", ondelete="CASCADE", index=True, max_length=40
    )
    outcome: Outcome = Field(sa_type=word(Outcome))
    status_code: int | None = None
    duration_ms: int
