"""The history of an event's conversion status."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from models.base import word
from models.words import ConversionStatus, Source

_IMPORTED = "import_id IS NOT NULL"


class StatusChange(SQLModel, table=True):
    """One change, by whom and why. Append only."""

    __tablename__ = "status_change"
    __table_args__ = (
        Index("ix_status_change_event_id", "event_id", "changed_at", "id"),
        Index(
            "ix_status_change_import_id",
            "import_id",
            sqlite_where=text(_IMPORTED),
            postgresql_where=text(_IMPORTED),
        ),
    )

    id: str = Field(primary_key=True, max_length=40)
    event_id: str = Field(foreign_key="event.id", ondelete="CASCADE", max_length=40)
    changed_at: datetime
    from_status: ConversionStatus = Field(sa_type=word(ConversionStatus, grows=True))
    to_status: ConversionStatus = Field(sa_type=word(ConversionStatus, grows=True))
    reason: str = Field(default="", max_length=500)
    source: Source = Field(sa_type=word(Source, grows=True))
    actor_name: str = Field(max_length=254)
    # The import that brought it; see `models.event`.
    import_id: str | None = Field(default=None, max_length=40)
