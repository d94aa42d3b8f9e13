"""An erasure that is not over: the record by which it goes on after a crash."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class Erasure(SQLModel, table=True):
    """One lead of which traces may be left. Its row goes when none can be written any more."""

    lead_id: str = Field(primary_key=True, foreign_key="lead.id", ondelete="CASCADE", max_length=40)
    asked_at: datetime
