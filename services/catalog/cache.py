"""All definitions in memory, for the hot path; fresh as long as one tiny row is unchanged."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from sqlalchemy import URL, select
from sqlmodel import Session, col

from models import (
    Affiliate,
    Campaign,
    CampaignEvent,
    CustomField,
    EventList,
    EventListCampaign,
    EventListMember,
    EventType,
    IncomingUrl,
    Postback,
)
from models.words import PostbackLevel
from services.bulk import fetch_value
from services.catalog.rows import (
    AffiliateRow,
    CampaignRow,
    CustomFieldRow,
    EventTypeRow,
    IncomingDialect,
    ListInForce,
    Overrides,
    PostbackTemplate,
    affiliate_row,
    campaign_row,
    custom_field_row,
    event_type_row,
    incoming_dialect,
    overrides_row,
    postback_template,
)
from services.definition_version import touch

__all__ = ["Definitions", "definitions", "touch"]

T = TypeVar("T")
K = TypeVar("K")

Place = tuple[str, str]
"""A campaign's id and an event type's."""


@dataclass(frozen=True, slots=True)
class Definitions:
    """Every definition at one moment, archived event types, campaigns and affiliates included.

    Archived postbacks, lists and incoming URLs are left out, switched-off postbacks are there.
    Postbacks stand in the order in which they were made, those of one level each.
    """

    event_types_by_name: Mapping[str, EventTypeRow]
    event_types_by_id: Mapping[str, EventTypeRow]
    campaigns_by_key: Mapping[str, CampaignRow]
    campaigns_by_id: Mapping[str, CampaignRow]
    affiliates_by_key: Mapping[str, AffiliateRow]
    affiliates_by_id: Mapping[str, AffiliateRow]
    lists_by_campaign_id: Mapping[str, tuple[ListInForce, ...]]
    overrides: Mapping[Place, Overrides]
    custom_fields: Mapping[Place, tuple[CustomFieldRow, ...]]
    dialects_by_key_id: Mapping[str, IncomingDialect]
    postbacks_by_event_type_id: Mapping[str, tuple[PostbackTemplate, ...]]
    postbacks_by_campaign_id: Mapping[str, tuple[PostbackTemplate, ...]]
    postbacks_by_affiliate_id: Mapping[str, tuple[PostbackTemplate, ...]]


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
    affiliates = [affiliate_row(row) for row in session.scalars(select(Affiliate))]
    live = select(Postback).where(col(Postback.archived_at).is_(None)).order_by(col(Postback.id))
    postbacks = [postback_template(row) for row in session.scalars(live)]
    of_level = {
        level: [postback for postback in postbacks if postback.level is level]
        for level in PostbackLevel
    }
    ordered = select(CustomField).order_by(col(CustomField.position), col(CustomField.id))
    urls = select(IncomingUrl).where(col(IncomingUrl.archived_at).is_(None))
    return Definitions(
        event_types_by_name=MappingProxyType({row.name: row for row in event_types}),
        event_types_by_id=MappingProxyType({row.id: row for row in event_types}),
        campaigns_by_key=MappingProxyType({row.key: row for row in campaigns}),
        campaigns_by_id=MappingProxyType({row.id: row for row in campaigns}),
        affiliates_by_key=MappingProxyType({row.key: row for row in affiliates}),
        affiliates_by_id=MappingProxyType({row.id: row for row in affiliates}),
        lists_by_campaign_id=_lists(session),
        overrides=MappingProxyType(
            {
                (row.campaign_id, row.event_type_id): overrides_row(row)
                for row in session.scalars(select(CampaignEvent))
            }
        ),
        custom_fields=_grouped(
            session.scalars(ordered),
            key=lambda row: (row.campaign_id, row.event_type_id),
            value=custom_field_row,
        ),
        dialects_by_key_id=MappingProxyType(
            {row.api_key_id: incoming_dialect(row) for row in session.scalars(urls)}
        ),
        postbacks_by_event_type_id=_grouped(
            of_level[PostbackLevel.EVENT], key=lambda row: row.event_type_id or "", value=_same
        ),
        postbacks_by_campaign_id=_grouped(
            of_level[PostbackLevel.CAMPAIGN], key=lambda row: row.campaign_id or "", value=_same
        ),
        postbacks_by_affiliate_id=_grouped(
            of_level[PostbackLevel.AFFILIATE], key=lambda row: row.affiliate_id or "", value=_same
        ),
    )


def _lists(session: Session) -> Mapping[str, tuple[ListInForce, ...]]:
    events: dict[str, set[str]] = {}
    for list_id, event_type_id in session.execute(
        select(col(EventListMember.event_list_id), col(EventListMember.event_type_id))
    ):
        events.setdefault(list_id, set()).add(event_type_id)
    campaigns: dict[str, set[str]] = {}
    for list_id, campaign_id in session.execute(
        select(col(EventListCampaign.event_list_id), col(EventListCampaign.campaign_id))
    ):
        campaigns.setdefault(list_id, set()).add(campaign_id)
    live = select(EventList).where(col(EventList.archived_at).is_(None))
    found = [
        ListInForce(
            id=row.id,
            name=row.name,
            event_type_ids=frozenset(events.get(row.id, ())),
            campaign_ids=frozenset(campaigns.get(row.id, ())),
        )
        for row in session.scalars(live.order_by(col(EventList.name)))
    ]
    pairs = [(campaign_id, each) for each in found for campaign_id in each.campaign_ids]
    return _grouped(pairs, key=lambda pair: pair[0], value=lambda pair: pair[1])


V = TypeVar("V")


def _grouped(
    rows: Iterable[T], *, key: Callable[[T], K], value: Callable[[T], V]
) -> Mapping[K, tuple[V, ...]]:
    groups: dict[K, list[V]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(value(row))
    return MappingProxyType({name: tuple(found) for name, found in groups.items()})


def _same(row: T) -> T:
    return row
