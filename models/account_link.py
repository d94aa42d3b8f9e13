"""A link that lets a person choose a password: an invitation, or a reset."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.base import word
from models.words import LinkKind, Role


class AccountLink(SQLModel, table=True):
    """Good once. Only the SHA-256 of its token is stored; `role` is what an invitation gives."""

    __tablename__ = "account_link"

    token_hash: str = Field(primary_key=True, max_length=64)
    kind: LinkKind = Field(sa_type=word(LinkKind, grows=True))
    email: str = Field(max_length=254, index=True)
    role: Role | None = Field(default=None, sa_type=word(Role, grows=True))
    made_by: str = Field(max_length=254)
    created_at: datetime
    expires_at: datetime
