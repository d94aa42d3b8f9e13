"""Leads: capture, find, change."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, update
from sqlmodel import Session

from models.words import LeadSource
from services import database
from services.actor import Actor, Right
from services.bulk import insert_new
from services.catalog import cache
from services.catalog.cache import Definitions
from services.catalog.rows import AffiliateRow, CampaignRow
from services.clock import Clock, utc_now
from services.contacts import mask_for
from services.delivery.values import SUBS
from services.errors import InvalidInput, StaleVersion
from services.identifiers import new_id
from services.intake.lead_audit import note_changed, note_created, note_revealed
from services.intake.lead_input import (
    MAX_FIELDS,
    TOO_MANY_FIELDS,
    LeadChanges,
    LeadInput,
    search_columns,
)
from services.intake.lead_masks import without_masks
from services.intake.lead_rows import (
    LEAD,
    SELECT_LEADS,
    LeadRow,
    find_lead,
    lead_row,
    refuse_erased,
    seen_through,
)
from services.intake.lead_search import NO_AFFILIATE, LeadFilter, find_page
from services.intake.waiting_calls import Arrival, leads_arrived
from services.paging import Page, PageRequest
from services.validation import validate

__all__ = [
    "NO_AFFILIATE",
    "CreatedLead",
    "LeadRow",
    "create",
    "get",
    "list_page",
    "reveal",
    "update_details",
]

_DETAILS = ("external_click_id", "email", "phone", "first_name", "last_name", *SUBS, "fields")


@dataclass(frozen=True, slots=True)
class CreatedLead:
    """The lead behind a capture; when it was there before, `differs` names what was given anew."""

    lead: LeadRow
    is_new: bool
    differs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CapturedLead:
    """What became of a capture within its unit of work; see `CreatedLead`."""

    lead_id: str
    is_new: bool
    differs: tuple[str, ...]


async def create(
    actor: Actor,
    data: Mapping[str, object],
    *,
    source: LeadSource = LeadSource.API,
    clock: Clock = utc_now,
) -> CreatedLead:
    """Capture a lead. The same transaction id again in the campaign gives the first lead back.

    Calls that waited for a new one are matched with it by a worker, soon.

    Raises InvalidInput for wrong fields, an unknown or archived campaign or affiliate included.
    """
    actor.require(Right.CAPTURE_LEADS, limited=True)
    return await database.write(_create_seen, actor, validate(LeadInput, data), source, clock())


async def get(actor: Actor, lead_id: str) -> LeadRow:
    """Return one lead as the actor may see it; raise NotFound."""
    actor.require(Right.READ, limited=True)
    row = await database.read(_get, lead_id, within=actor.campaigns)
    return seen_through(mask_for(actor), row)


async def reveal(actor: Actor, lead_id: str, *, clock: Clock = utc_now) -> LeadRow:
    """Return one lead with its contact, which the audit knows before anybody sees it.

    Raises NotFound, and NotAllowed without the right to reveal contacts.
    """
    actor.require(Right.REVEAL_CONTACTS)
    return await database.write(_reveal, actor, lead_id, clock())


async def update_details(
    actor: Actor,
    lead_id: str,
    changes: Mapping[str, object],
    *,
    if_match: int | None = None,
    clock: Clock = utc_now,
) -> LeadRow:
    """Change the given details of a lead; ids and campaign stay what they are.

    A value that comes back as it was masked for the actor is no change. Raises NotFound,
    InvalidInput, StaleVersion when `if_match` is not the current version, and Conflict for a lead
    that was erased.
    """
    actor.require(Right.CAPTURE_LEADS, limited=True)
    mask = mask_for(actor)
    if mask.is_on:
        shown = seen_through(mask, await database.read(_get, lead_id, within=actor.campaigns))
        changes = without_masks(changes, shown)
    checked = validate(LeadChanges, changes)
    row = await database.write(_update, actor, lead_id, checked, if_match, clock())
    return seen_through(mask, row)


async def list_page(
    actor: Actor,
    request: PageRequest,
    *,
    campaign: str = "",
    affiliate: str = "",
    q: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    submitted: bool = False,
) -> Page[LeadRow]:
    """Return leads, newest first; see `LeadFilter` for what is asked for.

    Raises InvalidInput for a cursor that is not ours.
    """
    actor.require(Right.READ, limited=True)
    mask = mask_for(actor)
    wanted = LeadFilter(
        campaign,
        affiliate,
        q.strip(),
        since,
        until,
        submitted,
        whole_contacts=mask.is_on,
        within=actor.campaigns,
    )
    page = await database.read(find_page, wanted, request)
    return replace(page, items=[seen_through(mask, row) for row in page.items])


def _create_seen(
    session: Session, actor: Actor, data: Any, source: LeadSource, now: datetime
) -> CreatedLead:
    # Within the unit of work: an answer that is kept for a repeated call is made of this.
    created = _create(session, actor, data, source, now)
    return replace(created, lead=seen_through(mask_for(actor), created.lead))


def _create(
    session: Session, actor: Actor, data: Any, source: LeadSource, now: datetime
) -> CreatedLead:
    campaign = cache.definitions(session).campaigns_by_key.get(data.campaign)
    if campaign is not None and not actor.reaches_campaign(campaign.id):
        raise InvalidInput({"campaign": f"There is no campaign “{data.campaign}”."})
    captured = capture(session, data, source=source, now=now)
    lead = _get(session, captured.lead_id)
    if captured.is_new and source is LeadSource.MANUAL:
        # What programs and imports bring is written down elsewhere, and is too much for here.
        note_created(session, actor, lead, now=now)
    return CreatedLead(lead, is_new=captured.is_new, differs=captured.differs)


def place_of(definitions: Definitions, data: LeadInput) -> tuple[CampaignRow, AffiliateRow | None]:
    """Return where a new lead belongs; raise InvalidInput for what is unknown or archived."""
    key: str | None = data.affiliate
    campaign = definitions.campaigns_by_key.get(data.campaign)
    affiliate = definitions.affiliates_by_key.get(key or "")
    problems: dict[str, str] = {}
    if campaign is None:
        problems["campaign"] = f"There is no campaign “{data.campaign}”."
    elif campaign.archived_at is not None:
        text = f"The campaign “{data.campaign}” is archived. Restore it to add leads."
        problems["campaign"] = text
    problems |= _affiliate_problem(key, affiliate)
    if campaign is None or problems:
        raise InvalidInput(problems)
    return campaign, affiliate


def capture(
    session: Session,
    data: LeadInput,
    *,
    source: LeadSource,
    now: datetime,
    import_id: str | None = None,
) -> CapturedLead:
    """Insert a lead within the caller's unit of work, or find the one that is there already.

    Raises InvalidInput before anything is written.
    """
    connection = session.connection()
    campaign, affiliate = place_of(cache.definitions(session), data)
    row = {name: getattr(data, name) or None for name in _DETAILS}
    row["fields"] = _without_nulls(data.fields or {})
    lead_id = new_id("ld")
    row |= search_columns(row) | {
        "id": lead_id,
        "campaign_id": campaign.id,
        "affiliate_id": affiliate.id if affiliate else None,
        "transaction_id": data.transaction_id or new_id("tx"),
        "source": source,
        "submitted_at": data.submitted_at or now,
        "created_at": now,
        "updated_at": now,
        "version": 1,
        "import_id": import_id,
    }
    if insert_new(connection, LEAD, row, unique=("campaign_id", "transaction_id")):
        if data.transaction_id:  # nobody can wait for one that we have just made
            arrival = Arrival(lead_id, data.transaction_id, campaign.key)
            leads_arrived(session, [arrival], now=now)
        return CapturedLead(lead_id, is_new=True, differs=())
    found = {"b_campaign": campaign.id, "b_transaction": data.transaction_id}
    first = connection.execute(BY_TRANSACTION, found).one()
    was = {name: getattr(first, name) or None for name in _DETAILS}
    was["affiliate"] = first.affiliate_key
    wanted = row | {"affiliate": affiliate.key if affiliate else None}
    differs = tuple(
        name
        for name in was
        if name in data.model_fields_set and was[name] != (wanted[name] or None)
    )
    return CapturedLead(first.id, is_new=False, differs=differs)


def _update(
    session: Session,
    actor: Actor,
    lead_id: str,
    changes: Any,
    if_match: int | None,
    now: datetime,
) -> LeadRow:
    connection = session.connection()
    row = find_lead(session, lead_id, within=actor.campaigns)
    refuse_erased(row)
    if if_match is not None and if_match != row.version:
        raise StaleVersion("lead", yours=if_match, current=row.version)
    named = [name for name in _DETAILS if name in changes.model_fields_set]
    given: dict[str, Any] = {name: getattr(changes, name) or None for name in named}
    if "fields" in given:
        # A field set to null goes, the others stay.
        given["fields"] = _without_nulls({**row.fields, **(given["fields"] or {})})
        if len(given["fields"]) > MAX_FIELDS:
            raise InvalidInput({"fields": TOO_MANY_FIELDS})
    if "affiliate" in changes.model_fields_set:
        affiliate = cache.definitions(session).affiliates_by_key.get(changes.affiliate or "")
        # A lead keeps an affiliate that was archived meanwhile; no other one gets it.
        if (changes.affiliate or None) != row.affiliate_key and (
            problems := _affiliate_problem(changes.affiliate, affiliate)
        ):
            raise InvalidInput(problems)
        given["affiliate_id"] = affiliate.id if affiliate else None
    given = {name: value for name, value in given.items() if _is_other(value, getattr(row, name))}
    if not given:
        return lead_row(row)
    contact = {name: given.get(name, getattr(row, name)) for name in _DETAILS}
    changed = connection.execute(
        update(LEAD)
        .where(LEAD.c.id == lead_id, LEAD.c.version == row.version)
        .values(**given, **search_columns(contact), updated_at=now, version=row.version + 1)
    )
    if changed.rowcount == 0:
        raise StaleVersion("lead", yours=row.version, current=row.version + 1)
    lead = _get(session, lead_id)
    note_changed(session, actor, lead_row(row), lead, now=now)
    return lead


def _is_other(given: object, stored: object) -> bool:
    # As JSON, in which true is not 1.
    if isinstance(given, dict) and isinstance(stored, dict):
        return json.dumps(given) != json.dumps(stored)
    return given != stored


def _affiliate_problem(key: str | None, affiliate: AffiliateRow | None) -> dict[str, str]:
    if not key:
        return {}
    if affiliate is None:
        return {"affiliate": f"There is no affiliate “{key}”."}
    if affiliate.archived_at is not None:
        return {"affiliate": f"The affiliate “{key}” is archived. Restore it to use it."}
    return {}


def _without_nulls(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _get(session: Session, lead_id: str, *, within: frozenset[str] | None = None) -> LeadRow:
    return lead_row(find_lead(session, lead_id, within=within))


def _reveal(session: Session, actor: Actor, lead_id: str, now: datetime) -> LeadRow:
    lead = _get(session, lead_id)
    note_revealed(session, actor, lead, now=now)
    return lead


BY_TRANSACTION = SELECT_LEADS.where(
    LEAD.c.campaign_id == bindparam("b_campaign"),
    LEAD.c.transaction_id == bindparam("b_transaction"),
)
