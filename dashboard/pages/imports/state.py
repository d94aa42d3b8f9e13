"""What the list of imports shows."""

from dataclasses import dataclass
from typing import Any, Final

import reflex as rx

from dashboard import feedback, live, routes
from dashboard.components import list_state
from dashboard.session import SessionState, actor, guarded
from models.words import ImportKind, ImportStatus
from services.actor import Right
from services.errors import AppError, InvalidInput
from services.imports import jobs
from services.imports.rows import ImportRow
from services.paging import PageRequest, decode_cursor

PAGE_SIZE: Final = 50
KIND_LABELS: Final = {
    ImportKind.LEADS: "Leads",
    ImportKind.EVENTS: "Events",
    ImportKind.STATUS_CHANGES: "Status changes",
}


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One import in the table; `percent` is of what goes on now."""

    id: str
    file_name: str
    kind: str
    status: str
    outcome: str
    percent: int
    is_working: bool
    actor: str
    at: str


class ImportsState(rx.State):
    """The table, and what happens after an upload."""

    lines: list[ImportLine] = rx.field(default_factory=list)
    list_state: str = list_state.LOADING
    problem: str = ""
    older: str = ""
    is_first_page: bool = True

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show the page that the address asks for, and again after every change."""
        cursor = _own(self.router.url.query_parameters.get("cursor", ""))
        async with self:
            self.is_first_page = not cursor
        async for _ in live.changes(self):
            await self._load(cursor)

    @rx.event
    @guarded(Right.IMPORT)
    async def uploaded(self, import_id: str) -> Any:
        """Open a file that has arrived; its times are of the viewer's zone until it says else."""
        row = await jobs.get(actor(), import_id)
        session = await self.get_state(SessionState)
        if not row.options.time_zone and row.status is ImportStatus.DRAFT:
            await jobs.configure(actor(), import_id, {"time_zone": session.time_zone})
        return rx.redirect(routes.import_(row.id))

    @rx.event
    @guarded(Right.READ)
    async def show_older(self) -> Any:
        """Go one page back in time."""
        return rx.redirect(routes.with_query(routes.IMPORTS, cursor=self.older))

    @rx.event
    @guarded(Right.READ)
    async def show_newest(self) -> Any:
        """Go to the newest ones."""
        return rx.redirect(routes.IMPORTS)

    async def _load(self, cursor: str) -> None:
        try:
            page = await jobs.list_page(actor(), PageRequest(limit=PAGE_SIZE, cursor=cursor))
        except AppError as error:
            async with self:
                self.problem, self.list_state = feedback.sentence(error), list_state.FAILED
            return
        lines = [line_of(row) for row in page.items]
        shown = list_state.READY if lines else list_state.EMPTY
        new = (lines, shown, page.next_cursor or "")
        if new != (self.lines, self.list_state, self.older):
            async with self:
                self.lines, self.list_state, self.older = new


def line_of(row: ImportRow) -> ImportLine:
    """Return what the table shows of an import."""
    return ImportLine(
        id=row.id,
        file_name=row.file_name,
        kind=KIND_LABELS[row.kind],
        status=row.status,
        outcome=outcome(row),
        percent=row.percent,
        is_working=row.is_working,
        actor=row.actor_name,
        at=row.created_at.isoformat(),
    )


def outcome(row: ImportRow) -> str:
    """Return in a few words what has become of the rows so far."""
    if row.is_working:
        total = row.applied.imported if row.status is ImportStatus.UNDOING else row.rows
        return f"{row.done:,} of {total:,}" if total else "Reading the file"
    if row.status is ImportStatus.UNDONE:
        kept = row.undone.kept + row.undone.reversed
        return f"{row.undone.undone:,} taken back" + (f", {kept:,} stay" if kept else "")
    if row.status is ImportStatus.DRAFT:
        return "Could not be read" if row.problem else "Not checked yet"
    counts = row.verified if row.status is ImportStatus.VERIFIED else row.applied
    good = counts.ready or counts.imported
    word = "ready" if row.status is ImportStatus.VERIFIED else "imported"
    parts = [f"{good:,} {word}"]
    if counts.duplicate:
        parts.append(f"{counts.duplicate:,} duplicate")
    if counts.refused:
        parts.append(f"{counts.refused:,} refused")
    return ", ".join(parts)


def _own(cursor: str) -> str:
    """Return a cursor of an address that may be old or mistyped; the first page for a wrong one."""
    try:
        decode_cursor(cursor, keys=2)
    except InvalidInput:
        return ""
    return cursor
