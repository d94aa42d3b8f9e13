"""The template of an outbound call."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, false
from sqlmodel import Field, SQLModel

from models.base import LongText, word
from models.words import Method, PauseReason, PostbackLevel, RetryPreset


class Postback(SQLModel, table=True):
    """One URL template that fires when its event does and every filter that is set matches.

    Level event: belongs to `event_type_id`. Level campaign: to `campaign_id`, for all its events.
    Level affiliate: to `affiliate_id`, for the Affiliate Conversion Events of its leads.
    """

    id: str = Field(primary_key=True, max_length=40)
    level: PostbackLevel = Field(default=PostbackLevel.EVENT, sa_type=word(PostbackLevel))
    event_type_id: str | None = Field(
        default=None, foreign_key="event_type.id", ondelete="RESTRICT", index=True, max_length=40
    )
    campaign_id: str | None = Field(
        default=None, foreign_key="campaign.id", ondelete="RESTRICT", index=True, max_length=40
    )
    affiliate_id: str | None = Field(
        default=None, foreign_key="affiliate.id", ondelete="RESTRICT", index=True, max_length=40
    )
    # Empty: fires when the event is recorded. Else: fires each time that the event's conversion
    # status becomes one of these, and not before.
    on_conversion_status: list[Any] = Field(
        default_factory=list, sa_type=JSON, sa_column_kwargs={"server_default": "[]"}
    )
    method: Method = Field(default=Method.GET, sa_type=word(Method))
    url: str = Field(sa_type=LongText)
    body: str | None = Field(default=None, sa_type=LongText)
    content_type: str = Field(default="application/json", max_length=200)
    headers: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    # Fernet token over a JSON object name → value; used in headers as {secret:name}.
    secrets: str | None = Field(default=None, sa_type=LongText)
    # Fernet token over {"since": time, "secrets": [{"secret", "made_at", "expires_at"}, …]}, the
    # present one first; empty: not signed.
    signing_secrets: str | None = Field(default=None, sa_type=LongText)
    retry_preset: RetryPreset = Field(
        default=RetryPreset.STANDARD,
        sa_type=word(RetryPreset, grows=True),
        sa_column_kwargs={"server_default": "standard"},
    )
    # Seconds before each try, the first included; used with the preset `custom`.
    retry_waits: list[Any] = Field(
        default_factory=list, sa_type=JSON, sa_column_kwargs={"server_default": "[]"}
    )
    # {"kind": "contains" | "matches" | "json", "value": text, "path": text}; empty: 2xx is enough.
    success_rule: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    # For partners that pay twice on a repeat: an unclear result is not sent again.
    at_most_once: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    enabled: bool = True
    # Paused: deliveries are held, not lost. Switched off: they are never made.
    paused_at: datetime | None = None
    pause_reason: PauseReason | None = Field(default=None, sa_type=word(PauseReason, grows=True))
    version: int = 1
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None = None
