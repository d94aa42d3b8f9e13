"""Incoming URLs as rows, with what their keys and the definitions say of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from models import ApiKey, IncomingUrl
from services import secret_box
from services.catalog import cache
from services.catalog.cache import Definitions


@dataclass(frozen=True, slots=True)
class IncomingUrlRow:
    """One incoming URL; `campaign` and `event` are what is fixed for it, if anything.

    `key` is empty for those who may not edit definitions, and when it cannot be read any more.
    `parameters` are (ours, theirs), `words` are (our field, their word, our word), `placeholders`
    are (ours, what the partner puts there) in the order of the URL, none for the usual ones.
    """

    id: str
    name: str
    key: str
    key_prefix: str
    api_key_id: str
    campaign: str | None
    event: str | None
    parameters: tuple[tuple[str, str], ...]
    words: tuple[tuple[str, str, str], ...]
    placeholders: tuple[tuple[str, str], ...]
    returns: str
    version: int
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None
    last_used_at: datetime | None


def row_of(session: Session, stored: IncomingUrl) -> IncomingUrlRow:
    """Return the row of one incoming URL."""
    return rows_of(session, [stored])[0]


def rows_of(session: Session, urls: Sequence[IncomingUrl]) -> list[IncomingUrlRow]:
    """Return their rows in the same order, with two statements for all of them."""
    ids = [stored.api_key_id for stored in urls]
    found = session.scalars(select(ApiKey).where(col(ApiKey.id).in_(ids)))
    api_keys = {key.id: key for key in found}
    known = cache.definitions(session)
    return [_made_row(known, stored, api_keys[stored.api_key_id]) for stored in urls]


def _made_row(known: Definitions, stored: IncomingUrl, key: ApiKey) -> IncomingUrlRow:
    try:
        secret = "" if stored.archived_at else secret_box.decrypt(stored.secret)
    except secret_box.UnreadableSecret:
        secret = ""
    return IncomingUrlRow(
        id=stored.id,
        name=stored.name,
        key=secret,
        key_prefix=key.prefix,
        api_key_id=key.id,
        campaign=campaign_key(known, stored),
        event=event_name(known, stored),
        parameters=tuple(stored.parameters.items()),
        words=tuple(
            (field, theirs, ours)
            for field, meanings in stored.words.items()
            for theirs, ours in meanings.items()
        ),
        placeholders=tuple(stored.placeholders.items()),
        returns=stored.returns,
        version=stored.version,
        created_at=stored.created_at,
        updated_at=stored.updated_at,
        archived_at=stored.archived_at,
        last_used_at=key.last_used_at,
    )


def campaign_key(known: Definitions, stored: IncomingUrl) -> str | None:
    """Return the key of the campaign that is fixed."""
    return known.campaigns_by_id[stored.campaign_id].key if stored.campaign_id else None


def event_name(known: Definitions, stored: IncomingUrl) -> str | None:
    """Return the name of the event that is fixed."""
    return known.event_types_by_id[stored.event_type_id].name if stored.event_type_id else None
