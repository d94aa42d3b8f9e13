"""What is left of a key's calls, where several processes share them."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class KeyAllowance(SQLModel, table=True):
    """The calls that a key has left at a moment; it may owe some that were made meanwhile."""

    __tablename__ = "key_allowance"

    id: str = Field(primary_key=True, foreign_key="api_key.id", ondelete="CASCADE", max_length=40)
    calls_left: float
    counted_at: datetime
