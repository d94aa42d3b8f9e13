"""What an event's page shows and asks: the form for its definition."""

from typing import Any, Final

import reflex as rx

from dashboard import feedback, live, routes
from dashboard.components.conflict_panel import ConflictLine
from dashboard.components.dedupe_choice import PER_ORDER
from dashboard.pages.event import snippets
from dashboard.pages.event.draft import EventDraft, compared, draft_of
from dashboard.pages.event.form_state import NO_ERRORS, EventForm
from dashboard.session import actor, guarded
from services.actor import Right
from services.catalog import event_types
from services.catalog.event_types import EventTypeRow
from services.errors import AppError, NotFound, StaleVersion
from services.paging import PageRequest
from services.reporting import event_log
from services.reporting.event_log import EventLogFilter

LOADING: Final = "loading"
MISSING: Final = "missing"
FAILED: Final = "failed"
READY: Final = "ready"


class EventState(EventForm, rx.State):
    """The form of one event, new or stored."""

    phase: str = LOADING
    problem: str = ""
    address: str = ""
    """The path that the fields were filled for."""

    has_fired: bool = False
    is_archived: bool = False
    is_asking: bool = False
    conflict: list[ConflictLine] = rx.field(default_factory=list)
    """Both versions, once somebody else saved while this form was being changed."""
    origin: str = ""
    """The address that the person uses, for the calls that they copy."""

    _version: int = 0
    """Of what the form was filled with; a newer one elsewhere means that somebody was faster."""
    _their_version: int = 0
    """The newest one that `conflict` has shown: what may be overwritten knowingly."""

    @rx.var
    def facts(self) -> dict[str, str]:
        """Return the body of a call that fires this event."""
        return snippets.facts(
            self.shown,
            has_amount=self.is_conversion or self.is_affiliate_conversion,
            has_order=self.multi_trigger and self.dedupe == PER_ORDER,
        )

    @rx.var
    def incoming_url(self) -> str:
        """Return the URL by which a partner fires this event."""
        return snippets.incoming_url(
            self.origin,
            self.shown,
            has_amount=self.is_conversion or self.is_affiliate_conversion,
            has_order=self.multi_trigger and self.dedupe == PER_ORDER,
        )

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def start_new(self) -> None:
        """Show the empty form, or what was typed into it before the connection broke."""
        if self.shown or not self.is_dirty:
            self._fill(None)
        self.phase, self.address = READY, self.router.url.path.rstrip("/")

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show the event of the address, and again after every change."""
        wanted = str(self.event_name)
        async with self:
            self.origin = self.router.headers.origin or self.router.url.origin
            self.address = self.router.url.path.rstrip("/")
            if wanted != self.shown:
                self._fill(None)
                self.phase = LOADING
        async for _ in live.changes(self):
            await self._load(wanted)

    @rx.event
    @guarded(Right.READ)
    async def leave(self) -> None:
        """Give up what was typed: another page was opened."""
        self.is_dirty = False

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def reload(self) -> None:
        """Throw away what was typed and show the stored event."""
        self._fill(await event_types.get(actor(), self.shown) if self.shown else None)
        self.overlap = await self._overlap()

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def save(self, form: dict[str, Any]) -> Any:
        """Store the form; what is wrong is said beside its field, and nothing typed is lost."""
        # The form's own texts: the last keys may not have been sent one by one.
        name = str(form.get("name", self.name))
        if not self._replaced or name != self._replaced:
            self.name = name.strip()
        self.description = str(form.get("description", self.description))
        self.window_minutes = str(form.get("window_minutes", self.window_minutes))
        return await self._store(if_match=self._version)

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def keep_mine(self) -> Any:
        """Store the form over the version that was shown beside it."""
        return await self._store(if_match=self._their_version)

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def clone(self) -> Any:
        """Copy the event with its postbacks, and open the copy to be renamed."""
        row = await event_types.clone(actor(), self.shown)
        return [
            feedback.done(f"Cloned “{self.shown}” as “{row.name}”, postbacks included."),
            rx.redirect(routes.event(row.name)),
        ]

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def ask(self) -> None:
        """Open the question before the event is archived."""
        self.is_asking = True

    @rx.event
    @guarded(Right.READ)
    async def set_asking(self, is_asking: bool) -> None:
        """Follow the dialog, which closes by Esc too."""
        self.is_asking = bool(is_asking)

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def archive(self) -> Any:
        """Archive the event."""
        self.is_asking = False
        self._take_state(await event_types.archive(actor(), self.shown))
        return feedback.done(f"Archived “{self.shown}”.")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def restore(self) -> Any:
        """Bring the archived event back."""
        self._take_state(await event_types.restore(actor(), self.shown))
        return feedback.done(f"Restored “{self.shown}”.")

    async def _store(self, *, if_match: int) -> Any:
        self.errors = dict(NO_ERRORS)
        old, data = self.shown, self._draft().as_input()
        try:
            if old:
                row = await event_types.update(actor(), old, data, if_match=if_match)
            else:
                row = await event_types.create(actor(), data)
        except StaleVersion:
            self._compare(await event_types.get(actor(), old))
            return None
        except AppError as error:
            self._say(feedback.errors_of(error))
            return None
        self._fill(row)
        self.overlap = await self._overlap()
        target = rx.redirect(routes.event(row.name), replace=bool(old))
        if not old:
            return [feedback.done(f"Created “{row.name}”."), target]
        return [feedback.done(f"Saved “{row.name}”."), *([target] if row.name != old else [])]

    async def _load(self, wanted: str) -> None:
        try:
            row = await event_types.get(actor(), wanted)
            # An event that has fired stays one that has fired.
            fired = self.has_fired or await _has_fired(wanted)
            overlap = await self._overlap()
        except AppError as error:
            if self.shown and self.shown != wanted:  # renamed a moment ago, by this very page
                return
            async with self:
                self.phase = MISSING if isinstance(error, NotFound) else FAILED
                self.problem = feedback.sentence(error)
            return
        known = max(self._version, self._their_version)
        seen = (self.phase, self.shown, known, self.has_fired, self.overlap)
        if seen == (READY, wanted, row.version, fired, overlap):
            return
        async with self:
            if not (self.is_dirty and self.shown == wanted):
                self._fill(row)
            elif row.version != self._version:
                self._compare(row)
            self.overlap = await self._overlap()
            self.has_fired, self.phase = fired, READY

    def _fill(self, row: EventTypeRow | None) -> None:
        """Show a stored event, or an empty form, without messages about what was there before."""
        self.shown = row.name if row else ""
        self._show(draft_of(row) if row else EventDraft())
        self.is_archived = bool(row and row.archived_at)
        self.has_fired = self.has_fired and row is not None
        self._version = row.version if row else 0
        self._their_version = 0
        self.conflict, self.overlap = [], ""

    def _compare(self, theirs: EventTypeRow) -> None:
        """Show the form beside what somebody else stored, and leave it as it was typed."""
        self.conflict = compared(self._draft(), theirs)
        self.is_archived = theirs.archived_at is not None
        self._their_version = theirs.version

    def _take_state(self, row: EventTypeRow) -> None:
        """Take over what archiving changed, and leave the form as it is."""
        self.is_archived = row.archived_at is not None
        if row.version == self._version + 1:  # else somebody else changed it too
            self._version = row.version


async def _has_fired(name: str) -> bool:
    page = await event_log.list_page(
        actor(), EventLogFilter(event=name, test=None), PageRequest(limit=1)
    )
    return bool(page.items)
