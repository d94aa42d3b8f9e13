"""The event log as a whole, row by row, for a file."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import fields
from datetime import datetime

from sqlmodel import Session

from models.words import AuditAction, AuditSubject
from services import database
from services.accounts import audit
from services.actor import Actor, Right
from services.clock import Clock, utc_now
from services.paging import MAX_LIMIT, PageRequest
from services.reporting import event_log
from services.reporting.event_log import EventLogFilter, EventLogRow

_FILE = "events.csv"


async def event_rows(
    actor: Actor, wanted: EventLogFilter, *, clock: Clock = utc_now
) -> AsyncIterator[EventLogRow]:
    """Return every event that matches, newest first; page by page, so that it never holds many.

    Raises NotAllowed, and InvalidInput for a wrong filter. The export is written into the audit
    before its first row. What comes in meanwhile is not part of it.
    """
    actor.require(Right.READ)
    page = await event_log.list_page(actor, wanted, PageRequest(limit=MAX_LIMIT))
    await database.write(_note, actor, wanted, clock())

    async def rows() -> AsyncIterator[EventLogRow]:
        found = page
        while True:
            for row in found.items:
                yield row
            if found.next_cursor is None:
                return
            onward = PageRequest(limit=MAX_LIMIT, cursor=found.next_cursor)
            found = await event_log.list_page(actor, wanted, onward)

    return rows()


def _note(session: Session, actor: Actor, wanted: EventLogFilter, now: datetime) -> None:
    audit.record(
        session,
        actor,
        AuditAction.EXPORTED,
        AuditSubject.LOG,
        key=_FILE,
        after=_members(wanted),
        now=now,
    )


def _members(wanted: EventLogFilter) -> Mapping[str, object]:
    """Return the filter's members that say something."""
    members = {each.name: getattr(wanted, each.name) for each in fields(wanted)}
    return {name: value for name, value in members.items() if value not in ("", (), None)}
