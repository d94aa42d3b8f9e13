"""The record in whose life events happen."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.base import sortable, word
from models.words import LeadSource

_HAS_AFFILIATE = "affiliate_id IS NOT NULL"
_IMPORTED = "import_id IS NOT NULL"
_HAS_CLICK_ID = "external_click_id IS NOT NULL"


class Lead(SQLModel, table=True):
    """One captured lead; its transaction id is unique within its campaign."""

    __table_args__ = (
        UniqueConstraint("campaign_id", "transaction_id"),
        Index("ix_lead_transaction_id", "transaction_id"),
        Index("ix_lead_created_at", "created_at", "id"),
        Index("ix_lead_campaign_id_created_at", "campaign_id", "created_at", "id"),
        Index("ix_lead_submitted_at", "submitted_at", "id"),
        Index(
            "ix_lead_affiliate_id_created_at",
            "affiliate_id",
            "created_at",
            "id",
            sqlite_where=text(_HAS_AFFILIATE),
            postgresql_where=text(_HAS_AFFILIATE),
        ),
        Index(
            "ix_lead_import_id",
            "import_id",
            sqlite_where=text(_IMPORTED),
            postgresql_where=text(_IMPORTED),
        ),
        # Whose lead an unmatched call may mean.
        Index(
            "ix_lead_external_click_id",
            "external_click_id",
            sqlite_where=text(_HAS_CLICK_ID),
            postgresql_where=text(_HAS_CLICK_ID),
        ),
        Index("ix_lead_search_email", "search_email"),
        Index("ix_lead_search_phone", "search_phone"),
        Index("ix_lead_search_name", "search_name"),
    )

    id: str = Field(primary_key=True, max_length=40)
    campaign_id: str = Field(foreign_key="campaign.id", ondelete="RESTRICT", max_length=40)
    transaction_id: str = Field(sa_type=sortable(255))
    affiliate_id: str | None = Field(
        default=None, foreign_key="affiliate.id", ondelete="RESTRICT", max_length=40
    )
    external_click_id: str | None = Field(default=None, max_length=255)
    email: str | None = Field(default=None, max_length=254)
    phone: str | None = Field(default=None, max_length=40)
    first_name: str | None = Field(default=None, max_length=100)
    last_name: str | None = Field(default=None, max_length=100)
    sub1: str | None = Field(default=None, max_length=255)
    sub2: str | None = Field(default=None, max_length=255)
    sub3: str | None = Field(default=None, max_length=255)
    sub4: str | None = Field(default=None, max_length=255)
    sub5: str | None = Field(default=None, max_length=255)
    sub6: str | None = Field(default=None, max_length=255)
    sub7: str | None = Field(default=None, max_length=255)
    sub8: str | None = Field(default=None, max_length=255)
    sub9: str | None = Field(default=None, max_length=255)
    sub10: str | None = Field(default=None, max_length=255)
    fields: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    # Lower case, digits only, and "first last" in lower case: what a prefix search compares.
    search_email: str | None = Field(default=None, sa_type=sortable(254))
    search_phone: str | None = Field(default=None, sa_type=sortable(40))
    search_name: str | None = Field(default=None, sa_type=sortable(201))
    source: LeadSource = Field(sa_type=word(LeadSource))
    submitted_at: datetime
    created_at: datetime
    updated_at: datetime
    # When the person behind it was erased; ids, times and the campaign stay.
    erased_at: datetime | None = None
    version: int = 1
    # The import that brought it; see `models.event`.
    import_id: str | None = Field(default=None, max_length=40)
