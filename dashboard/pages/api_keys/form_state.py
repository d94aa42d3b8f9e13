"""The dialog of one key, new or there already: its name, its scope, its limits."""

from datetime import timedelta
from typing import Any, Final

import reflex as rx

from dashboard import feedback
from dashboard.components.first_error import show_first_error
from dashboard.components.shown_once import say_once
from dashboard.pages.api_keys.lines import key_line
from dashboard.pages.api_keys.state import KEY_PLACE, ApiKeysState
from dashboard.session import actor, guarded
from models.words import KeyScope
from services.accounts import keys
from services.accounts.keys import ApiKeyRow
from services.actor import Right
from services.catalog import campaigns, event_types
from services.clock import utc_now
from services.errors import AppError
from services.paging import MAX_LIMIT, PageRequest

KEEP: Final = "keep"
NEVER: Final = "never"
_FIELDS: Final = ("name", "scope", "campaigns", "events", "addresses", "rate_limit", "expires_at")
_TEXTS: Final = ("name", "scope", "addresses", "rate", "ends")
_LONGEST: Final = 4_000
_DAYS: Final = {"7": 7, "30": 30, "90": 90, "365": 365}


class KeyFormState(rx.State):
    """What stands in the dialog."""

    is_open: bool = False
    key_id: str = ""
    """The key that is changed; empty for a new one."""
    old_key_ends_at: str = ""
    is_incoming: bool = False
    is_revoked: bool = False
    has_end: bool = False

    name: str = ""
    scope: str = KeyScope.WRITE.value
    addresses: str = ""
    rate: str = ""
    ends: str = NEVER
    campaign_options: list[tuple[str, str]] = rx.field(default_factory=list)
    event_options: list[tuple[str, str]] = rx.field(default_factory=list)
    campaigns: dict[str, bool] = rx.field(default_factory=dict)
    events: dict[str, bool] = rx.field(default_factory=dict)

    busy: bool = False
    errors: dict[str, str] = dict.fromkeys((*_FIELDS, ""), "")

    _version: int = 0

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def open_new(self) -> None:
        """Open the empty form."""
        self.reset()
        await self._offer()
        self.is_open = True

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def open_key(self, key_id: str) -> Any:
        """Open the form of a key as it is now."""
        try:
            row = await keys.get(actor(), key_id)
        except AppError as error:
            return feedback.toast(error)
        self.reset()
        await self._offer()
        self._fill(row)
        self.is_open = True
        return None

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def set_open(self, is_open: bool) -> None:
        """Close the form; a forged `True` opens nothing."""
        self.is_open = self.is_open and bool(is_open)

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def set_text(self, field: str, value: str) -> None:
        """Take what was typed or chosen in a field."""
        if field in _TEXTS:
            setattr(self, field, value[:_LONGEST])

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def toggle_campaign(self, key: str) -> None:
        """Limit the key to a campaign, or not any more."""
        self.campaigns = _toggled(self.campaigns, key)

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def toggle_event(self, name: str) -> None:
        """Limit the key to an event, or not any more."""
        self.events = _toggled(self.events, name)

    @rx.event
    @guarded(Right.MANAGE_ACCESS)
    async def save(self) -> Any:
        """Make the key and show its text this once, or store its limits."""
        if not self.is_open:  # the second half of a double click
            return
        self.busy = True
        yield
        try:
            if self.key_id:
                row = await keys.update(actor(), self.key_id, self._data(), if_match=self._version)
                self.is_open = self.busy = False
                yield feedback.done(f"Saved “{row.name}”. It counts within 2 seconds.")
                return
            made = await keys.create(actor(), {**self._data(), "scope": self.scope})
        except AppError as error:
            self.busy = False
            self._show(feedback.errors_of(error))
            yield show_first_error()
            return
        self.is_open = self.busy = False
        listed = await self.get_state(ApiKeysState)
        listed._made(made.row.scope.value)
        yield say_once(KEY_PLACE, made.key)
        yield feedback.done(f"“{made.row.name}” is ready. Its key is shown this once.")

    async def _offer(self) -> None:
        everything = PageRequest(limit=MAX_LIMIT)
        places = await campaigns.list_page(actor(), everything)
        types = await event_types.list_page(actor(), everything)
        self.campaign_options = [(row.key, row.name) for row in places.items]
        self.event_options = [(row.name, row.name) for row in types.items]

    def _fill(self, row: ApiKeyRow) -> None:
        self.key_id, self._version, self.name = row.id, row.version, row.name
        self.old_key_ends_at = key_line(row, now=utc_now()).old_key_ends_at
        self.scope, self.is_incoming = row.scope.value, row.scope is KeyScope.INCOMING
        self.is_revoked = row.revoked_at is not None
        self.addresses = "\n".join(row.addresses or ())
        self.rate = str(row.rate_limit or "")
        self.has_end = row.expires_at is not None
        self.ends = KEEP if self.has_end else NEVER
        self.campaigns = dict.fromkeys(row.campaigns or (), True)
        self.events = dict.fromkeys(row.events or (), True)
        # An archived one is offered no more, but where it is chosen it must be seen.
        self.campaign_options += _missing(self.campaign_options, row.campaigns or ())
        self.event_options += _missing(self.event_options, row.events or ())

    def _data(self) -> dict[str, object]:
        rate = self.rate.replace(",", "").strip()
        given: dict[str, object] = {
            "addresses": self.addresses.replace(",", "\n").split() or None,
            # What is no number is told by the service, with all else that is wrong.
            "rate_limit": int(rate) if rate.isascii() and rate.isdigit() else rate or None,
        }
        if self.ends != KEEP:
            days = _DAYS.get(self.ends)
            given["expires_at"] = None if days is None else utc_now() + timedelta(days=days)
        if not self.is_incoming:
            given |= {
                "name": self.name,
                "campaigns": list(self.campaigns) or None,
                "events": list(self.events) or None,
            }
        return given

    def _show(self, found: dict[str, str]) -> None:
        errors = dict.fromkeys((*_FIELDS, ""), "")
        for name, sentence in found.items():
            field = name.partition(".")[0]
            place = field if field in errors else ""
            errors[place] = f"{errors[place]} {sentence}".strip()
        self.errors = errors


def _toggled(chosen: dict[str, bool], key: str) -> dict[str, bool]:
    left = {each: True for each in chosen if each != key}
    return left if key in chosen else {**left, key: True}


def _missing(options: list[tuple[str, str]], chosen: tuple[str, ...]) -> list[tuple[str, str]]:
    offered = {value for value, _ in options}
    return [(each, f"{each} (archived)") for each in chosen if each not in offered]
