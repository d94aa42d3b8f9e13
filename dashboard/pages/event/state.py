"""What an event's page shows and asks: the form for its definition."""

from typing import Any, Final

import reflex as rx

from dashboard import feedback, live, routes
from dashboard.session import actor, guarded
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

CHANGED_ELSEWHERE: Final = (
    "Somebody else changed this event while you were typing. Your text is still here; load the "
    "current version to see theirs, and make your change again."
)


class EventState(rx.State):
    """The form of one event, new or stored."""

    phase: str = LOADING
    problem: str = ""
    shown: str = ""
    """The stored name of the event on screen; empty for a new one."""

    address: str = ""
    """The path that the fields were filled for."""

    name: str = ""
    description: str = ""
    is_conversion: bool = False
    is_affiliate_conversion: bool = False
    multi_trigger: bool = False

    has_fired: bool = False
    is_archived: bool = False
    is_dirty: bool = False
    is_saving: bool = False
    is_asking: bool = False
    name_error: str = ""
    description_error: str = ""
    form_error: str = ""
    stale: str = ""
    suggestion: str = ""
    origin: str = ""
    """The address that the person uses, for the call that they copy."""

    _version: int = 0

    @rx.var
    def curl(self) -> str:
        """Return the call that fires this event."""
        lines = [f'    "event": "{self.shown}"', '    "transaction_id": "t-1001"']
        if self.is_conversion or self.is_affiliate_conversion:
            lines += ['    "amount": "49.90"', '    "currency": "USD"']
        body = ",\n".join(lines)
        return (
            f"curl -X POST {self.origin}/api/v1/events \\\n"
            '  -H "Authorization: Bearer $AFTERLEAD_KEY" \\\n'
            '  -H "Content-Type: application/json" \\\n'
            f"  -d '{{\n{body}\n  }}'"
        )

    @rx.event
    @guarded
    async def start_new(self) -> None:
        """Show the empty form, or what was typed into it before the connection broke."""
        if self.shown or not self.is_dirty:
            self._fill(None)
        self.phase, self.address = READY, self.router.url.path.rstrip("/")

    @rx.event(background=True)
    @guarded
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
    @guarded
    async def leave(self) -> None:
        """Give up what was typed: another page was opened."""
        self.is_dirty = False

    @rx.event
    @guarded
    async def reload(self) -> None:
        """Throw away what was typed and show the stored event."""
        self._fill(await event_types.get(actor(), self.shown) if self.shown else None)

    @rx.event
    @guarded
    async def set_name(self, name: str) -> None:
        """Take the name and say at once what is wrong with it."""
        self.name, self.is_dirty = str(name), True
        self.name_error = ""
        suggestion = event_types.suggest_name(self.name)
        self.suggestion = suggestion if suggestion != self.name else ""
        if not self.suggestion and self.name and self.name != self.shown:
            self.name_error = await self._taken(self.name)

    @rx.event
    @guarded
    async def use_suggestion(self) -> None:
        """Take the name that fits."""
        self.name, self.suggestion, self.is_dirty = self.suggestion, "", True
        self.name_error = await self._taken(self.name) if self.name != self.shown else ""

    @rx.event
    @guarded
    async def set_description(self, description: str) -> None:
        """Take the description."""
        self.description, self.is_dirty = str(description), True
        self.description_error = ""

    @rx.event
    @guarded
    async def set_conversion(self, is_on: bool) -> None:
        """Take the switch."""
        self.is_conversion, self.is_dirty = bool(is_on), True

    @rx.event
    @guarded
    async def set_affiliate_conversion(self, is_on: bool) -> None:
        """Take the switch."""
        self.is_affiliate_conversion, self.is_dirty = bool(is_on), True

    @rx.event
    @guarded
    async def set_multi_trigger(self, is_on: bool) -> None:
        """Take the switch."""
        self.multi_trigger, self.is_dirty = bool(is_on), True

    @rx.event
    @guarded
    async def save(self, form: dict[str, Any]) -> Any:
        """Store the form; what is wrong is said beside its field, and nothing typed is lost."""
        # The form's own texts: the last keys may not have been sent one by one.
        self.name = str(form.get("name", self.name)).strip()
        self.description = str(form.get("description", self.description))
        self.name_error = self.description_error = self.form_error = self.stale = ""
        old = self.shown
        try:
            row = await self._store()
        except StaleVersion:
            self.stale = CHANGED_ELSEWHERE
            return None
        except AppError as error:
            self._say(feedback.errors_of(error))
            return None
        self._fill(row)
        target = rx.redirect(routes.event(row.name), replace=bool(old))
        if not old:
            return [feedback.done(f"Created “{row.name}”."), target]
        return [feedback.done(f"Saved “{row.name}”."), *([target] if row.name != old else [])]

    @rx.event
    @guarded
    async def clone(self) -> Any:
        """Copy the event with its postbacks, and open the copy to be renamed."""
        row = await event_types.clone(actor(), self.shown)
        return [
            feedback.done(f"Cloned “{self.shown}” as “{row.name}”, postbacks included."),
            rx.redirect(routes.event(row.name)),
        ]

    @rx.event
    @guarded
    async def ask(self) -> None:
        """Open the question before the event is archived."""
        self.is_asking = True

    @rx.event
    @guarded
    async def set_asking(self, is_asking: bool) -> None:
        """Follow the dialog, which closes by Esc too."""
        self.is_asking = bool(is_asking)

    @rx.event
    @guarded
    async def archive(self) -> Any:
        """Archive the event."""
        self.is_asking = False
        self._take_state(await event_types.archive(actor(), self.shown))
        return feedback.done(f"Archived “{self.shown}”.")

    @rx.event
    @guarded
    async def restore(self) -> Any:
        """Bring the archived event back."""
        self._take_state(await event_types.restore(actor(), self.shown))
        return feedback.done(f"Restored “{self.shown}”.")

    async def _store(self) -> EventTypeRow:
        data: dict[str, object] = {
            "name": self.name,
            "description": self.description,
            "is_conversion": self.is_conversion,
            "is_affiliate_conversion": self.is_affiliate_conversion,
            "multi_trigger": self.multi_trigger,
        }
        if not self.shown:
            return await event_types.create(actor(), data)
        return await event_types.update(actor(), self.shown, data, if_match=self._version)

    def _say(self, errors: dict[str, str]) -> None:
        self.name_error = errors.pop("name", "")
        self.description_error = errors.pop("description", "")
        self.form_error = " ".join(errors.values())

    async def _taken(self, name: str) -> str:
        try:
            row = await event_types.get(actor(), name)
        except NotFound:
            return ""
        archived = " It is archived." if row.archived_at else ""
        return f"There is an event called “{name}” already.{archived} Choose another name."

    async def _load(self, wanted: str) -> None:
        try:
            row = await event_types.get(actor(), wanted)
            # An event that has fired stays one that has fired.
            fired = self.has_fired or await _has_fired(wanted)
        except AppError as error:
            if self.shown and self.shown != wanted:  # renamed a moment ago, by this very page
                return
            async with self:
                self.phase = MISSING if isinstance(error, NotFound) else FAILED
                self.problem = feedback.sentence(error)
            return
        seen = (self.phase, self.shown, self._version, self.has_fired)
        if seen == (READY, wanted, row.version, fired):
            return
        async with self:
            keeps = self.is_dirty and self.shown == wanted
            if not keeps:
                self._fill(row)
            elif row.version != self._version:
                self.stale = CHANGED_ELSEWHERE
            self.has_fired, self.phase = fired, READY

    def _fill(self, row: EventTypeRow | None) -> None:
        """Show a stored event, or an empty form, without messages about what was there before."""
        self.shown = self.name = row.name if row else ""
        self.description = row.description if row else ""
        self.is_conversion = bool(row and row.is_conversion)
        self.is_affiliate_conversion = bool(row and row.is_affiliate_conversion)
        self.multi_trigger = bool(row and row.multi_trigger)
        self.is_archived = bool(row and row.archived_at)
        self.has_fired = self.has_fired and row is not None
        self._version = row.version if row else 0
        self.is_dirty = self.is_saving = False
        self.name_error = self.description_error = self.form_error = ""
        self.stale = self.suggestion = ""

    def _take_state(self, row: EventTypeRow) -> None:
        """Take over what archiving changed, and leave the form as it is."""
        self.is_archived = row.archived_at is not None
        self._version = row.version


async def _has_fired(name: str) -> bool:
    page = await event_log.list_page(
        actor(), EventLogFilter(event=name, test=None), PageRequest(limit=1)
    )
    return bool(page.items)
