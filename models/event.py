"""One firing of an event for one lead."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, text
from sqlmodel import Field, SQLModel

from models.base import LongText, sortable, word
from models.words import ConversionStatus, DeliveryStatus, Source

_HAS_AFFILIATE = "affiliate_id IS NOT NULL"
_IMPORTED = "import_id IS NOT NULL"


class Event(SQLModel, table=True):
    """A fact: nothing but its two statuses ever changes.

    Names, flags and amounts are frozen here when it fires, so that a later edit of a definition
    changes no report. `amount_micros` is for sums, `amount_text` is the amount as received.
    """

    __table_args__ = (
        Index("ix_event_received_at", "received_at", "id"),
        Index("ix_event_occurred_at", "occurred_at", "id"),
        Index("ix_event_event_type_id_received_at", "event_type_id", "received_at", "id"),
        Index("ix_event_campaign_id_received_at", "campaign_id", "received_at", "id"),
        Index(
            "ix_event_affiliate_id_received_at",
            "affiliate_id",
            "received_at",
            "id",
            sqlite_where=text(_HAS_AFFILIATE),
            postgresql_where=text(_HAS_AFFILIATE),
        ),
        Index("ix_event_lead_id_received_at", "lead_id", "received_at", "id"),
        Index("ix_event_delivery_status_received_at", "delivery_status", "received_at", "id"),
        Index("ix_event_response_code_received_at", "response_code", "received_at", "id"),
        Index("ix_event_transaction_id", "transaction_id", "received_at", "id"),
        Index(
            "ix_event_import_id",
            "import_id",
            sqlite_where=text(_IMPORTED),
            postgresql_where=text(_IMPORTED),
        ),
    )

    id: str = Field(primary_key=True, max_length=40)
    event_type_id: str = Field(foreign_key="event_type.id", ondelete="RESTRICT", max_length=40)
    event_name: str = Field(max_length=64)
    lead_id: str = Field(foreign_key="lead.id", ondelete="RESTRICT", max_length=40)
    campaign_id: str = Field(foreign_key="campaign.id", ondelete="RESTRICT", max_length=40)
    # The lead's affiliate at that moment.
    affiliate_id: str | None = Field(
        default=None, foreign_key="affiliate.id", ondelete="RESTRICT", max_length=40
    )
    transaction_id: str = Field(sa_type=sortable(255))
    occurred_at: datetime
    received_at: datetime
    source: Source = Field(sa_type=word(Source))
    actor_name: str = Field(max_length=254)
    amount_micros: int | None = Field(default=None, sa_type=BigInteger)
    amount_text: str | None = Field(default=None, max_length=20)
    currency: str | None = Field(default=None, max_length=3)
    order_id: str | None = Field(default=None, max_length=255)
    conversion_status: ConversionStatus = Field(sa_type=word(ConversionStatus))
    is_conversion: bool
    is_affiliate_conversion: bool
    is_test: bool = False
    # Custom field → text, or {"number": digits as received}; see `services.field_values`.
    fields: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    payload: str = Field(default="{}", sa_type=LongText)
    # Filled when a repeat is the same fact; the unique index decides races.
    dedupe_key: str | None = Field(default=None, max_length=400, unique=True)
    delivery_status: DeliveryStatus = Field(sa_type=word(DeliveryStatus))
    response_code: int | None = None
    deliveries: int = 0
    # The import that brought it. No foreign key: SQLite could not add one in place.
    import_id: str | None = Field(default=None, max_length=40)
