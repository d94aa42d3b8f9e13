"""A program's key."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from models.base import word
from models.words import KeyScope


class ApiKey(SQLModel, table=True):
    """Only the SHA-256 of the key is stored; the prefix tells keys apart on screen.

    A limit that is missing is none at all. Campaigns and events are kept by their ids, so that no
    rename can widen a limit or break it.
    """

    __tablename__ = "api_key"

    id: str = Field(primary_key=True, max_length=40)
    name: str = Field(max_length=100)
    prefix: str = Field(max_length=16)
    secret_hash: str = Field(max_length=64, unique=True)
    # The secret of before, which works on until then: programs are changed over one by one.
    old_secret_hash: str | None = Field(default=None, max_length=64, index=True, unique=True)
    old_ends_at: datetime | None = None
    scope: KeyScope = Field(sa_type=word(KeyScope))
    campaign_ids: list[Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    event_type_ids: list[Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    # CIDRs from which the key works.
    networks: list[Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    calls_per_minute: int | None = None
    expires_at: datetime | None = None
    created_by: str = Field(default="", max_length=254)
    created_at: datetime
    last_used_at: datetime | None = None
    last_used_address: str = Field(default="", max_length=45)
    revoked_at: datetime | None = None
    version: int = 1
