"""A field that an event carries in one campaign."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import word
from models.words import FieldType


class CustomField(SQLModel, table=True):
    """One field of one event in one campaign. Removed ones leave the values on old events."""

    __tablename__ = "custom_field"
    __table_args__ = (UniqueConstraint("campaign_id", "event_type_id", "name"),)

    id: str = Field(primary_key=True, max_length=40)
    campaign_id: str = Field(foreign_key="campaign.id", ondelete="RESTRICT", max_length=40)
    event_type_id: str = Field(
        foreign_key="event_type.id", ondelete="RESTRICT", index=True, max_length=40
    )
    name: str = Field(max_length=64)
    type: FieldType = Field(sa_type=word(FieldType, grows=True))
    required: bool = False
    position: int = 0
    help_text: str = Field(default="", max_length=200)
    example: str = Field(default="", max_length=1000)
    version: int = 1
    created_at: datetime
    updated_at: datetime
