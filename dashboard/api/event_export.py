"""`/events.csv`: the event log as a file, for programs and for the button on the page."""

from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse

from dashboard.api.csv_cells import csv_line
from dashboard.api.does import does
from dashboard.api.events import event_filter, event_row_json
from dashboard.api.request import bearer, caller, refuse_unknown_query
from dashboard.api.routing import BASE, operation_id
from dashboard.api.shapes.facts import Event
from dashboard.client_address import client_address
from services.accounts import sessions
from services.actor import Actor, Right
from services.errors import NotAllowed, NotSignedIn
from services.exporting.events import event_rows
from services.reporting.event_log import EventLogFilter, EventLogRow

COLUMNS: Final = tuple(Event.__annotations__)
_LINES_PER_PART: Final = 200


async def caller_or_visitor(request: Request) -> Actor:
    """Return the program behind a key, or else the person who is signed in on our own pages."""
    cookie = request.cookies.get(sessions.COOKIE_NAME, "")
    if "authorization" in request.headers or not cookie:
        actor = await caller(request)
        if Right.INCOMING in actor.rights:
            raise NotAllowed("This is the key of an incoming URL. It works there and nowhere else.")
        return actor
    # A link on another site would at most fill the person's disk; it has no business here either.
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise NotAllowed("Open the event log and download the file there.")
    visitor = await sessions.actor_of(cookie, address=client_address(request))
    if visitor is None:
        raise NotSignedIn("You are not signed in any more. Sign in and download the file again.")
    return visitor


Visitor = Annotated[Actor, Depends(caller_or_visitor)]


def _known_query(request: Request, _actor: Visitor) -> None:
    refuse_unknown_query(request)


router = APIRouter(
    prefix=BASE,
    tags=["Events"],
    dependencies=[Depends(bearer), Depends(_known_query)],
    generate_unique_id_function=operation_id,
)


@router.get("/events.csv")
@does(Right.READ, text="text/csv")
async def export_events(
    actor: Visitor, wanted: Annotated[EventLogFilter, Depends(event_filter)]
) -> Response:
    """Download the event log as CSV, newest first.

    The same filters as the list, without an end to it; a cell that a spreadsheet would take for a
    formula begins with an apostrophe.
    """
    rows = await event_rows(actor, wanted)
    return StreamingResponse(
        _written(rows),
        media_type="text/csv",
        headers={"Content-Disposition": 'attachment; filename="events.csv"'},
    )


async def _written(rows: AsyncIterator[EventLogRow]) -> AsyncIterator[bytes]:
    lines = [csv_line(COLUMNS)]
    async for row in rows:
        members: Mapping[str, object] = event_row_json(row)
        lines.append(csv_line(members[name] for name in COLUMNS))
        if len(lines) == _LINES_PER_PART:
            yield b"".join(lines)
            lines.clear()
    yield b"".join(lines)
