"""Where notices go: a URL or an e-mail address."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from models.base import LongText, word
from models.words import ChannelKind


class NoticeChannel(SQLModel, table=True):
    """One channel, the kinds it wants, and how its last sends went."""

    __tablename__ = "notice_channel"

    id: str = Field(primary_key=True, max_length=40)
    name: str = Field(max_length=100)
    kind: ChannelKind = Field(sa_type=word(ChannelKind))
    # The URL or the e-mail address.
    target: str = Field(sa_type=LongText)
    # Words of NoticeKind.
    kinds: list[Any] = Field(default_factory=list, sa_type=JSON)
    # Fernet token over the signing secret of a URL; empty for e-mail.
    secret: str | None = Field(default=None, sa_type=LongText)
    enabled: bool = True
    # Not called before: its lease while it is called, its rest after a failure or an e-mail.
    next_at: datetime | None = None
    claim_token: str | None = Field(default=None, max_length=32)
    last_sent_at: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    last_error: str = Field(default="", max_length=500)
    tested_at: datetime | None = None
    version: int = 1
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None = None
