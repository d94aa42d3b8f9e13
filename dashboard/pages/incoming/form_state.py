"""The form of one incoming URL: what is fixed, the URL that is built, Save, another key."""

from dataclasses import replace
from typing import Any

import reflex as rx

from dashboard import feedback
from dashboard.components import list_state
from dashboard.components.conflict_panel import ConflictLine
from dashboard.components.first_error import show_first_error
from dashboard.pages.incoming import draft
from dashboard.pages.incoming.dialect_state import IncomingUrlDialect
from dashboard.session import actor, guarded
from models.words import PostbackLevel
from services.actor import Right
from services.catalog import campaigns, event_types, incoming_urls, known_fields
from services.catalog.incoming_urls import IncomingUrlRow
from services.catalog.postbacks import Owner
from services.errors import AppError, NotFound, StaleVersion
from services.paging import MAX_LIMIT, PageRequest

MISSING = "missing"


class IncomingUrlState(IncomingUrlDialect, rx.State):
    """What stands in the form."""

    shown: str = list_state.LOADING
    problem: str = ""
    address: str = ""
    """The path that the fields were filled for."""
    may_edit: bool = False
    is_archived: bool = False
    opened: int = 0
    """Counts how often the form was filled, so that the browser takes the values over anew."""

    name: str = ""
    campaign: str = ""
    event: str = ""
    campaign_options: list[tuple[str, str]] = rx.field(default_factory=list)
    event_options: list[tuple[str, str]] = rx.field(default_factory=list)
    returns: str = ""
    url: str = ""
    test_call: str = ""
    key_is_readable: bool = True

    busy: bool = False
    is_changed: bool = False
    errors: dict[str, str] = dict.fromkeys(
        ("name", "campaign", "event", "parameters", "words", "returns", ""), ""
    )
    conflict: list[ConflictLine] = rx.field(default_factory=list)

    _id: str = ""
    _key: str = ""
    _origin: str = ""
    _version: int = 0
    _theirs: int = 0

    @rx.event
    @guarded(Right.READ)
    async def open_form(self) -> None:
        """Fill the form with the URL in the address as it is now."""
        opened = self.opened
        self.reset()
        self.opened = opened  # never one that the browser has seen: it would keep what stood there
        self.address = self.router.url.path.rstrip("/")
        self._id = str(self.incoming_url_id)
        self._origin = self.router.url.origin
        self.may_edit = Right.EDIT_DEFINITIONS in actor().rights
        try:
            row = await incoming_urls.get(actor(), self._id)
            everything = PageRequest(limit=MAX_LIMIT)
            places = await campaigns.list_page(actor(), everything)
            types = await event_types.list_page(actor(), everything)
        except AppError as error:
            self.problem = feedback.sentence(error)
            self.shown = MISSING if isinstance(error, NotFound) else list_state.FAILED
            return
        self.campaign_options = [(each.key, each.name) for each in places.items]
        self.event_options = [(each.name, each.name) for each in types.items]
        await self._fill(row)
        self.shown = list_state.READY

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_name(self, name: str) -> None:
        """Take the name."""
        if name != self.name:
            self.name = name
            self._touch()

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_campaign(self, key: str) -> None:
        """Fix the campaign, or none."""
        self.campaign = key
        self._touch()

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_event(self, name: str) -> None:
        """Fix the event, or none, and offer its custom fields."""
        self.event = name
        kept = {line.ours: line for line in self.parameters}
        lines = draft.parameter_lines(
            await self._row_now(), await self._custom_fields(), some_event=self._some_event()
        )
        self.parameters = [
            kept.get(line.ours, line)
            if line.ours != "event"
            else replace(kept.get("event", line), is_used=not name)
            for line in lines
        ]
        self._touch()

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_returns(self, text: str) -> None:
        """Take the text that the partner wants to be answered."""
        if text[:100] != self.returns:
            self.returns = text[:100]
            self._touch()

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def save(self) -> Any:
        """Store the form; what is wrong gets its sentence, and what was typed stays."""
        if problem := draft.word_problem(self.words):
            self._show({"words": problem})
            yield show_first_error()
            return
        self.busy = True
        yield
        try:
            row = await incoming_urls.update(
                actor(), self._id, self._data(), if_match=self._version
            )
        except StaleVersion:
            theirs = await incoming_urls.get(actor(), self._id)
            self.busy, self._theirs = False, theirs.version
            self.conflict = draft.differences(self._data(), theirs)
            return
        except AppError as error:
            self.busy = False
            self._show(feedback.errors_of(error))
            yield show_first_error()
            return
        self._show({})
        self.busy, self.is_changed, self.conflict = False, False, []
        self._version = row.version
        yield feedback.done(f"Saved “{row.name}”.")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def keep_mine(self) -> Any:
        """Save on top of what somebody else stored, knowingly."""
        self._version, self.conflict = self._theirs, []
        return IncomingUrlState.save

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def take_theirs(self) -> None:
        """Fill the form with what somebody else stored."""
        await self._fill(await incoming_urls.get(actor(), self._id))

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def new_key(self) -> Any:
        """Make another key; the partner must get the URL anew."""
        row = await incoming_urls.new_key(actor(), self._id)
        self._version, self._key = row.version, row.key
        self.key_is_readable = bool(row.key)
        self._build()
        return feedback.done("The URL has another key now. Give it to the partner.")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def archive(self) -> Any:
        """Revoke the key for good."""
        row = await incoming_urls.archive(actor(), self._id)
        await self._fill(row)
        return feedback.done(f"Archived “{row.name}”. Its key works no more.")

    async def _fill(self, row: IncomingUrlRow) -> None:
        self.name, self.campaign, self.event = row.name, row.campaign or "", row.event or ""
        self._version, self._key = row.version, row.key
        self.key_is_readable = bool(row.key) or row.archived_at is not None
        self.is_archived = row.archived_at is not None
        self.parameters = draft.parameter_lines(
            row, await self._custom_fields(), some_event=self._some_event()
        )
        self.words, self.returns = draft.word_lines(row), row.returns
        self.conflict, self.is_changed = [], False
        self.opened += 1
        self._show({})
        self._build()

    async def _row_now(self) -> IncomingUrlRow:
        row = await incoming_urls.get(actor(), self._id)
        return replace(row, event=self.event or None)

    def _some_event(self) -> str:
        return self.event_options[0][0] if self.event_options else ""

    async def _custom_fields(self) -> list[str]:
        if not self.event:
            return []
        try:
            found = await known_fields.known_fields(
                actor(), Owner(PostbackLevel.EVENT, self.event), campaign=self.campaign or None
            )
        except AppError:
            return []  # an event that was renamed meanwhile: the save says so
        return [field.name for field in found]

    def _data(self) -> dict[str, object]:
        return {
            "name": self.name,
            "campaign": self.campaign or None,
            "event": self.event or None,
            "parameters": draft.parameters_of(self.parameters),
            "words": draft.words_of(self.words),
            "placeholders": draft.placeholders_of(self.parameters),
            "returns": self.returns,
        }

    def _touch(self) -> None:
        self.is_changed = True
        self._build()

    def _build(self) -> None:
        base = f"{self._origin}/in/{self._key}"
        self.url = draft.build_url(base, self.parameters, returns=self.returns)
        self.test_call = draft.test_call(base, self.parameters, event=self.event)

    def _show(self, found: dict[str, str]) -> None:
        errors = dict.fromkeys(self.errors, "")
        for name, sentence in found.items():
            field = name.partition(".")[0].replace("placeholders", "parameters")  # one table
            place = field if field in errors else ""
            errors[place] = f"{errors[place]} {sentence}".strip()
        self.errors = errors
