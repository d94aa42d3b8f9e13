"""The event log: every firing, newest first, and one firing in full."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from models import Affiliate, Campaign, Event, ImportJob, Lead, StatusChange
from models.words import ConversionStatus, DeliveryStatus, Source
from services import database
from services.actor import Actor, Right
from services.contacts import Contact, Mask, mask_for
from services.errors import NotFound
from services.field_values import as_text
from services.identifiers import is_id
from services.paging import Page, PageRequest
from services.reporting import delivery_details, keyset, next_try
from services.reporting.delivery_details import AttemptRow, DeliveryDetail, RequestView
from services.reporting.filters import EventLogFilter, event_search
from services.reporting.keyset import Count
from services.reporting.next_try import NextTry
from services.reporting.people import lead_name

__all__ = [
    "AttemptRow",
    "Count",
    "DeliveryDetail",
    "EventDetail",
    "EventLogFilter",
    "EventLogRow",
    "RequestView",
    "StatusChangeRow",
    "count",
    "get",
    "list_page",
]

COUNTED_AT_MOST = 10_000
_KEPT_LONGER = (DeliveryStatus.FAILED, DeliveryStatus.HELD, DeliveryStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class EventLogRow:
    """One firing as the log shows it; `campaign` and `affiliate` are keys, `amount` as received.

    The affiliate is the one that the lead had when the event fired. `next_try` is that of the
    delivery whose status it shows, when that one waits for a time.
    """

    event_id: str
    event: str
    occurred_at: datetime
    received_at: datetime
    lead_id: str
    lead_name: str
    transaction_id: str
    campaign: str
    campaign_name: str
    affiliate: str | None
    affiliate_name: str | None
    status: DeliveryStatus
    response_code: int | None
    conversion_status: ConversionStatus
    amount: str | None
    currency: str | None
    deliveries: int
    source: Source
    is_conversion: bool
    is_test: bool
    next_try: NextTry | None = None


@dataclass(frozen=True, slots=True)
class StatusChangeRow:
    """One change of an event's conversion status; `reason` may be empty."""

    changed_at: datetime
    from_status: ConversionStatus
    to_status: ConversionStatus
    reason: str
    actor_name: str
    source: Source


@dataclass(frozen=True, slots=True)
class EventDetail:
    """One firing with its payload (JSON text) and what became of every delivery.

    `fields` are the custom fields as text; `status_changes` begin with the first. `removed` counts
    the deliveries that retention has removed, `removed_on` tells to the day when the last one went,
    by the present settings. `erased_at` is when the lead was erased, and with it all that said who
    it was. `import_id` is the file that it came with; `is_silent` tells that whoever imported it
    wanted no postbacks.
    """

    row: EventLogRow
    payload: str
    order_id: str | None
    fields: tuple[tuple[str, str], ...]
    actor_name: str
    is_affiliate_conversion: bool
    status_changes: tuple[StatusChangeRow, ...]
    deliveries: tuple[DeliveryDetail, ...]
    removed: int
    removed_on: datetime | None
    erased_at: datetime | None = None
    import_id: str | None = None
    is_silent: bool = False


async def list_page(
    actor: Actor, wanted: EventLogFilter, request: PageRequest
) -> Page[EventLogRow]:
    """Return one page of events, newest first; see `keyset.find_page` for what a page promises.

    Raises `NotAllowed`, and `InvalidInput` for a wrong filter or cursor.
    """
    actor.require(Right.READ, limited=True)
    return await database.read(_list_page, actor, wanted, request)


async def count(actor: Actor, wanted: EventLogFilter, *, at_most: int = COUNTED_AT_MOST) -> Count:
    """Return how many events match, counted no further than `at_most`; raises as `list_page`."""
    actor.require(Right.READ, limited=True)
    return await database.read(_count, actor, wanted, at_most)


async def get(actor: Actor, event_id: str) -> EventDetail:
    """Return one event in full; raises `NotFound` and `NotAllowed`."""
    actor.require(Right.READ, limited=True)
    return await database.read(_get, actor, event_id)


def _list_page(
    session: Session, actor: Actor, wanted: EventLogFilter, request: PageRequest
) -> Page[EventLogRow]:
    found = keyset.find_page(session, event_search(session, wanted, actor), request)
    rows = rows_by_id(session, found.items, mask=mask_for(actor))
    return Page(
        [rows[event_id] for event_id in found.items if event_id in rows],
        next_cursor=found.next_cursor,
        previous_cursor=found.previous_cursor,
    )


def _count(session: Session, actor: Actor, wanted: EventLogFilter, at_most: int) -> Count:
    return keyset.count(session, event_search(session, wanted, actor), at_most=at_most)


def rows_by_id(session: Session, event_ids: Sequence[str], *, mask: Mask) -> dict[str, EventLogRow]:
    """Return the rows of these events, contacts masked; an event that is gone is left out."""
    query = (
        select(
            col(Event.id),
            col(Event.event_name),
            col(Event.occurred_at),
            col(Event.received_at),
            col(Event.lead_id),
            col(Lead.first_name),
            col(Lead.last_name),
            col(Lead.email),
            col(Event.transaction_id),
            col(Campaign.key),
            col(Campaign.name).label("campaign_name"),
            col(Affiliate.key).label("affiliate"),
            col(Affiliate.name).label("affiliate_name"),
            col(Event.delivery_status),
            col(Event.response_code),
            col(Event.conversion_status),
            col(Event.amount_text),
            col(Event.currency),
            col(Event.deliveries),
            col(Event.source),
            col(Event.is_conversion),
            col(Event.is_test),
        )
        .join(Lead, col(Lead.id) == col(Event.lead_id))
        .join(Campaign, col(Campaign.id) == col(Event.campaign_id))
        .join(Affiliate, col(Affiliate.id) == col(Event.affiliate_id), isouter=True)
        .where(col(Event.id).in_(event_ids))
    )
    found = session.execute(query).all()
    coming = next_try.of_events(session, {row.id: row.delivery_status for row in found})
    return {row.id: _row(row, coming.get(row.id), mask) for row in found}


def _row(row: Any, coming: NextTry | None, mask: Mask) -> EventLogRow:
    return EventLogRow(
        event_id=row.id,
        event=row.event_name,
        occurred_at=row.occurred_at,
        received_at=row.received_at,
        lead_id=row.lead_id,
        lead_name=lead_name(row.first_name, row.last_name, mask.email(row.email)),
        transaction_id=row.transaction_id,
        campaign=row.key,
        campaign_name=row.campaign_name,
        affiliate=row.affiliate,
        affiliate_name=row.affiliate_name,
        status=row.delivery_status,
        response_code=row.response_code,
        conversion_status=row.conversion_status,
        amount=row.amount_text,
        currency=row.currency,
        deliveries=row.deliveries,
        source=row.source,
        is_conversion=row.is_conversion,
        is_test=row.is_test,
        next_try=coming,
    )


def _get(session: Session, actor: Actor, event_id: str) -> EventDetail:
    mask = mask_for(actor)
    event = session.get(Event, event_id) if is_id(event_id) else None
    if event is None or not actor.reaches(event.campaign_id, event.event_type_id):
        raise NotFound("event", event_id)
    lead = session.get_one(Lead, event.lead_id)
    contact = Contact(lead.email, lead.phone)
    deliveries = delivery_details.of_event(session, event_id)
    removed = max(event.deliveries - len(deliveries), 0)
    return EventDetail(
        row=rows_by_id(session, [event_id], mask=mask)[event_id],
        payload=mask.text(event.payload, contact),
        order_id=event.order_id,
        fields=mask.pairs(
            ((name, as_text(value)) for name, value in event.fields.items()), contact
        ),
        actor_name=event.actor_name,
        is_affiliate_conversion=event.is_affiliate_conversion,
        status_changes=tuple(
            replace(each, reason=mask.text(each.reason, contact))
            for each in _status_changes(session, event_id)
        ),
        deliveries=tuple(delivery_details.seen_through(mask, each, contact) for each in deliveries),
        erased_at=lead.erased_at,
        removed=removed,
        removed_on=_removed_on(event, is_whole=not deliveries) if removed else None,
        import_id=event.import_id,
        is_silent=_is_silent(session, event.import_id),
    )


def _is_silent(session: Session, import_id: str | None) -> bool:
    job = session.get(ImportJob, import_id) if import_id else None
    return job is not None and not job.options["send_postbacks"]


def _removed_on(event: Event, *, is_whole: bool) -> datetime | None:
    """Return when the last removed delivery went; while some are left, it was one that arrived."""
    settings = database.current().settings
    kept_longer = is_whole and event.delivery_status in _KEPT_LONGER
    days = settings.retention_failed_days if kept_longer else settings.retention_delivered_days
    return event.received_at + timedelta(days=days) if days else None


def _status_changes(session: Session, event_id: str) -> tuple[StatusChangeRow, ...]:
    query = (
        select(
            col(StatusChange.changed_at),
            col(StatusChange.from_status),
            col(StatusChange.to_status),
            col(StatusChange.reason),
            col(StatusChange.actor_name),
            col(StatusChange.source),
        )
        .where(col(StatusChange.event_id) == event_id)
        .order_by(col(StatusChange.changed_at), col(StatusChange.id))
    )
    return tuple(StatusChangeRow(*row) for row in session.execute(query))
