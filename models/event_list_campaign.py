"""Which campaigns use a list."""

from sqlmodel import Field, SQLModel


class EventListCampaign(SQLModel, table=True):
    """One list in one campaign."""

    __tablename__ = "event_list_campaign"

    event_list_id: str = Field(
        primary_key=True, foreign_key="event_list.id", ondelete="CASCADE", max_length=40
    )
    campaign_id: str = Field(
        primary_key=True, foreign_key="campaign.id", ondelete="RESTRICT", index=True, max_length=40
    )
