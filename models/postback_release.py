"""What becomes of the deliveries that a postback held, and how far that is."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.base import word
from models.words import ReleaseChoice


class PostbackRelease(SQLModel, table=True):
    """The last time that a postback was resumed, one row each.

    It stays when all is done: a delivery that was held beside the resumption is still found by it.
    """

    __tablename__ = "postback_release"

    postback_id: str = Field(
        primary_key=True, foreign_key="postback.id", ondelete="CASCADE", max_length=40
    )
    choice: ReleaseChoice = Field(sa_type=word(ReleaseChoice, grows=True))
    # What was made before is cancelled, the rest is sent; empty: all is sent.
    cancel_before: datetime | None = None
    actor_name: str = Field(default="", max_length=254)
    started_at: datetime
    # How many were held when it began.
    total: int
    sent: int = 0
    cancelled: int = 0
    # Set when nothing was held any more, or when the postback was paused again before that.
    finished_at: datetime | None = None
