"""Calls with a key that is not good, counted: one row for each address, way in and hour."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.base import word
from models.words import CallWay


class BadKeyCall(SQLModel, table=True):
    """How often an address called in one hour, and what its last key began with.

    Counted and never listed, so that a flood of such calls costs a few rows.
    """

    __tablename__ = "bad_key_call"

    hour: datetime = Field(primary_key=True)
    # Empty for all that came after the addresses of the hour were too many.
    address: str = Field(primary_key=True, max_length=45)
    way: CallWay = Field(primary_key=True, sa_type=word(CallWay, grows=True))
    calls: int
    hint: str = Field(default="", max_length=16)
    last_at: datetime
