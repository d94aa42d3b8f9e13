"""The history of an event's conversion status."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.base import word
from models.words import ConversionStatus, Source


class StatusChange(SQLModel, table=True):
    """One change, by whom and why. Append only."""

    __tablename__ = "status_change"
    __table_args__ = (Index("ix_status_change_event_id", "event_id", "changed_at", "id"),)

    id: str = Field(primary_key=True, max_length=40)
    event_id: str = Field(foreign_key="event.id", ondelete="CASCADE", max_length=40)
    changed_at: datetime
    from_status: ConversionStatus = Field(sa_type=word(ConversionStatus, grows=True))
    to_status: ConversionStatus = Field(sa_type=word(ConversionStatus, grows=True))
    reason: str = Field(default="", max_length=500)
    source: Source = Field(sa_type=word(Source, grows=True))
    actor_name: str = Field(max_length=254)
