"""What the list of incoming URLs shows, and the dialog that makes one."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from dashboard import feedback, live, routes
from dashboard.components import list_state
from dashboard.session import actor, guarded
from services.actor import Right
from services.catalog import incoming_urls
from services.catalog.incoming_urls import IncomingUrlRow
from services.errors import AppError
from services.paging import MAX_LIMIT, PageRequest


@dataclass(frozen=True, slots=True)
class UrlLine:
    """One incoming URL in the list."""

    id: str
    name: str
    campaign: str
    event: str
    prefix: str
    last_used_at: str
    is_archived: bool


class IncomingState(rx.State):
    """The list, newest first, and the dialog."""

    lines: list[UrlLine] = rx.field(default_factory=list)
    list_state: str = list_state.LOADING
    problem: str = ""
    may_edit: bool = False

    is_open: bool = False
    busy: bool = False
    name_error: str = ""
    form_problem: str = ""

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show the list, and again after every change."""
        async with self:
            self.may_edit = Right.EDIT_DEFINITIONS in actor().rights
        async for _ in live.changes(self):
            await self._load()

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def open_new(self) -> None:
        """Open the empty form."""
        actor().require(Right.EDIT_DEFINITIONS)
        self._show({})
        self.is_open = True

    @rx.event
    @guarded(Right.READ)
    async def set_open(self, is_open: bool) -> None:
        """Close the form; a forged `True` opens nothing."""
        self.is_open = self.is_open and bool(is_open)

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def create(self, form: dict[str, Any]) -> Any:
        """Make the URL and go to its builder."""
        if not self.is_open:  # the second half of a double click
            return
        self.busy = True
        yield
        try:
            row = await incoming_urls.create(actor(), {"name": str(form.get("url_name", ""))})
        except AppError as error:
            self._show(feedback.errors_of(error))
            return
        self.is_open = self.busy = False
        yield rx.redirect(routes.incoming_url(row.id))

    def _show(self, errors: dict[str, str]) -> None:
        self.busy = False
        self.name_error = errors.pop("name", "")
        self.form_problem = " ".join(errors.values())

    async def _load(self) -> None:
        try:
            page = await incoming_urls.list_page(
                actor(), PageRequest(limit=MAX_LIMIT), archived=None
            )
        except AppError as error:
            async with self:
                self.problem, self.list_state = feedback.sentence(error), list_state.FAILED
            return
        rows = sorted(
            page.items, key=lambda row: (row.archived_at is not None, row.name.casefold())
        )
        lines = [_line(row) for row in rows]
        shown = list_state.READY if lines else list_state.EMPTY
        if (lines, shown) != (self.lines, self.list_state):
            async with self:
                self.lines, self.list_state = lines, shown


def _line(row: IncomingUrlRow) -> UrlLine:
    return UrlLine(
        id=row.id,
        name=row.name,
        campaign=row.campaign or "",
        event=row.event or "",
        prefix=row.key_prefix,
        last_used_at=row.last_used_at.isoformat() if row.last_used_at else "",
        is_archived=row.archived_at is not None,
    )
