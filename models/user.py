"""A person who signs in."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from models.base import word
from models.words import Role


class User(SQLModel, table=True):
    """One person; the e-mail is stored in lower case."""

    id: str = Field(primary_key=True, max_length=40)
    email: str = Field(max_length=254, unique=True)
    password_hash: str = Field(max_length=255)
    role: Role = Field(sa_type=word(Role))
    created_at: datetime
    last_signed_in_at: datetime | None = None
    disabled_at: datetime | None = None
    # Encrypted; with it, a sign-in asks for a code as well.
    totp_secret: str | None = Field(default=None, max_length=255)
    # The step of the last code that was used: none works twice.
    totp_step: int = 0
    recovery_hashes: list[Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
