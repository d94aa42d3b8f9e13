"""`/imports`: files of leads, events and status changes."""

from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import Query, Request, Response

from dashboard.api.answer import answer, answer_list
from dashboard.api.does import does
from dashboard.api.import_files import CSV_TYPE
from dashboard.api.problem import BodyTooLarge, NotJson
from dashboard.api.request import Caller, JsonObject, PageOf
from dashboard.api.routing import BASE, resource
from dashboard.api.shapes.envelopes import Listed
from dashboard.api.shapes.imports import Import, ImportPreview, UndoCount
from models.words import ImportKind
from services.actor import Actor, Right
from services.imports import commands, jobs, uploads
from services.imports.contract import MAX_BYTES, FileTooLarge, ImportOptions
from services.imports.rows import Counts, ImportRow
from services.imports.uploads import TOO_LARGE
from services.validation import InputModel, validate

router = resource("Imports")

_TYPES: Final = frozenset({"", CSV_TYPE, "text/plain", "application/octet-stream"})
_KIND: Final = Query(description=f"one of {', '.join(ImportKind)}")
_NAME: Final = Query(description="the file's name, for people", max_length=255)


class UndoInput(InputModel):
    """Whether undoing is only counted."""

    dry_run: bool = False


@router.post("/imports", status_code=201)
@does(Right.IMPORT, Import, problems=(400, 413, 415))
async def upload_import(
    actor: Caller,
    request: Request,
    kind: Annotated[str, _KIND] = "",
    name: Annotated[str, _NAME] = "",
) -> Response:
    """Upload a CSV file; nothing is imported yet.

    The file itself is the body, with `Content-Type: text/csv`: at most 50 MiB and 200,000 rows.
    """
    row = await receive(actor, request, kind=kind, name=name)
    return answer(import_json(row), status=201, headers={"Location": f"{BASE}/imports/{row.id}"})


@router.get("/imports")
@does(Right.READ, Listed[Import])
async def list_imports(actor: Caller, page: PageOf) -> Response:
    """List imports, newest first."""
    return answer_list(await jobs.list_page(actor, page), import_json)


@router.get("/imports/{import_id}")
@does(Right.READ, Import)
async def get_import(actor: Caller, import_id: str) -> Response:
    """Return how far an import is, with its counts and the reasons of refused rows."""
    return answer(import_json(await jobs.get(actor, import_id)))


@router.get("/imports/{import_id}/preview")
@does(Right.SEE_CONTACTS, ImportPreview)
async def preview_import(actor: Caller, import_id: str) -> Response:
    """Return the first rows as they will be understood."""
    rows = await jobs.preview(actor, import_id)
    return answer(
        {
            "rows": [
                {"row": row.number, "values": dict(row.values), "problem": row.problem or None}
                for row in rows
            ]
        }
    )


@router.put("/imports/{import_id}/mapping")
@does(Right.IMPORT, Import, body=ImportOptions, partial=True, problems=(409,))
async def map_import(actor: Caller, import_id: str, data: JsonObject) -> Response:
    """Say how the file is read; what is not named stays as it is."""
    return answer(import_json(await jobs.configure(actor, import_id, data)))


@router.post("/imports/{import_id}/verify")
@does(Right.IMPORT, Import, problems=(409, 422))
async def verify_import(actor: Caller, import_id: str) -> Response:
    """Begin to judge every row; nothing is recorded."""
    return answer(import_json(await commands.verify(actor, import_id)))


@router.post("/imports/{import_id}/apply")
@does(Right.IMPORT, Import, problems=(409,))
async def apply_import(actor: Caller, import_id: str) -> Response:
    """Begin to import a verified file, or go on with a cancelled import."""
    return answer(import_json(await commands.apply(actor, import_id)))


@router.post("/imports/{import_id}/cancel")
@does(Right.IMPORT, Import)
async def cancel_import(actor: Caller, import_id: str) -> Response:
    """Stop where it stands; what is imported stays."""
    return answer(import_json(await commands.cancel(actor, import_id)))


@router.post("/imports/{import_id}/undo")
@does(Right.IMPORT, UndoCount | Import, body=UndoInput, partial=True, problems=(409,))
async def undo_import(actor: Caller, import_id: str, data: JsonObject) -> Response:
    """Begin to take an import back, or count what that would do."""
    if validate(UndoInput, data).dry_run:
        found = await commands.undo_preview(actor, import_id)
        counts = {"rows": found.total, "sent": found.sent, "blocked": found.blocked}
        return answer({"dry_run": True, **counts})
    return answer(import_json(await commands.undo(actor, import_id)))


@router.delete("/imports/{import_id}", status_code=204)
@does(Right.IMPORT, problems=(409,))
async def discard_import(actor: Caller, import_id: str) -> Response:
    """Remove a file of which nothing was imported."""
    await commands.discard(actor, import_id)
    return Response(status_code=204)


async def receive(actor: Actor, request: Request, *, kind: str, name: str) -> ImportRow:
    """Store the body of a call as a file, piece by piece."""
    actor.require(Right.IMPORT)  # before anything of the call is judged
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in _TYPES and "csv" not in media_type and "excel" not in media_type:
        raise NotJson(
            "Send the file itself as the body, with the header “Content-Type: text/csv”.",
            code="not_csv",
        )
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > MAX_BYTES:
        raise BodyTooLarge(TOO_LARGE)

    async def pieces() -> AsyncIterator[bytes]:
        async for piece in request.stream():
            yield piece

    try:
        return await uploads.receive(actor, pieces(), kind=kind, file_name=name)
    except FileTooLarge as error:
        raise BodyTooLarge(error.message) from None


def import_json(row: ImportRow) -> dict[str, object]:
    """Return an import as the API shows it."""
    return {
        "id": row.id,
        "kind": row.kind,
        "status": row.status,
        "file_name": row.file_name,
        "bytes": row.size,
        "encoding": row.encoding,
        "delimiter": row.layout.delimiter if row.layout else None,
        "columns": list(row.layout.columns) if row.layout else [],
        "notes": list(row.layout.notes) if row.layout else [],
        "mapping": row.options.model_dump(mode="json"),
        "problem": row.problem or None,
        "rows": row.rows,
        "done": row.done,
        "percent": row.percent,
        "verified": _counts(row.verified, "ready", "duplicate", "refused"),
        "applied": _counts(row.applied, "imported", "duplicate", "refused"),
        "undone": _counts(row.undone, "undone", "reversed", "kept"),
        "reasons": [
            {
                "result": reason.verdict,
                "reason": reason.text,
                "count": reason.count,
                "rows": [number for number, _ in reason.rows],
            }
            for reason in row.reasons
        ],
        "actor": row.actor_name,
        "created_at": row.created_at,
        "verified_at": row.verified_at,
        "applied_at": row.applied_at,
        "ended_at": row.ended_at,
        "undone_at": row.undone_at,
        "undo_until": row.undo_until,
        "emptied_at": row.emptied_at,
    }


def _counts(counts: Counts, *names: str) -> dict[str, int]:
    return {name: getattr(counts, name) for name in names}
