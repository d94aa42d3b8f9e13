"""Finds leads: by what people have at hand, page by page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Row, Select, or_, select, tuple_
from sqlmodel import Session

from services.errors import InvalidInput
from services.identifiers import is_id
from services.intake.lead_input import digits
from services.intake.lead_rows import AFFILIATE, CAMPAIGN, LEAD, SELECT_LEADS, LeadRow, lead_row
from services.moments import read_moment
from services.paging import Page, PageRequest, decode_cursor, encode_cursor
from services.validation import is_storable

# Sorts after every text that begins alike: the end of a prefix search.
_LAST_CHARACTER = "\U0010ffff"
_SHORTEST_PREFIX = 2
# In place of an affiliate's key, which never is a hyphen: leads without an affiliate.
NO_AFFILIATE: Final = "-"


@dataclass(frozen=True, slots=True)
class LeadFilter:
    """Which leads: everything that is given must match; empty text means any.

    `campaign` is a key; `affiliate` is one, or "-" for leads without. `q` is a whole id, or the
    beginning of an e-mail address, a phone number or a name, of at least two characters. `since`
    is inclusive and `until` exclusive, on the time of capture or, with `submitted`, on that at
    which the lead was submitted. With `whole_contacts` e-mail and phone must be whole: whoever
    may not see them must not find them out letter by letter.
    `within` are the ids of the campaigns that count, `None` all.
    """

    campaign: str = ""
    affiliate: str = ""
    q: str = ""
    since: datetime | None = None
    until: datetime | None = None
    submitted: bool = False
    whole_contacts: bool = False
    within: frozenset[str] | None = None


def find_page(session: Session, wanted: LeadFilter, request: PageRequest) -> Page[LeadRow]:
    """Return the leads that match, newest first."""
    if not all(map(is_storable, (wanted.q, wanted.campaign, wanted.affiliate))):
        return Page([])  # nothing that is stored can be like it
    statement = SELECT_LEADS
    if wanted.campaign:
        statement = statement.where(CAMPAIGN.c.key == wanted.campaign)
    if wanted.affiliate == NO_AFFILIATE:
        statement = statement.where(LEAD.c.affiliate_id.is_(None))
    elif wanted.affiliate:
        statement = statement.where(AFFILIATE.c.key == wanted.affiliate)
    moment = LEAD.c.submitted_at if wanted.submitted else LEAD.c.created_at
    if wanted.since is not None:
        statement = statement.where(moment >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(moment < wanted.until)
    if wanted.q:
        statement = _search(statement, wanted.q, whole=wanted.whole_contacts)
    newer = False
    key = tuple_(LEAD.c.created_at, LEAD.c.id)
    if request.cursor:
        direction, edge = _place(request.cursor)
        newer = direction == "newer"
        statement = statement.where(key > edge if newer else key < edge)
    order = (
        (LEAD.c.created_at, LEAD.c.id) if newer else (LEAD.c.created_at.desc(), LEAD.c.id.desc())
    )
    found = _first(session, statement.order_by(*order).limit(request.limit + 1), wanted)
    found.sort(key=lambda row: (row.created_at, row.id), reverse=not newer)
    found = found[: request.limit + 1]
    more = len(found) > request.limit
    rows = list(found[: request.limit])
    if newer:
        rows.reverse()
    older = more if not newer else bool(rows)
    back = (more if newer else bool(request.cursor)) and bool(rows)
    return Page(
        [lead_row(row) for row in rows],
        next_cursor=_cursor("older", rows[-1]) if older and rows else None,
        previous_cursor=_cursor("newer", rows[0]) if back else None,
    )


def _first(session: Session, statement: Select[Any], wanted: LeadFilter) -> list[Row[Any]]:
    """Return the first rows, or those of each campaign that counts.

    One statement for each: together they would be sorted, and one campaign alone is in order.
    """
    connection = session.connection()
    if wanted.within is None:
        return list(connection.execute(statement))
    campaigns = wanted.within
    if wanted.campaign:
        named = connection.execute(select(CAMPAIGN.c.id).where(CAMPAIGN.c.key == wanted.campaign))
        campaigns &= set(named.scalars())
    return [
        row
        for campaign_id in sorted(campaigns)
        for row in connection.execute(statement.where(LEAD.c.campaign_id == campaign_id))
    ]


def _place(cursor: str) -> tuple[str, Any]:
    direction, at, lead_id = decode_cursor(cursor, keys=3)
    try:
        moment = read_moment(at)
    except ValueError:
        moment = None
    if moment is None or direction not in {"older", "newer"} or not is_id(lead_id):
        raise InvalidInput({"cursor": "This cursor is not from this list."})
    return direction, tuple_(moment, lead_id)


def _search(statement: Select[Any], q: str, *, whole: bool) -> Select[Any]:
    ways = [LEAD.c.id == q, LEAD.c.transaction_id == q]
    lowered = q.lower()
    number = digits(q)
    if len(lowered) >= _SHORTEST_PREFIX:
        ways.append(_begins(LEAD.c.search_name, lowered))
        email = LEAD.c.search_email
        ways.append(email == lowered if whole else _begins(email, lowered))
    if len(number) >= _SHORTEST_PREFIX:
        phone = LEAD.c.search_phone
        ways.append(phone == number if whole else _begins(phone, number))
    return statement.where(or_(*ways))


def _begins(column: Column[Any], text: str) -> ColumnElement[bool]:
    return (column >= text) & (column < text + _LAST_CHARACTER)


def _cursor(direction: str, row: Row[Any]) -> str:
    return encode_cursor(direction, row.created_at.isoformat(), row.id)
