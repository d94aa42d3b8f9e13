"""`/healthz` and `/readyz`: for whoever restarts us or sends us traffic."""

from typing import Final

from fastapi import APIRouter, Response

from dashboard.api.answer import answer
from dashboard.api.does import does
from dashboard.api.routing import operation_id
from dashboard.api.shapes.logs import Health, Readiness
from services.reporting import health

router = APIRouter(tags=["Operations"], generate_unique_id_function=operation_id)

_NOT_STORED: Final = {"Cache-Control": "no-store"}


@router.get("/healthz")
@does(None, Health, also={503: Health})
async def healthz() -> Response:
    """Tell whether the process serves and its schema is current."""
    found = await health.get()
    return answer(
        {"status": "ok" if found.schema_current else "old_schema"},
        status=200 if found.schema_current else 503,
        headers=_NOT_STORED,
    )


@router.get("/readyz")
@does(None, Readiness, also={503: Readiness})
async def readyz() -> Response:
    """Tell whether postbacks go out: the schema is current and a worker was seen just now."""
    found = await health.get()
    reason = "ok"
    if not found.schema_current:
        reason = "old_schema"
    elif not found.worker_alive:
        reason = "no_worker"
    return answer(
        {"status": reason, "due": found.due},
        status=200 if reason == "ok" else 503,
        headers=_NOT_STORED,
    )
