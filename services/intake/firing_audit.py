"""What the audit says of an event that a person fired; programs stand in the incoming log."""

from sqlmodel import Session

from models.words import AuditAction, AuditSubject
from services.accounts import audit
from services.accounts.audit import HIDDEN
from services.intake.contract import EventInput
from services.intake.incoming_call import Call


def note_fired(
    session: Session, call: Call, event: EventInput, *, event_id: str, lead_id: str
) -> None:
    """Write down that somebody fired an event by hand, its custom values by name only."""
    facts: dict[str, object] = {
        "event": event.event,
        "lead_id": lead_id,
        "amount": event.amount,
        "currency": event.currency,
        "order_id": event.order_id,
        "conversion_status": event.conversion_status,
        "occurred_at": event.occurred_at,
    }
    facts |= {f"fields.{name}": HIDDEN for name, value in event.fields.items() if value is not None}
    audit.record(
        session,
        call.actor,
        AuditAction.FIRED,
        AuditSubject.EVENT,
        key=event_id,
        name=event.event,
        after={name: value for name, value in facts.items() if value is not None},
        now=call.received_at,
    )
