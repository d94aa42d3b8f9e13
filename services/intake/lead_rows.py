"""A lead as the rest of the product sees it, and the one way to read it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, select

from models import Affiliate, Campaign, Lead
from models.words import LeadSource
from services.delivery.values import SUBS

LEAD: Table = Lead.__table__  # type: ignore[attr-defined]
CAMPAIGN: Table = Campaign.__table__  # type: ignore[attr-defined]
AFFILIATE: Table = Affiliate.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class LeadRow:
    """One lead; `subs` are sub1 to sub10, `fields` the free-form ones in their order."""

    id: str
    campaign: str
    campaign_name: str
    affiliate: str | None
    affiliate_name: str | None
    transaction_id: str
    external_click_id: str | None
    email: str | None
    phone: str | None
    first_name: str | None
    last_name: str | None
    full_name: str
    subs: tuple[str | None, ...]
    fields: tuple[tuple[str, str], ...]
    source: LeadSource
    submitted_at: datetime
    created_at: datetime
    version: int


def lead_row(row: Row[Any]) -> LeadRow:
    """Return the row of a lead that `SELECT_LEADS` found."""
    return LeadRow(
        id=row.id,
        campaign=row.campaign_key,
        campaign_name=row.campaign_name,
        affiliate=row.affiliate_key,
        affiliate_name=row.affiliate_name,
        transaction_id=row.transaction_id,
        external_click_id=row.external_click_id,
        email=row.email,
        phone=row.phone,
        first_name=row.first_name,
        last_name=row.last_name,
        full_name=" ".join(part for part in (row.first_name, row.last_name) if part),
        subs=tuple(getattr(row, name) for name in SUBS),
        fields=tuple((name, _text(value)) for name, value in row.fields.items()),
        source=row.source,
        submitted_at=row.submitted_at,
        created_at=row.created_at,
        version=row.version,
    )


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


SELECT_LEADS = (
    select(
        LEAD,
        CAMPAIGN.c.key.label("campaign_key"),
        CAMPAIGN.c.name.label("campaign_name"),
        AFFILIATE.c.key.label("affiliate_key"),
        AFFILIATE.c.name.label("affiliate_name"),
    )
    .join_from(LEAD, CAMPAIGN, LEAD.c.campaign_id == CAMPAIGN.c.id)
    .outerjoin(AFFILIATE, LEAD.c.affiliate_id == AFFILIATE.c.id)
)
