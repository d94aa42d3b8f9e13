"""A program's key."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.base import word
from models.words import KeyScope


class ApiKey(SQLModel, table=True):
    """Only the SHA-256 of the key is stored; the prefix tells keys apart on screen."""

    __tablename__ = "api_key"

    id: str = Field(primary_key=True, max_length=40)
    name: str = Field(max_length=100)
    prefix: str = Field(max_length=16)
    secret_hash: str = Field(max_length=64, unique=True)
    scope: KeyScope = Field(sa_type=word(KeyScope))
    created_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
