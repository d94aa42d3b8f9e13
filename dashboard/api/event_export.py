"""`/events.csv`: the event log as a file, for programs and for the button on the page."""

from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Final

from fastapi import Depends, Response
from fastapi.responses import StreamingResponse

from dashboard.api.csv_cells import csv_line
from dashboard.api.does import does
from dashboard.api.events import event_filter, event_row_json
from dashboard.api.shapes.facts import Event
from dashboard.api.visitor import Visitor, files
from services.actor import Right
from services.clock import utc_now
from services.exporting.events import event_rows
from services.reporting.event_log import EventLogFilter, EventLogRow

COLUMNS: Final = tuple(Event.__annotations__)
_LINES_PER_PART: Final = 200


router = files("Events")


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
    name = f"events-{utc_now():%Y-%m-%d}.csv"
    return StreamingResponse(
        _written(rows),
        media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
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
