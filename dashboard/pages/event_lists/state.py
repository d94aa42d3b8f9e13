"""What the list of event lists shows and asks."""

from dataclasses import dataclass
from typing import Any, Final

import reflex as rx

from dashboard import feedback, live, routes
from dashboard.components import list_state
from dashboard.list_changes import archive_consequence
from dashboard.session import actor, guarded
from services.actor import Right
from services.catalog import event_lists
from services.catalog.event_lists import EventListRow
from services.errors import AppError, InvalidInput
from services.paging import PageRequest, decode_cursor

ARCHIVED: Final = "archived"
PAGE_SIZE: Final = 100
_EVENTS_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class ListLine:
    """One event list in the table."""

    id: str
    name: str
    first_events: list[str]
    more_events: int
    events: int
    campaigns: int
    updated_at: str
    is_archived: bool


class EventListsState(rx.State):
    """The table, its search, and what a row's menu does."""

    lines: list[ListLine] = rx.field(default_factory=list)
    list_state: str = list_state.LOADING
    problem: str = ""
    q: str = ""
    shown: str = ""
    """`archived`, or empty for the active ones."""
    newer: str = ""
    older: str = ""
    asking: str = ""
    """The id of the list that is about to be archived."""
    asking_name: str = ""
    consequence: str = ""

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show the lists that the address asks for, and again after every change."""
        query = self.router.url.query_parameters
        async with self:
            self.q = query.get("q", "")
            self.shown = ARCHIVED if query.get("status") == ARCHIVED else ""
        cursor = _own(query.get("cursor", ""))
        async for _ in live.changes(self):
            await self._load(cursor)

    @rx.event
    @guarded(Right.READ)
    async def search(self, q: str) -> Any:
        """Put the search into the address; the page then loads anew from there."""
        self.q = str(q)
        return self._address()

    @rx.event
    @guarded(Right.READ)
    async def show(self, shown: str) -> Any:
        """Switch between active and archived lists."""
        self.shown = ARCHIVED if shown == ARCHIVED else ""
        return self._address()

    @rx.event
    @guarded(Right.READ)
    async def clear(self) -> Any:
        """Take all filters away."""
        return rx.redirect(routes.EVENT_LISTS)

    @rx.event
    @guarded(Right.READ)
    async def turn(self, cursor: str) -> Any:
        """Go to the page of the table that a cursor names."""
        return self._address(str(cursor))

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def clone(self, list_id: str) -> Any:
        """Copy a list with its events, and open the copy."""
        row = await event_lists.clone(actor(), str(list_id))
        return [
            feedback.done(f"Cloned as “{row.name}”. No campaign uses it yet."),
            rx.redirect(routes.event_list(row.id)),
        ]

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def ask(self, list_id: str, name: str) -> None:
        """Open the question whether to archive, with what it would take away."""
        self.consequence = await archive_consequence(str(list_id))
        self.asking, self.asking_name = str(list_id), str(name)

    @rx.event
    @guarded(Right.READ)
    async def stop_asking(self, is_open: bool) -> None:
        """Close the question."""
        if not is_open:
            self.asking = ""

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def archive(self) -> Any:
        """Archive the list that was asked about."""
        list_id, self.asking = self.asking, ""
        row = await event_lists.archive(actor(), list_id)
        return feedback.done(f"Archived “{row.name}”.")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def restore(self, list_id: str) -> Any:
        """Bring an archived list back into force."""
        row = await event_lists.restore(actor(), str(list_id))
        return feedback.done(f"Restored “{row.name}”: its campaigns have its events again.")

    def _address(self, cursor: str = "") -> rx.event.EventSpec:
        target = routes.with_query(routes.EVENT_LISTS, q=self.q, status=self.shown, cursor=cursor)
        return rx.redirect(target, replace=not cursor)

    async def _load(self, cursor: str) -> None:
        request = PageRequest(limit=PAGE_SIZE, cursor=cursor)
        try:
            page = await event_lists.list_page(
                actor(), request, archived=bool(self.shown), q=self.q
            )
        except AppError as error:
            async with self:
                self.problem, self.list_state = feedback.sentence(error), list_state.FAILED
            return
        lines = [_line(row) for row in page.items]
        empty = list_state.NO_MATCH if self.q or self.shown else list_state.EMPTY
        shown = list_state.READY if lines else empty
        new = (lines, shown, page.previous_cursor or "", page.next_cursor or "")
        if new != (self.lines, self.list_state, self.newer, self.older):
            async with self:
                self.lines, self.list_state, self.newer, self.older = new


def _own(cursor: str) -> str:
    """Return a cursor of an address that may be old or mistyped; the first page for a wrong one."""
    try:
        decode_cursor(cursor, keys=2)
    except InvalidInput:
        return ""
    return cursor


def _line(row: EventListRow) -> ListLine:
    return ListLine(
        id=row.id,
        name=row.name,
        first_events=list(row.events[:_EVENTS_SHOWN]),
        more_events=len(row.events[_EVENTS_SHOWN:]),
        events=len(row.events),
        campaigns=len(row.campaigns),
        updated_at=row.updated_at.isoformat(),
        is_archived=row.archived_at is not None,
    )
