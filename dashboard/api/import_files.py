"""Files that imports give back: what became of each row, and templates to begin with."""

from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import Query, Response
from fastapi.responses import StreamingResponse

from dashboard.api.does import does
from dashboard.api.request import one_of
from dashboard.api.visitor import Visitor, files
from models.words import ImportKind
from services.actor import Right
from services.errors import NotFound
from services.imports import results, templates

CSV_TYPE: Final = "text/csv"

router = files("Imports")


@router.get("/imports/templates/{kind}.csv")
@does(Right.IMPORT, text=CSV_TYPE)
async def import_template(actor: Visitor, kind: str) -> Response:
    """Return a file to begin with: the header row and one example."""
    actor.require(Right.IMPORT)
    if kind not in set(ImportKind):
        raise NotFound("template", kind)
    return Response(
        templates.template(ImportKind(kind)),
        media_type=f"{CSV_TYPE}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{kind}-template.csv"'},
    )


@router.get("/imports/{import_id}/result.csv")
@does(Right.SEE_CONTACTS, text=CSV_TYPE, problems=(409,))
async def import_result(
    actor: Visitor,
    import_id: str,
    only: Annotated[
        str, one_of(("bad",)), Query(description="`bad`: without what is ready or imported")
    ] = "",
) -> Response:
    """Return the file with two columns more: what became of each row, and why."""
    row, pieces = await results.open_result(actor, import_id, only_bad=only == "bad")
    name = row.file_name.rpartition(".")[0] or row.file_name
    plain = "".join(one if one.isascii() and one.isalnum() else "-" for one in name)[:80]
    charset = row.encoding.removesuffix("-le").removesuffix("-be")
    parts: AsyncIterator[bytes] = pieces
    return StreamingResponse(
        parts,
        media_type=f"{CSV_TYPE}; charset={charset}",
        headers={"Content-Disposition": f'attachment; filename="{plain}-result.csv"'},
    )
