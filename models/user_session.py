"""A signed-in browser."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class UserSession(SQLModel, table=True):
    """Only the SHA-256 of the cookie is stored: a stolen table opens no door."""

    __tablename__ = "user_session"

    token_hash: str = Field(primary_key=True, max_length=64)
    # What lists and handlers call it by; it opens nothing.
    id: str = Field(max_length=40, unique=True, index=True)
    user_id: str = Field(foreign_key="user.id", ondelete="CASCADE", index=True, max_length=40)
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    address: str = Field(default="", max_length=45)
    browser: str = Field(default="", max_length=200)
