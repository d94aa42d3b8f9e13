"""Which postbacks fire at the same moment as another one."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain
from typing import TypeVar

from sqlalchemy import select
from sqlmodel import Session, col

from models import Postback
from models.words import ConversionStatus, PostbackLevel
from services import database
from services.actor import Actor, Right
from services.catalog import cache
from services.catalog.cache import Definitions
from services.catalog.effective_events import effective_event, why_unavailable
from services.catalog.postback_owners import Scope, known_scope
from services.catalog.postback_rows import Owner, PostbackRow, postback_row
from services.catalog.rows import CampaignRow, EventTypeRow, PostbackTemplate

T = TypeVar("T")

_NARROWEST_FIRST = (PostbackLevel.AFFILIATE, PostbackLevel.CAMPAIGN, PostbackLevel.EVENT)


async def firing_together(
    actor: Actor,
    owner: Owner,
    *,
    campaign: str | None = None,
    affiliate: str | None = None,
    on_conversion_status: Collection[ConversionStatus] = (),
    except_id: str | None = None,
) -> list[PostbackRow]:
    """Return every other postback that can fire at the same moment for some event of some lead.

    That is: levels and filters have an event, a campaign and an affiliate in common, and both
    fire at recording or at a change to the same conversion status. The narrowest level comes
    first, which of two equal requests is the one that sends. Switched-off and archived ones are
    left out. Raises NotFound for the owner and InvalidInput for an unknown filter.
    """
    actor.require(Right.READ)
    return await database.read(
        _firing_together,
        owner,
        campaign,
        affiliate,
        frozenset(map(ConversionStatus, on_conversion_status)),
        except_id,
    )


def _firing_together(
    session: Session,
    owner: Owner,
    campaign: str | None,
    affiliate: str | None,
    moments: frozenset[ConversionStatus],
    except_id: str | None,
) -> list[PostbackRow]:
    definitions = cache.definitions(session)
    scope = known_scope(definitions, owner, campaign=campaign, affiliate=affiliate)
    common = _Common(definitions)
    ids = [
        other.id
        for other in _live(definitions)
        if other.enabled
        and other.id != except_id
        and _same_moment(moments, other.on_conversion_status)
        and common.has_any(scope, _scope_of(other))
    ]
    found = {
        row.id: row for row in session.scalars(select(Postback).where(col(Postback.id).in_(ids)))
    }
    rows = [postback_row(definitions, found[each], warnings=()) for each in ids]
    return sorted(rows, key=lambda row: (_NARROWEST_FIRST.index(row.level), row.id))


def _live(definitions: Definitions) -> Iterable[PostbackTemplate]:
    return chain(
        *(
            postbacks
            for affiliate_id, postbacks in definitions.postbacks_by_affiliate_id.items()
            if definitions.affiliates_by_id[affiliate_id].archived_at is None
        ),
        *definitions.postbacks_by_campaign_id.values(),
        *definitions.postbacks_by_event_type_id.values(),
    )


def _scope_of(postback: PostbackTemplate) -> Scope:
    return Scope(
        postback.level, postback.event_type_id, postback.campaign_id, postback.affiliate_id
    )


def _same_moment(mine: frozenset[ConversionStatus], others: frozenset[ConversionStatus]) -> bool:
    return bool(mine & others) if mine and others else not mine and not others


class _Common:
    """Answers whether some event can fire two postbacks; remembers what it has worked out."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._known: dict[tuple[str | None, str | None, bool], bool] = {}

    def has_any(self, one: Scope, other: Scope) -> bool:
        """Tell whether an event, a campaign and an affiliate exist that both are for."""
        for mine, yours in (
            (one.event_type_id, other.event_type_id),
            (one.campaign_id, other.campaign_id),
            (one.affiliate_id, other.affiliate_id),
        ):
            if mine is not None and yours is not None and mine != yours:
                return False
        if one.level is other.level:
            return True
        return self._can_fire(
            one.event_type_id or other.event_type_id,
            one.campaign_id or other.campaign_id,
            PostbackLevel.AFFILIATE in {one.level, other.level},
        )

    def _can_fire(
        self, event_type_id: str | None, campaign_id: str | None, for_affiliates: bool
    ) -> bool:
        asked = (event_type_id, campaign_id, for_affiliates)
        if asked not in self._known:
            self._known[asked] = any(
                event.is_affiliate_conversion or not for_affiliates
                for event in self._in_force(*asked)
            )
        return self._known[asked]

    def _in_force(
        self, event_type_id: str | None, campaign_id: str | None, for_affiliates: bool
    ) -> Iterator[EventTypeRow]:
        campaigns = self._definitions.campaigns_by_id
        event_types = self._definitions.event_types_by_id
        for campaign in _one_or_all(campaigns, campaign_id):
            for event_type in _one_or_all(event_types, event_type_id):
                if for_affiliates and not self._may_be_affiliate_conversion(campaign, event_type):
                    continue
                event = effective_event(self._definitions, campaign, event_type)
                if not why_unavailable(event, campaign):
                    yield event.event_type

    def _may_be_affiliate_conversion(self, campaign: CampaignRow, event_type: EventTypeRow) -> bool:
        # Spares most of the work: thousands of events in campaigns, few of them overridden.
        overridden = (campaign.id, event_type.id) in self._definitions.overrides
        return event_type.is_affiliate_conversion or overridden


def _one_or_all(rows: Mapping[str, T], row_id: str | None) -> Iterable[T]:
    return rows.values() if row_id is None else [rows[row_id]]
