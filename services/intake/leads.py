"""Leads: capture, find, change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, Table, bindparam, or_, select, tuple_, update
from sqlmodel import Session

from models import Affiliate, Campaign, Lead
from models.words import LeadSource
from services import database
from services.actor import Actor, Right
from services.bulk import insert_new
from services.clock import Clock, utc_now
from services.delivery.values import SUBS
from services.errors import InvalidInput, NotFound, StaleVersion
from services.identifiers import is_id, new_id
from services.intake.lead_input import (
    MAX_FIELDS,
    TOO_MANY_FIELDS,
    LeadChanges,
    LeadInput,
    digits,
    search_columns,
)
from services.moments import read_moment
from services.paging import Page, PageRequest, decode_cursor, encode_cursor
from services.validation import is_storable, validate

LEAD: Table = Lead.__table__  # type: ignore[attr-defined]
CAMPAIGN: Table = Campaign.__table__  # type: ignore[attr-defined]
AFFILIATE: Table = Affiliate.__table__  # type: ignore[attr-defined]

_DETAILS = ("external_click_id", "email", "phone", "first_name", "last_name", *SUBS, "fields")
# Sorts after every text that begins alike: the end of a prefix search.
_LAST_CHARACTER = "\U0010ffff"
_SHORTEST_PREFIX = 2


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


@dataclass(frozen=True, slots=True)
class CreatedLead:
    """The lead behind a capture; when it was there before, `differs` names what was given anew."""

    lead: LeadRow
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

    Raises InvalidInput for wrong fields, an unknown or archived campaign included.
    """
    actor.require(Right.CAPTURE_LEADS)
    return await database.write(_create, validate(LeadInput, data), source, clock())


async def get(actor: Actor, lead_id: str) -> LeadRow:
    """Return one lead; raise NotFound."""
    actor.require(Right.READ)
    return await database.read(_get, lead_id)


async def update_details(
    actor: Actor,
    lead_id: str,
    changes: Mapping[str, object],
    *,
    if_match: int | None = None,
    clock: Clock = utc_now,
) -> LeadRow:
    """Change the given details of a lead; ids and campaign stay what they are.

    Raises NotFound, InvalidInput, and StaleVersion when `if_match` is not the current version.
    """
    actor.require(Right.CAPTURE_LEADS)
    checked = validate(LeadChanges, changes)
    return await database.write(_update, lead_id, checked, if_match, clock())


async def list_page(
    actor: Actor, request: PageRequest, *, campaign: str = "", affiliate: str = "", q: str = ""
) -> Page[LeadRow]:
    """Return leads, newest first; `campaign` and `affiliate` are keys.

    `q` is a whole id, or the beginning of an e-mail address, a phone number or a name, of at
    least two characters.
    """
    actor.require(Right.READ)
    return await database.read(_list_page, request, campaign, affiliate, q.strip())


def _create(session: Session, data: Any, source: LeadSource, now: datetime) -> CreatedLead:
    connection = session.connection()
    campaign = connection.execute(
        select(CAMPAIGN.c.id, CAMPAIGN.c.archived_at).where(CAMPAIGN.c.key == data.campaign)
    ).one_or_none()
    if campaign is None:
        raise InvalidInput({"campaign": f"There is no campaign “{data.campaign}”."})
    if campaign.archived_at is not None:
        raise InvalidInput(
            {"campaign": f"The campaign “{data.campaign}” is archived. Restore it to add leads."}
        )
    _refuse_affiliate(data.affiliate)
    row = {name: getattr(data, name) or None for name in _DETAILS}
    row["fields"] = _without_nulls(data.fields or {})
    lead_id = new_id("ld")
    row |= search_columns(row) | {
        "id": lead_id,
        "campaign_id": campaign.id,
        "transaction_id": data.transaction_id or new_id("tx"),
        "source": source,
        "submitted_at": data.submitted_at or now,
        "created_at": now,
        "updated_at": now,
        "version": 1,
    }
    if insert_new(connection, LEAD, row, unique=("campaign_id", "transaction_id")):
        return CreatedLead(_get(session, lead_id), is_new=True, differs=())
    first = connection.execute(
        _SELECT.where(
            LEAD.c.campaign_id == campaign.id, LEAD.c.transaction_id == data.transaction_id
        )
    ).one()
    given = [name for name in _DETAILS if name in data.model_fields_set]
    differs = tuple(name for name in given if (getattr(first, name) or None) != (row[name] or None))
    return CreatedLead(_row(first), is_new=False, differs=differs)


def _update(
    session: Session, lead_id: str, changes: Any, if_match: int | None, now: datetime
) -> LeadRow:
    connection = session.connection()
    row = _find(session, lead_id)
    if if_match is not None and if_match != row.version:
        raise StaleVersion("lead", yours=if_match, current=row.version)
    _refuse_affiliate(changes.affiliate)
    named = [name for name in _DETAILS if name in changes.model_fields_set]
    given: dict[str, Any] = {name: getattr(changes, name) or None for name in named}
    if "fields" in given:
        # A field set to null goes, the others stay.
        given["fields"] = _without_nulls({**row.fields, **(given["fields"] or {})})
        if len(given["fields"]) > MAX_FIELDS:
            raise InvalidInput({"fields": TOO_MANY_FIELDS})
    contact = {name: given.get(name, getattr(row, name)) for name in _DETAILS}
    changed = connection.execute(
        update(LEAD)
        .where(LEAD.c.id == lead_id, LEAD.c.version == row.version)
        .values(**given, **search_columns(contact), updated_at=now, version=row.version + 1)
    )
    if changed.rowcount == 0:
        raise StaleVersion("lead", yours=row.version, current=row.version + 1)
    return _get(session, lead_id)


def _refuse_affiliate(key: str | None) -> None:
    if key:
        raise InvalidInput({"affiliate": f"There is no affiliate “{key}”."})


def _without_nulls(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _get(session: Session, lead_id: str) -> LeadRow:
    return _row(_find(session, lead_id))


def _find(session: Session, lead_id: str) -> Row[Any]:
    row = None
    if is_id(lead_id):
        row = session.connection().execute(_BY_ID, {"b_id": lead_id}).one_or_none()
    if row is None:
        raise NotFound("lead", lead_id)
    return row


def _list_page(
    session: Session, request: PageRequest, campaign: str, affiliate: str, q: str
) -> Page[LeadRow]:
    if not all(map(is_storable, (q, campaign, affiliate))):
        return Page([])  # nothing that is stored can be like it
    statement = _SELECT
    if campaign:
        statement = statement.where(CAMPAIGN.c.key == campaign)
    if affiliate:
        statement = statement.where(AFFILIATE.c.key == affiliate)
    if q:
        statement = _search(statement, q)
    newer = False
    key = tuple_(LEAD.c.created_at, LEAD.c.id)
    if request.cursor:
        direction, edge = _place(request.cursor)
        newer = direction == "newer"
        statement = statement.where(key > edge if newer else key < edge)
    order = (
        (LEAD.c.created_at, LEAD.c.id) if newer else (LEAD.c.created_at.desc(), LEAD.c.id.desc())
    )
    found = session.connection().execute(statement.order_by(*order).limit(request.limit + 1)).all()
    more = len(found) > request.limit
    rows = list(found[: request.limit])
    if newer:
        rows.reverse()
    older = more if not newer else bool(rows)
    back = (more if newer else bool(request.cursor)) and bool(rows)
    return Page(
        [_row(row) for row in rows],
        next_cursor=_cursor("older", rows[-1]) if older and rows else None,
        previous_cursor=_cursor("newer", rows[0]) if back else None,
    )


def _place(cursor: str) -> tuple[str, Any]:
    direction, at, lead_id = decode_cursor(cursor, keys=3)
    try:
        moment = read_moment(at)
    except ValueError:
        moment = None
    if moment is None or direction not in {"older", "newer"} or not is_id(lead_id):
        raise InvalidInput({"cursor": "This cursor is not from this list."})
    return direction, tuple_(moment, lead_id)


def _search(statement: Select[Any], q: str) -> Select[Any]:
    ways = [LEAD.c.id == q, LEAD.c.transaction_id == q]
    lowered = q.lower()
    if len(lowered) >= _SHORTEST_PREFIX:
        ways += [
            (column >= lowered) & (column < lowered + _LAST_CHARACTER)
            for column in (LEAD.c.search_email, LEAD.c.search_name)
        ]
    number = digits(q)
    if len(number) >= _SHORTEST_PREFIX:
        phone = LEAD.c.search_phone
        ways.append((phone >= number) & (phone < number + _LAST_CHARACTER))
    return statement.where(or_(*ways))


def _cursor(direction: str, row: Row[Any]) -> str:
    return encode_cursor(direction, row.created_at.isoformat(), row.id)


def _row(row: Row[Any]) -> LeadRow:
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


_SELECT = (
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
_BY_ID = _SELECT.where(LEAD.c.id == bindparam("b_id"))
