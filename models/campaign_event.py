"""What a campaign says otherwise about one event."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import word
from models.words import DedupeMode


class CampaignEvent(SQLModel, table=True):
    """One event in one campaign, where it differs; every null is inherited.

    `enabled`: true assigns the event to the campaign, false switches it off there.
    """

    __tablename__ = "campaign_event"
    __table_args__ = (UniqueConstraint("campaign_id", "event_type_id"),)

    id: str = Field(primary_key=True, max_length=40)
    campaign_id: str = Field(foreign_key="campaign.id", ondelete="RESTRICT", max_length=40)
    event_type_id: str = Field(
        foreign_key="event_type.id", ondelete="RESTRICT", index=True, max_length=40
    )
    enabled: bool | None = None
    is_conversion: bool | None = None
    is_affiliate_conversion: bool | None = None
    dedupe: DedupeMode | None = Field(default=None, sa_type=word(DedupeMode, grows=True))
    dedupe_window_minutes: int | None = None
    version: int = 1
    created_at: datetime
    updated_at: datetime
