"""Files that a signed-in person uploads on our own pages: with the cookie, from there alone."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from dashboard.api.answer import answer
from dashboard.api.does import does
from dashboard.api.imports import receive
from dashboard.api.visitor import signed_in
from dashboard.client_address import is_own_origin
from dashboard.routes import IMPORT_FILES
from services.actor import Right
from services.errors import NotAllowed

router = APIRouter(prefix=IMPORT_FILES, include_in_schema=False)


@router.post("/upload", status_code=201)
@does(Right.IMPORT)
async def upload(
    request: Request, kind: Annotated[str, Query()] = "", name: Annotated[str, Query()] = ""
) -> Response:
    """Take a file that somebody chose on the imports page."""
    if not is_own_origin(request.headers.get("origin", ""), request):
        raise NotAllowed("Upload files with the form on this site's own pages.")
    row = await receive(await signed_in(request), request, kind=kind, name=name[:255])
    return answer({"id": row.id}, status=201)
