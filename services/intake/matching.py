"""Which postbacks an event fires: pure."""

from collections.abc import Sequence
from itertools import chain

from models.words import ConversionStatus
from services.catalog.cache import Definitions
from services.catalog.rows import EventTypeRow, PostbackTemplate


def matching_postbacks(
    definitions: Definitions,
    event_type: EventTypeRow,
    *,
    campaign_id: str,
    affiliate_id: str | None,
    changed_to: ConversionStatus | None = None,
) -> Sequence[PostbackTemplate]:
    """Return the postbacks that fire, the narrowest level first.

    Without `changed_to` those that fire when the event is recorded, with it those that ask for
    this conversion status. `event_type` is the event as it holds in the campaign. All that match
    fire; which of two equal requests is sent follows from this order.
    """
    of_affiliate: Sequence[PostbackTemplate] = ()
    if affiliate_id is not None and event_type.is_affiliate_conversion:
        affiliate = definitions.affiliates_by_id[affiliate_id]
        if affiliate.archived_at is None:
            of_affiliate = definitions.postbacks_by_affiliate_id.get(affiliate_id, ())
    candidates = chain(
        of_affiliate,
        definitions.postbacks_by_campaign_id.get(campaign_id, ()),
        definitions.postbacks_by_event_type_id.get(event_type.id, ()),
    )
    return [
        postback
        for postback in candidates
        if postback.enabled
        and postback.campaign_id in {None, campaign_id}
        and postback.affiliate_id in {None, affiliate_id}
        and (
            changed_to in postback.on_conversion_status
            if changed_to is not None
            else not postback.on_conversion_status
        )
    ]
