"""A lead as the rest of the product sees it, and the one way to read it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, bindparam, select
from sqlmodel import Session

from models import Affiliate, Campaign, Lead
from models.words import LeadSource
from services.contacts import Contact, Mask
from services.delivery.values import SUBS
from services.errors import Conflict, NotFound
from services.identifiers import is_id

LEAD: Table = Lead.__table__  # type: ignore[attr-defined]
CAMPAIGN: Table = Campaign.__table__  # type: ignore[attr-defined]
AFFILIATE: Table = Affiliate.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class LeadRow:
    """One lead; `subs` are sub1 to sub10, `fields` the free-form ones in their order.

    `is_masked` says that there is more of the contact than whoever asked may see.
    """

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
    erased_at: datetime | None
    is_masked: bool = False


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
        erased_at=row.erased_at,
    )


def seen_through(mask: Mask, row: LeadRow) -> LeadRow:
    """Return a lead as some eyes may see it; the name stays, contacts are masked wherever."""
    if not mask.is_on:
        return row
    contact = Contact(row.email, row.phone)
    click_id = row.external_click_id
    return replace(
        row,
        email=mask.email(row.email),
        phone=mask.phone(row.phone),
        external_click_id=None if click_id is None else mask.text(click_id, contact),
        subs=tuple(None if text is None else mask.text(text, contact) for text in row.subs),
        fields=mask.pairs(row.fields, contact),
        is_masked=bool(row.email or row.phone),
    )


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def find_lead(session: Session, lead_id: str, *, within: frozenset[str] | None = None) -> Row[Any]:
    """Return the stored lead, of one of these campaigns where some are given; raise NotFound."""
    row = None
    if is_id(lead_id):
        row = session.connection().execute(_BY_ID, {"b_id": lead_id}).one_or_none()
    if row is None or (within is not None and row.campaign_id not in within):
        raise NotFound("lead", lead_id)
    return row


def refuse_erased(row: Row[Any]) -> None:
    """Raise Conflict for a lead whose person asked to be forgotten."""
    if row.erased_at is not None:
        raise Conflict(
            "This lead was erased, so nothing about the person is kept in it any more. Capture a "
            "new lead if there is a new reason to.",
            code="erased",
        )


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
_BY_ID = SELECT_LEADS.where(LEAD.c.id == bindparam("b_id"))
