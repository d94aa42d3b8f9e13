"""`/audit`: who did what, when and from where; and the same as a file."""

import json
from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import Depends, Query, Response
from fastapi.responses import StreamingResponse

from dashboard.api.answer import answer, answer_list
from dashboard.api.csv_cells import csv_line
from dashboard.api.does import does
from dashboard.api.request import Caller, MomentText, PageOf, moment, one_of, words
from dashboard.api.routing import resource
from dashboard.api.shapes.audit import AuditEntry
from dashboard.api.shapes.envelopes import Listed
from dashboard.api.visitor import Visitor, files
from models.words import AuditAction, AuditSubject
from services.actor import Right
from services.exporting.audit_entries import audit_rows
from services.reporting import audit_log
from services.reporting.audit_log import AuditFilter, AuditRow

router = resource("Audit")
export = files("Audit")

COLUMNS: Final = tuple(AuditEntry.__annotations__)
_LINES_PER_PART: Final = 200


def audit_filter(
    *,
    actor: Annotated[str, Query(description="id of a person or a key")] = "",
    action: Annotated[list[str], one_of(AuditAction), Query(description="may be repeated")] = [],  # noqa: B006 - FastAPI copies it
    subject: Annotated[str, one_of(AuditSubject)] = "",
    key: Annotated[str, Query(description="name, key or id of what it was done to")] = "",
    from_: Annotated[MomentText, Query(alias="from", description="inclusive, with offset")] = "",
    to: Annotated[MomentText, Query(description="exclusive, with offset")] = "",
) -> AuditFilter:
    """Return which entries are asked for."""
    return AuditFilter(
        actor=actor,
        action=words(action),
        subject=subject,
        key=key,
        since=moment(from_),
        until=moment(to),
    )


Wanted = Annotated[AuditFilter, Depends(audit_filter)]


@router.get("/audit")
@does(Right.READ_AUDIT, Listed[AuditEntry])
async def list_audit(actor: Caller, page: PageOf, wanted: Wanted) -> Response:
    """List what was done, newest first."""
    return answer_list(await audit_log.list_page(actor, wanted, page), _json)


@router.get("/audit/{entry_id}")
@does(Right.READ_AUDIT, AuditEntry)
async def get_audit_entry(actor: Caller, entry_id: str) -> Response:
    """Return one entry."""
    return answer(_json(await audit_log.get(actor, entry_id)))


@export.get("/audit.csv")
@does(Right.READ_AUDIT, text="text/csv")
async def export_audit(actor: Visitor, wanted: Wanted) -> Response:
    """Download the audit as CSV, newest first, with the same filters; itself an entry of it."""
    rows = await audit_rows(actor, wanted)
    return StreamingResponse(
        _written(rows),
        media_type="text/csv",
        headers={"Content-Disposition": 'attachment; filename="audit.csv"'},
    )


async def _written(rows: AsyncIterator[AuditRow]) -> AsyncIterator[bytes]:
    lines = [csv_line(COLUMNS)]
    async for row in rows:
        members = _json(row)
        lines.append(csv_line(_cell(members[name]) for name in COLUMNS))
        if len(lines) == _LINES_PER_PART:
            yield b"".join(lines)
            lines.clear()
    yield b"".join(lines)


def _cell(value: object) -> object:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value


def _json(row: AuditRow) -> dict[str, object]:
    return {
        "id": row.id,
        "at": row.at,
        "actor_kind": row.actor_kind,
        "actor_id": row.actor_id,
        "actor": row.actor_name,
        "address": row.address,
        "action": row.action,
        "subject": row.subject,
        "key": row.subject_key,
        "name": row.subject_name,
        "before": None if row.before is None else dict(row.before),
        "after": None if row.after is None else dict(row.after),
    }
