"""Rows of the services as the tables that several pages share show them."""

from dashboard import routes
from dashboard.components.event_table import SOURCES, EventLine
from dashboard.components.lead_table import LeadLine
from services.intake.leads import LeadRow
from services.reporting.event_log import EventLogRow


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
    )


def lead_line(row: LeadRow) -> LeadLine:
    """Return what a table of leads shows of one."""
    return LeadLine(
        id=row.id,
        captured_at=row.created_at.isoformat(),
        name=row.full_name,
        email=row.email or "",
        transaction_id=row.transaction_id,
        campaign=row.campaign,
        campaign_name=row.campaign_name,
        affiliate=row.affiliate or "",
        affiliate_name=row.affiliate_name or "",
        source=row.source,
    )
