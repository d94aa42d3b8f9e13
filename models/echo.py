"""The built-in test receiver: its names, and what each of them got."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel

from models.base import LongText


class EchoName(SQLModel, table=True):
    """A name that `/echo/{name}` answers to."""

    __tablename__ = "echo_name"

    name: str = Field(primary_key=True, max_length=64)
    created_at: datetime


class EchoCall(SQLModel, table=True):
    """One call that the test receiver got, at most 16 KiB of its body."""

    __tablename__ = "echo_call"
    __table_args__ = (Index("ix_echo_call_name", "name", "id"),)

    id: str = Field(primary_key=True, max_length=40)
    name: str = Field(foreign_key="echo_name.name", ondelete="CASCADE", max_length=64)
    received_at: datetime
    method: str = Field(max_length=16)
    target: str = Field(sa_type=LongText)
    headers: list[Any] = Field(default_factory=list, sa_type=JSON)
    body: str = Field(default="", sa_type=LongText)
    truncated: bool = False
    answered: int
