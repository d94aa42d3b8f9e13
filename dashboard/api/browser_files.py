"""Files between a signed-in browser and us: with the cookie, for our own pages alone."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from dashboard.api.answer import answer
from dashboard.api.imports import receive, result_file, template_file
from dashboard.client_address import client_address, is_own_origin
from dashboard.routes import IMPORT_FILES
from services.accounts import sessions
from services.actor import Actor
from services.errors import NotAllowed, NotSignedIn

router = APIRouter(prefix=IMPORT_FILES, include_in_schema=False)


async def signed_in(request: Request) -> Actor:
    """Return the person behind the cookie; raise NotSignedIn."""
    cookie = request.cookies.get(sessions.COOKIE_NAME, "")
    actor = await sessions.actor_of(cookie, address=client_address(request))
    if actor is None:
        raise NotSignedIn("Your session has ended. Sign in again.")
    return actor


@router.post("/upload", status_code=201)
async def upload(request: Request, kind: str, name: Annotated[str, Query()] = "") -> Response:
    """Take a file that somebody chose on the imports page."""
    if not is_own_origin(request.headers.get("origin", ""), request):
        raise NotAllowed("Upload files with the form on this site's own pages.")
    actor = await signed_in(request)
    row = await receive(actor, request, kind=kind, name=name[:255])
    return answer({"id": row.id}, status=201)


@router.get("/template/{kind}.csv")
async def template(request: Request, kind: str) -> Response:
    """Give a file to begin with."""
    await signed_in(request)
    return template_file(kind)


@router.get("/{import_id}/result.csv")
async def result(request: Request, import_id: str, only: str = "") -> Response:
    """Give a file back with what became of its rows; only to a click on our own pages."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise NotAllowed("Download this file from this site's own pages.")
    return await result_file(await signed_in(request), import_id, only_bad=only == "bad")
