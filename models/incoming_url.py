"""An incoming postback URL that was given to a partner."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from models.base import LongText


class IncomingUrl(SQLModel, table=True):
    """One partner's URL: its key, what is fixed for it, and the partner's dialect.

    The key can only record events, so it is kept readable (encrypted) and the URL can be copied
    again; every other key is only known by its hash.
    """

    __tablename__ = "incoming_url"

    id: str = Field(primary_key=True, max_length=40)
    name: str = Field(max_length=100)
    api_key_id: str = Field(
        foreign_key="api_key.id", ondelete="RESTRICT", unique=True, max_length=40
    )
    secret: str = Field(sa_type=LongText)  # Fernet token over the key
    campaign_id: str | None = Field(
        default=None, foreign_key="campaign.id", ondelete="RESTRICT", index=True, max_length=40
    )
    event_type_id: str | None = Field(
        default=None, foreign_key="event_type.id", ondelete="RESTRICT", index=True, max_length=40
    )
    # Our field → the partner's parameter, for those that differ: {"transaction_id": "txid"}.
    parameters: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    # Our field → the partner's word → ours: {"conversion_status": {"2": "approved"}}.
    words: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    # Our field → what the partner's system puts there, for all that stands in his URL.
    placeholders: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    returns: str = Field(default="", max_length=100)
    version: int = 1
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None = None
