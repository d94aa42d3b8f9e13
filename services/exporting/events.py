"""The event log as a whole, for a file."""

from collections.abc import AsyncIterator

from models.words import AuditSubject
from services.actor import Actor, Right
from services.clock import Clock, utc_now
from services.exporting.whole_list import whole_list
from services.reporting import event_log
from services.reporting.event_log import EventLogFilter, EventLogRow


async def event_rows(
    actor: Actor, wanted: EventLogFilter, *, clock: Clock = utc_now
) -> AsyncIterator[EventLogRow]:
    """Return every event that matches, newest first; see `whole_list`.

    Raises NotAllowed, and InvalidInput for a wrong filter.
    """
    actor.require(Right.READ)
    return await whole_list(
        event_log.list_page,
        actor,
        wanted,
        file="events.csv",
        subject=AuditSubject.LOG,
        clock=clock,
    )
