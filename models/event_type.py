"""The definition of an event that a team can fire."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.base import word
from models.words import DedupeMode


class EventType(SQLModel, table=True):
    """One row per definition; screens call it an event."""

    __tablename__ = "event_type"

    id: str = Field(primary_key=True, max_length=40)
    name: str = Field(max_length=64, unique=True)
    description: str = Field(default="", max_length=500)
    is_conversion: bool = False
    is_affiliate_conversion: bool = False
    dedupe: DedupeMode = Field(
        default=DedupeMode.ONCE_PER_LEAD, sa_type=word(DedupeMode, grows=True)
    )
    dedupe_window_minutes: int | None = None  # set exactly when `dedupe` is window
    available_everywhere: bool = True
    version: int = 1
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None = None
