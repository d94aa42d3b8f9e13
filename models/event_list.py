"""Events under one name, given to many campaigns at once."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class EventList(SQLModel, table=True):
    """One row per list. An archived one gives its events to nobody."""

    __tablename__ = "event_list"

    id: str = Field(primary_key=True, max_length=40)
    name: str = Field(max_length=120, unique=True)
    version: int = 1
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None = None
