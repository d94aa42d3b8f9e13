"""A process that sends postbacks, and when it was last seen."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class Worker(SQLModel, table=True):
    """One row per living worker; `seen_at` is when its drain loop last finished."""

    id: str = Field(primary_key=True, max_length=40)
    started_at: datetime
    seen_at: datetime = Field(index=True)
