"""Who did what, when and from where: append only."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel

from models.base import word
from models.words import ActorKind, AuditAction, AuditSubject


class AuditEntry(SQLModel, table=True):
    """One deed; the database itself refuses to change or remove it.

    `before` and `after` hold only what differs, readable for people and never a secret.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_at", "at", "id"),
        Index("ix_audit_entry_actor_id", "actor_id", "at", "id"),
        Index("ix_audit_entry_action", "action", "at", "id"),
        Index("ix_audit_entry_subject", "subject", "at", "id"),
        Index("ix_audit_entry_subject_key", "subject_key", "at", "id"),
    )

    id: str = Field(primary_key=True, max_length=40)
    at: datetime
    actor_kind: ActorKind = Field(sa_type=word(ActorKind, grows=True))
    actor_id: str = Field(max_length=40)
    actor_name: str = Field(max_length=254)
    address: str = Field(default="", max_length=45)
    action: AuditAction = Field(sa_type=word(AuditAction, grows=True))
    subject: AuditSubject = Field(sa_type=word(AuditSubject, grows=True))
    # What people and addresses call it: an event's name, a campaign's key, else an id.
    subject_key: str = Field(max_length=254)
    subject_name: str = Field(default="", max_length=254)
    before: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    after: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
