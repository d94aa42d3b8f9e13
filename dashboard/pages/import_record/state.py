"""One import on screen: its steps, its progress, and what people do to it."""

from typing import Any, Final

import reflex as rx

from dashboard import feedback, live, routes
from dashboard.components import list_state
from dashboard.components.first_error import show_first_problem
from dashboard.pages.import_record.lines import (
    ImportView,
    ReasonLine,
    reason_lines,
    undo_text,
    view_of,
)
from dashboard.session import actor, guarded
from models.words import ImportKind
from services.actor import Right
from services.clock import utc_now
from services.errors import AppError, NotFound
from services.imports import commands, jobs
from services.imports.rows import ImportRow

COLUMNS: Final = "columns"
CHECK: Final = "check"
IMPORT: Final = "import"
_STEPS: Final = (COLUMNS, CHECK, IMPORT)


class ImportState(rx.State):
    """What every step of the page knows."""

    title: str = "Import"
    step: str = COLUMNS
    view: ImportView = ImportView()
    reasons: list[ReasonLine] = rx.field(default_factory=list)
    page_state: str = list_state.LOADING
    problem: str = ""
    """What a command refused, in a sentence; it stands above the step."""

    import_asking: bool = False
    undo_asking: bool = False
    undo_consequence: str = ""

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show the import, and again after every change; the step is the address's."""
        wanted = self.router.url.query_parameters.get("step", "")
        async with self:
            self.problem, self.import_asking, self.undo_asking = "", False, False
        async for _ in live.changes(self):
            try:
                row = await jobs.get(actor(), self.import_id)
            except NotFound:
                async with self:
                    self.page_state, self.title = list_state.NO_MATCH, "Import"
                return
            new = (view_of(row, utc_now()), reason_lines(row.reasons), _step(wanted, row))
            if new != (self.view, self.reasons, self.step) or self.page_state != list_state.READY:
                async with self:
                    self.view, self.reasons, self.step = new
                    self.title, self.page_state = row.file_name, list_state.READY

    @rx.event
    @guarded(Right.IMPORT)
    async def verify(self) -> Any:
        """Begin to judge the rows."""
        return await self._command(commands.verify, CHECK)

    @rx.event
    @guarded(Right.IMPORT)
    async def ask_import(self) -> None:
        """Ask before rows are recorded."""
        self.import_asking = True

    @rx.event
    @guarded(Right.READ)
    async def close_import(self, is_open: bool) -> None:
        """Close the question; a forged `True` opens nothing."""
        self.import_asking = self.import_asking and bool(is_open)

    @rx.event
    @guarded(Right.IMPORT)
    async def apply(self) -> Any:
        """Begin to import, or go on."""
        self.import_asking = False
        return await self._command(commands.apply, IMPORT)

    @rx.event
    @guarded(Right.IMPORT)
    async def cancel(self) -> Any:
        """Stop where it stands."""
        return await self._command(commands.cancel, "")

    @rx.event
    @guarded(Right.IMPORT)
    async def ask_undo(self) -> None:
        """Ask before it is undone, with what that would do now."""
        found = await commands.undo_preview(actor(), self.import_id)
        self.undo_consequence = undo_text(
            ImportKind(self.view.kind),
            total=found.total - found.sent if found.total > found.sent else 0,
            sent=found.sent,
            blocked=found.blocked,
        )
        self.undo_asking = True

    @rx.event
    @guarded(Right.READ)
    async def close_undo(self, is_open: bool) -> None:
        """Close the question; a forged `True` opens nothing."""
        self.undo_asking = self.undo_asking and bool(is_open)

    @rx.event
    @guarded(Right.IMPORT)
    async def undo(self) -> Any:
        """Begin to take it back."""
        self.undo_asking = False
        return await self._command(commands.undo, IMPORT)

    @rx.event
    @guarded(Right.IMPORT)
    async def discard(self) -> Any:
        """Remove the file; nothing of it was imported."""
        try:
            await commands.discard(actor(), self.import_id)
        except AppError as error:
            self.problem = feedback.sentence(error)
            return show_first_problem()
        return [rx.redirect(routes.IMPORTS), feedback.done(f"Removed “{self.title}”.")]

    @rx.event
    @guarded(Right.IMPORT)
    async def download(self) -> Any:
        """Give the file back with what became of each row."""
        return self._file("")

    @rx.event
    @guarded(Right.IMPORT)
    async def download_bad(self) -> Any:
        """Give only the rows back that need somebody."""
        return self._file("?only=bad")

    def _file(self, query: str) -> rx.event.EventSpec:
        url = f"/api/v1/imports/{self.view.id}/result.csv{query}"
        return rx.download(url=url, filename=f"{self.title.rpartition('.')[0]}-result.csv")

    async def _command(self, command: Any, step: str) -> Any:
        self.problem = ""
        try:
            row: ImportRow = await command(actor(), self.import_id)
        except AppError as error:
            self.problem = feedback.sentence(error)
            return show_first_problem()
        self.view, self.reasons = view_of(row, utc_now()), reason_lines(row.reasons)
        return rx.redirect(routes.import_(row.id, step=step)) if step else None


def _step(wanted: str, row: ImportRow) -> str:
    """Return the step to show: what the address asks for, as far as the import is there."""
    view = view_of(row, utc_now())
    furthest = IMPORT if view.is_begun else CHECK if not view.is_open else COLUMNS
    if view.is_verified:
        furthest = CHECK
    if wanted not in _STEPS or _STEPS.index(wanted) > _STEPS.index(furthest):
        return furthest
    # What was checked before it was imported is not kept apart.
    return furthest if view.is_begun and wanted == CHECK else wanted
