"""A lead with a contact, everything that was ever recorded about it, and what of it must go."""

from typing import Any

from sqlalchemy import text

from models.words import Method, Source
from services import database
from services.actor import SYSTEM
from services.catalog import custom_fields
from services.intake.recording import record_event
from services.intake.status_changes import change
from tests.world import World, deliveries, make_world

EMAIL, PHONE = "Ann.Lee@example.com", "+1 415 555 0132"
CONTACT: dict[str, Any] = {
    "email": EMAIL,
    "phone": PHONE,
    "first_name": "Ann",
    "last_name": "Leeson",
    "external_click_id": "gclid-77-secret",
    "sub1": "audience-ann.lee@example.com",
    "fields": {"street": "12 Rose Lane", "home_phone": "4155550177"},
}
# Of each contact, and of everything else that says who she is.
CONTACTS = ("ann.lee", "5550132", "555 0132", "555%200132", "5550177")
PERSONAL = (*CONTACTS, "leeson", "gclid-77", "rose lane", "audience", "blue eyes", "called back")
URL = "https://partner.example.com/cb?e={email}&p={phone}&tid={transaction_id}&d={phone|digits}"
BODY = '{"mail":"{email}","name":"{last_name}","street":"{lead:street}","h":"{email|lower|sha256}"}'


async def make_lead(*, deliver: bool = True) -> World:
    """Record a lead, its event by API with its contact in the payload, and how that was sent."""
    world = await make_world(multi_trigger=True, **CONTACT)
    await custom_fields.create(
        SYSTEM, world.campaign, world.event, {"name": "note", "type": "text"}
    )
    await world.postback(URL, method=Method.POST, body=BODY, headers={"X-Mail": "{email}"})
    await world.fire(amount="49.90", currency="USD", fields={"note": f"{EMAIL}, blue eyes"})
    event_id = (await deliveries())[0].event_id
    await change(
        SYSTEM, event_id, to="rejected", reason="Ann Leeson called back", source=Source.API
    )
    refused = {
        "event": world.event,
        "lead_id": world.lead_id,
        "amount": "x",
        "fields": {"a": EMAIL},
    }
    await record_event(SYSTEM, refused, source=Source.API)
    if deliver:
        await database.write(_deliver)
    return world


def _deliver(session: Any) -> None:
    session.execute(
        text("UPDATE delivery SET status = 'delivered', due_at = NULL, attempts = 1, tries = 1")
    )
    session.execute(text("UPDATE event SET delivery_status = 'delivered', response_code = 200"))
    session.execute(
        text(
            "INSERT INTO attempt (id, delivery_id, number, trigger, started_at, duration_ms,"
            " outcome, status_code, message, response_headers, response_body, truncated, late)"
            " SELECT 'att_1', id, 1, 'automatic', created_at, 5, 'succeeded', 200,"
            " :message, :headers, :body, false, false FROM delivery"
        ),
        {
            "message": f"moved to https://partner.example.com/?u={EMAIL}",
            "headers": f'[["X-User", "{EMAIL}"]]',
            "body": f'{{"hello": "{EMAIL.upper()}", "phone": "(415) 555-0132", "name": "Leeson"}}',
        },
    )


def traces(found: object, *, of: tuple[str, ...]) -> list[str]:
    """Return which of these words stand in what was found."""
    written = repr(found).lower()
    return [word for word in of if word in written]
