"""Rows of the services as the tables that several pages share show them."""

from dashboard import routes
from dashboard.components.event_table import SOURCES, EventLine
from dashboard.components.lead_table import LeadLine
from dashboard.components.next_try import next_try_words
from services.intake.leads import LeadRow
from services.reporting.event_log import EventLogRow
from services.reporting.next_try import NextTry


def event_line(row: EventLogRow) -> EventLine:
    """Return what a table of fired events shows of one."""
    return EventLine(
        key=row.event_id,
        href=str(routes.log_entry(row.event_id)),
        at=row.received_at.isoformat(),
        transaction_id=row.transaction_id,
        lead=row.lead_name or row.lead_id,
        campaign=row.campaign_name,
        status=row.status,
        code=row.response_code,
        event=row.event,
        deliveries=row.deliveries,
        source=SOURCES[row.source],
        next_try=coming_words(row.next_try),
        next_at=coming_at(row.next_try),
    )


def coming_words(coming: NextTry | None) -> str:
    """Return which try of a delivery comes next, or nothing."""
    return next_try_words(coming.number, coming.planned) if coming else ""


def coming_at(coming: NextTry | None) -> str:
    """Return when a delivery is tried next as ISO text, or nothing."""
    return coming.at.isoformat() if coming else ""


def lead_line(row: LeadRow) -> LeadLine:
    """Return what a table of leads shows of one."""
    return LeadLine(
        id=row.id,
        captured_at=row.created_at.isoformat(),
        name=row.full_name or ("Erased" if row.erased_at else ""),
        email=row.email or "",
        transaction_id=row.transaction_id,
        campaign=row.campaign,
        campaign_name=row.campaign_name,
        affiliate=row.affiliate or "",
        affiliate_name=row.affiliate_name or "",
        source=row.source,
    )
