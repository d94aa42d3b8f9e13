"""`/leads`: who was captured, and what happened to them since."""

from typing import Annotated, Final

from fastapi import Query, Response

from dashboard.api.answer import answer_list, answer_versioned, answer_whole
from dashboard.api.does import does
from dashboard.api.repeats import answered
from dashboard.api.request import Caller, ExpectedVersion, JsonObject, PageOf
from dashboard.api.routing import resource
from dashboard.api.shapes.envelopes import Listed
from dashboard.api.shapes.facts import Happening, Lead, LeadAgain
from services.actor import Right
from services.intake import erasure, leads
from services.intake.lead_input import LeadChanges, LeadInput
from services.intake.leads import CreatedLead, LeadRow
from services.reporting import lead_timeline
from services.reporting.lead_timeline import TimelineEntry
from services.validation import InputModel, validate

router = resource("Leads")

MOST_ENTRIES: Final = 2_000


class ErasureInput(InputModel):
    """How a lead is erased: with deliveries that wait given up, or not at all while there are."""

    cancel_waiting: bool = False


@router.post("/leads", status_code=201)
@does(Right.CAPTURE_LEADS, Lead, also={200: LeadAgain}, body=LeadInput, versioned=True)
async def create_lead(actor: Caller, data: JsonObject) -> Response:
    """Capture a lead; the same transaction id again in the campaign gives the first one, 200."""
    return await answered(leads.create(actor, data), _created)


def _created(created: CreatedLead) -> Response:
    if created.is_new:
        location = f"/api/v1/leads/{created.lead.id}"
        return answer_versioned(_json(created.lead), status=201, location=location)
    return answer_versioned({**_json(created.lead), "differs": list(created.differs)})


@router.get("/leads")
@does(Right.READ, Listed[Lead])
async def list_leads(
    actor: Caller,
    page: PageOf,
    campaign: Annotated[str, Query(description="key of a campaign")] = "",
    affiliate: Annotated[str, Query(description="key of an affiliate")] = "",
    q: Annotated[str, Query(max_length=255, description="id, e-mail, phone or name")] = "",
) -> Response:
    """List leads, newest first."""
    found = await leads.list_page(actor, page, campaign=campaign, affiliate=affiliate, q=q)
    return answer_list(found, _json)


@router.get("/leads/{lead_id}")
@does(Right.READ, Lead, versioned=True)
async def get_lead(actor: Caller, lead_id: str) -> Response:
    """Return one lead."""
    return answer_versioned(_json(await leads.get(actor, lead_id)))


@router.patch("/leads/{lead_id}")
@does(Right.CAPTURE_LEADS, Lead, body=LeadChanges, partial=True, versioned=True)
async def change_lead(
    actor: Caller, lead_id: str, data: JsonObject, version: ExpectedVersion
) -> Response:
    """Change the given details of a lead; ids and campaign stay."""
    row = await leads.update_details(actor, lead_id, data, if_match=version)
    return answer_versioned(_json(row))


@router.post("/leads/{lead_id}/erase")
@does(Right.ERASE_LEADS, Lead, body=ErasureInput, problems=(409,), versioned=True)
async def erase_lead(actor: Caller, lead_id: str, data: JsonObject) -> Response:
    """Empty all that says who the lead is; ids, amounts, times and statuses stay.

    409 while deliveries of it wait, unless `cancel_waiting` gives them up.
    """
    given = validate(ErasureInput, data)
    row = await erasure.erase(actor, lead_id, cancel_waiting=given.cancel_waiting)
    return answer_versioned(_json(row))


@router.get("/leads/{lead_id}/timeline")
@does(Right.READ, Listed[Happening])
async def get_timeline(actor: Caller, lead_id: str, page: PageOf) -> Response:
    """List what happened to a lead, newest first."""
    entries = await lead_timeline.list_entries(actor, lead_id, limit=MOST_ENTRIES)
    return answer_whole(
        entries,
        page,
        _entry_json,
        id_of=lambda entry: f"{entry.at.isoformat()} {entry.kind} {entry.event_id} {entry.title}",
    )


def _json(row: LeadRow) -> dict[str, object]:
    return {
        "lead_id": row.id,
        "transaction_id": row.transaction_id,
        "campaign": row.campaign,
        "affiliate": row.affiliate,
        "external_click_id": row.external_click_id,
        "email": row.email,
        "phone": row.phone,
        "first_name": row.first_name,
        "last_name": row.last_name,
        **{f"sub{number}": text for number, text in enumerate(row.subs, start=1)},
        "fields": dict(row.fields),
        "source": row.source,
        "submitted_at": row.submitted_at,
        "created_at": row.created_at,
        "erased_at": row.erased_at,
        "version": row.version,
    }


def _entry_json(entry: TimelineEntry) -> dict[str, object]:
    return {
        "at": entry.at,
        "kind": entry.kind,
        "title": entry.title,
        "detail": entry.detail,
        "status": entry.status,
        "event_id": entry.event_id or None,
        "actor": entry.actor_name,
    }
