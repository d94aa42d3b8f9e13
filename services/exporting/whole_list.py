"""A list as a whole, row by row, written into the audit before its first row."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, TypeVar

from sqlmodel import Session

from models.words import AuditAction, AuditSubject
from services import database
from services.accounts import audit
from services.actor import Actor
from services.clock import Clock
from services.paging import MAX_LIMIT, Page, PageRequest

Row = TypeVar("Row")
Filter = TypeVar("Filter")
ListPage = Callable[[Actor, Filter, PageRequest], Awaitable[Page[Row]]]


async def whole_list(
    list_page: ListPage[Filter, Row],
    actor: Actor,
    wanted: Filter,
    *,
    file: str,
    subject: AuditSubject,
    clock: Clock,
) -> AsyncIterator[Row]:
    """Return every row that matches, newest first; page by page, so that it never holds many.

    Raises what `list_page` raises before anything is written. What comes in meanwhile is not part
    of it. The entry of the audit names the `file` and what of the filter says something.
    """
    page = await list_page(actor, wanted, PageRequest(limit=MAX_LIMIT))
    await database.write(_note, actor, wanted, file, subject, clock())

    async def rows() -> AsyncIterator[Row]:
        found = page
        while True:
            for row in found.items:
                yield row
            if found.next_cursor is None:
                return
            onward = PageRequest(limit=MAX_LIMIT, cursor=found.next_cursor)
            found = await list_page(actor, wanted, onward)

    return rows()


def _note(
    session: Session, actor: Actor, wanted: Any, file: str, subject: AuditSubject, now: datetime
) -> None:
    audit.record(
        session,
        actor,
        AuditAction.EXPORTED,
        subject,
        key=file,
        after=_members(wanted),
        now=now,
    )


def _members(wanted: Any) -> Mapping[str, object]:
    """Return the filter's members that say something."""
    members = {each.name: getattr(wanted, each.name) for each in fields(wanted)}
    return {name: value for name, value in members.items() if value not in ("", (), None)}
