"""How far retention has come in a table that it walks in order."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class RetentionMark(SQLModel, table=True):
    """Everything up to the id `mark` is done with, so that no run begins at the beginning."""

    __tablename__ = "retention_mark"

    name: str = Field(primary_key=True, max_length=40)
    mark: str = Field(max_length=40)
    updated_at: datetime
