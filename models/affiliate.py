"""A traffic source that brings leads."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class Affiliate(SQLModel, table=True):
    """One row per affiliate; `key` is its name in API calls and never changes."""

    id: str = Field(primary_key=True, max_length=40)
    key: str = Field(max_length=64, unique=True)
    name: str = Field(max_length=120)
    version: int = 1
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None = None
