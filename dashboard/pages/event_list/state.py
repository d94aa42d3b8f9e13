"""The editor of one event list, new or stored."""

from typing import Any, Final

import reflex as rx

from dashboard import feedback, live, routes
from dashboard.components.conflict_panel import ConflictLine, conflict_lines, show_conflict
from dashboard.components.first_error import show_first_problem
from dashboard.list_changes import archive_consequence
from dashboard.pages.event_list.choice_state import ListChoices
from dashboard.pages.event_list.choices import all_campaigns, all_events
from dashboard.session import actor, guarded
from services.actor import Right
from services.catalog import event_lists
from services.catalog.conversion_guard import conversion_overlaps, overlap_warning
from services.catalog.event_lists import EventListRow
from services.errors import AppError, NotFound, StaleVersion

LOADING: Final = "loading"
MISSING: Final = "missing"
FAILED: Final = "failed"
READY: Final = "ready"

_MOST_JUDGED: Final = 3  # one warning is enough, and each costs a look at every campaign


class EventListState(ListChoices, rx.State):
    """The form, what saving it would change, and what to do when somebody else was faster."""

    phase: str = LOADING
    problem: str = ""
    address: str = ""
    """The path that the fields were filled for."""

    title: str = ""
    """The stored name."""
    name: str = ""
    name_error: str = ""
    form_error: str = ""
    is_saving: bool = False
    is_overtaken: bool = False
    """Whether somebody else saved the list after this form was filled."""
    conflict: list[ConflictLine] = rx.field(default_factory=list)
    warning: str = ""
    """Where a lead can count as two conversions since the list was saved."""
    is_asking: bool = False
    consequence: str = ""

    _stored: EventListRow | None = None
    """What the form was filled with, or what was last saved from it."""
    _theirs: EventListRow | None = None

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show the list of the address, or an empty form, and again after every change."""
        path = self.router.url.path.rstrip("/")
        wanted = "" if path == routes.EVENT_LIST_NEW else str(self.event_list_id)
        async with self:
            self.address = path
            if wanted != self.list_id or (not wanted and not self.is_dirty):
                self._forget_searches()
                self._fill(None)
                self.list_id, self.phase = wanted, LOADING
        async for _ in live.changes(self):
            await self._load(wanted)

    @rx.event
    @guarded(Right.READ)
    async def leave(self) -> None:
        """Give up what was typed: another page was opened."""
        if self.is_dirty:
            self._fill(self._stored)

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_name(self, name: str) -> None:
        """Keep the name as it is typed."""
        self.name, self.name_error, self.is_dirty = name[:500], "", True

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def discard(self) -> Any:
        """Throw away what was changed and show what is stored."""
        self._fill(await event_lists.get(actor(), self.list_id) if self.list_id else None)
        return EventListState.weigh

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def save(self, form: dict[str, Any]) -> Any:
        """Store name, events and campaigns; what is wrong is said beside it, nothing is lost."""
        if self.is_saving:  # the second half of a double click
            return
        # The form's own text: the last keys may not have been sent one by one.
        self.name = str(form.get("list_name", self.name))
        self.is_saving = True
        yield
        for step in await self._save():
            yield step

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def keep_mine(self) -> Any:
        """Save what stands in the form on top of what somebody else saved."""
        if self._theirs is None:
            return None
        self._stored = self._theirs
        return await self._save()

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def take_theirs(self) -> Any:
        """Show what somebody else saved, in place of what stands in the form."""
        if self._theirs is None:
            return None
        self._fill(self._theirs)
        return EventListState.weigh

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def clone(self) -> Any:
        """Copy the stored list with its events, and open the copy."""
        row = await event_lists.clone(actor(), self.list_id)
        return [
            feedback.done(f"Cloned as “{row.name}”. No campaign uses it yet."),
            rx.redirect(routes.event_list(row.id)),
        ]

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def ask(self) -> None:
        """Open the question whether to archive, with what it would take away."""
        self.consequence = await archive_consequence(self.list_id)
        self.is_asking = True

    @rx.event
    @guarded(Right.READ)
    async def set_asking(self, is_asking: bool) -> None:
        """Follow the dialog, which closes by Esc too."""
        self.is_asking = bool(is_asking)

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def archive(self) -> Any:
        """Archive the list."""
        self.is_asking = False
        row = await event_lists.archive(actor(), self.list_id)
        self._know(row)
        return feedback.done(f"Archived “{row.name}”.")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def restore(self) -> Any:
        """Bring the archived list back into force."""
        row = await event_lists.restore(actor(), self.list_id)
        self._know(row)
        return feedback.done(f"Restored “{row.name}”: its campaigns have its events again.")

    async def _save(self) -> list[Any]:
        self.name_error = self.events_error = self.campaigns_error = self.form_error = ""
        is_new = not self.list_id
        before = self._stored
        try:
            row = await self._store()
        except StaleVersion:
            await self._compare()
            self.is_saving = False
            return [show_conflict()]
        except AppError as error:
            self._say(feedback.errors_of(error))
            self.is_saving = False
            return [show_first_problem()]
        self._fill(row)
        conversions = {each.name for each in self._all_events if each.is_conversion}
        self.warning = await _overlap_warning(before, row, conversions)
        if is_new:
            return [
                feedback.done(f"Created “{row.name}”."),
                rx.redirect(routes.event_list(row.id)),
            ]
        return [feedback.done(f"Saved “{row.name}”."), EventListState.weigh]

    async def _store(self) -> EventListRow:
        data: dict[str, object] = {
            "name": self.name,
            "events": sorted(self.chosen_events),
            "campaigns": sorted(self.chosen_campaigns),
        }
        mine = self._stored
        if mine is None:
            return await event_lists.create(actor(), data)
        return await event_lists.update(actor(), mine.id, data, if_match=mine.version)

    async def _compare(self) -> None:
        theirs = await event_lists.get(actor(), self.list_id)
        names = {each.key: each.name for each in self._all_campaigns}
        self._theirs = theirs
        self.conflict = conflict_lines(
            (
                ("Name", self.name.strip(), theirs.name),
                ("Events", ", ".join(sorted(self.chosen_events)), ", ".join(sorted(theirs.events))),
                (
                    "Campaigns",
                    _campaign_names(self.chosen_campaigns, names),
                    _campaign_names(theirs.campaigns, names),
                ),
            )
        )

    async def _load(self, wanted: str) -> None:
        try:
            row = await event_lists.get(actor(), wanted) if wanted else None
            events, campaigns = await all_events(), await all_campaigns()
        except AppError as error:
            async with self:
                if self.list_id == wanted:
                    self.phase = MISSING if isinstance(error, NotFound) else FAILED
                    self.problem = feedback.sentence(error)
            return
        async with self:
            if self.list_id != wanted:  # created a moment ago, by this very page
                return
            self._offer(events, campaigns)
            self._meet(row)
            self.phase = READY
        await self._weigh()

    def _meet(self, row: EventListRow | None) -> None:
        """Show what is stored now, unless something was typed; then only say that it differs."""
        mine = self._stored
        if row is None or (mine is not None and row.version <= mine.version):
            return
        if mine is None or not self.is_dirty:
            self._fill(row)
        else:
            self.is_overtaken = True

    def _fill(self, row: EventListRow | None) -> None:
        """Show a stored list, or an empty form, without messages about what was there before."""
        self._stored, self._theirs = row, None
        self.list_id = row.id if row else ""
        self.title = self.name = row.name if row else ""
        self.chosen_events = dict.fromkeys(row.events if row else (), True)
        self.chosen_campaigns = dict.fromkeys(row.campaigns if row else (), True)
        self.is_archived = bool(row and row.archived_at)
        self.is_dirty = self.is_saving = self.is_overtaken = self.is_asking = False
        self.name_error = self.events_error = self.campaigns_error = self.form_error = ""
        self.conflict, self.warning = [], ""
        self._show_events()
        self._show_campaigns()

    def _know(self, row: EventListRow) -> None:
        """Take over what archiving changed, and leave the form as it is."""
        self.is_archived = row.archived_at is not None
        if self._stored is not None and row.version == self._stored.version + 1:
            self._stored = row

    def _say(self, errors: dict[str, str]) -> None:
        self.name_error = errors.pop("name", "")
        self.events_error = errors.pop("events", "")
        self.campaigns_error = errors.pop("campaigns", "")
        self.form_error = " ".join(errors.values())


async def _overlap_warning(
    before: EventListRow | None, after: EventListRow, conversions: set[str]
) -> str:
    """Return a sentence for the first conversion that the list newly brings beside another."""
    old_events = set(before.events) if before else set()
    old_campaigns = set(before.campaigns) if before else set()
    for name in sorted(conversions & set(after.events))[:_MOST_JUDGED]:
        new_in = set(after.campaigns) - (old_campaigns if name in old_events else set())
        overlaps = await conversion_overlaps(actor(), name) if new_in else []
        warning = overlap_warning([each for each in overlaps if each.campaign in new_in])
        if warning:
            return warning
    return ""


def _campaign_names(keys: Any, names: dict[str, str]) -> str:
    return ", ".join(sorted(names.get(key, key) for key in keys))
