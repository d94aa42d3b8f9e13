"""All definitions in memory, for the hot path; fresh as long as one tiny row is unchanged."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import URL, select
from sqlmodel import Session, col

from models import Campaign, EventType, Postback
from services.bulk import fetch_value
from services.catalog.rows import (
    CampaignRow,
    EventTypeRow,
    PostbackTemplate,
    campaign_row,
    event_type_row,
    postback_template,
)
from services.definition_version import touch

__all__ = ["Definitions", "definitions", "touch"]


@dataclass(frozen=True, slots=True)
class Definitions:
    """Every definition at one moment, archived event types and campaigns included.

    Archived postbacks are left out, switched-off ones are there. Postbacks of one event stand in
    the order in which they were made.
    """

    event_types_by_name: Mapping[str, EventTypeRow]
    event_types_by_id: Mapping[str, EventTypeRow]
    campaigns_by_key: Mapping[str, CampaignRow]
    campaigns_by_id: Mapping[str, CampaignRow]
    postbacks_by_event_type_id: Mapping[str, tuple[PostbackTemplate, ...]]
    postbacks_by_id: Mapping[str, PostbackTemplate]


@dataclass(frozen=True, slots=True)
class _Kept:
    url: URL
    version: str
    definitions: Definitions


# One database per process, so one place is enough. It is replaced as a whole, never changed: two
# threads that find it old both load, and either result is right.
_kept: _Kept | None = None


def definitions(session: Session) -> Definitions:
    """Return all definitions as this unit of work sees them.

    Costs one small read while they are unchanged. May be called from any thread.
    """
    global _kept  # noqa: PLW0603 - see above
    connection = session.connection()
    # Past the ORM on purpose: this runs once per event.
    version: str = fetch_value(connection, "SELECT version FROM definition_version")
    kept = _kept
    url = connection.engine.url
    if kept is not None and kept.version == version and kept.url == url:
        return kept.definitions
    # The version was read first: a change that is committed while we load leaves us with the old
    # version, and the next call loads again.
    loaded = _load(session)
    _kept = _Kept(url, version, loaded)
    return loaded


def _load(session: Session) -> Definitions:
    event_types = [event_type_row(row) for row in session.scalars(select(EventType))]
    campaigns = [campaign_row(row) for row in session.scalars(select(Campaign))]
    postbacks = [
        postback_template(row)
        for row in session.scalars(
            select(Postback).where(col(Postback.archived_at).is_(None)).order_by(col(Postback.id))
        )
    ]
    by_event_type: dict[str, tuple[PostbackTemplate, ...]] = {}
    for postback in postbacks:
        if postback.event_type_id is not None:
            earlier = by_event_type.get(postback.event_type_id, ())
            by_event_type[postback.event_type_id] = (*earlier, postback)
    return Definitions(
        event_types_by_name=MappingProxyType({row.name: row for row in event_types}),
        event_types_by_id=MappingProxyType({row.id: row for row in event_types}),
        campaigns_by_key=MappingProxyType({row.key: row for row in campaigns}),
        campaigns_by_id=MappingProxyType({row.id: row for row in campaigns}),
        postbacks_by_event_type_id=MappingProxyType(by_event_type),
        postbacks_by_id=MappingProxyType({row.id: row for row in postbacks}),
    )
