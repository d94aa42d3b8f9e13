"""What the list of channels shows, and the dialog that makes one."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from dashboard import feedback, live, routes
from dashboard.components import list_state
from dashboard.components.first_error import show_first_error
from dashboard.pages.alerts.channel_state import ChannelState
from dashboard.session import actor, guarded
from models.words import ChannelKind, NoticeKind
from services.actor import Right
from services.errors import AppError
from services.notices import channel_trial, channels
from services.notices.channels import ChannelRow

_FIELDS = ("name", "kind", "target", "")


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """One channel in the list."""

    id: str
    name: str
    kind: str
    target: str
    types: str
    status: str
    last_error: str
    last_sent_at: str


class ChannelsState(rx.State):
    """The list, the state of the mail server, and the dialog."""

    lines: list[ChannelLine] = rx.field(default_factory=list)
    list_state: str = list_state.LOADING
    problem: str = ""
    may_edit: bool = False
    mail_server: str = ""
    mail_sender: str = ""
    mail_is_encrypted: bool = False

    is_open: bool = False
    busy: bool = False
    kind: str = ChannelKind.URL.value
    errors: dict[str, str] = dict.fromkeys(_FIELDS, "")

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show the list, and again after every change."""
        mail = channel_trial.mail_state()
        async with self:
            self.may_edit = Right.EDIT_DEFINITIONS in actor().rights
            self.mail_server, self.mail_sender = mail.server, mail.sender
            self.mail_is_encrypted = mail.is_encrypted
        async for _ in live.changes(self):
            await self._load()

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def open_new(self) -> None:
        """Open the empty form."""
        actor().require(Right.EDIT_DEFINITIONS)
        self.errors, self.kind, self.busy = dict.fromkeys(_FIELDS, ""), ChannelKind.URL.value, False
        self.is_open = True

    @rx.event
    @guarded(Right.READ)
    async def set_open(self, is_open: bool) -> None:
        """Close the form; a forged `True` opens nothing."""
        self.is_open = self.is_open and bool(is_open)

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_kind(self, kind: str) -> None:
        """Choose between URL and e-mail."""
        self.kind, self.errors = kind, dict.fromkeys(_FIELDS, "")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def create(self, form: dict[str, Any]) -> Any:
        """Add the channel and go to its page, where its secret stands this once."""
        if not self.is_open:  # the second half of a double click
            return
        self.busy = True
        yield
        data = {
            "name": str(form.get("channel_name", "")),
            "kind": self.kind,
            "target": str(form.get("channel_target", "")),
        }
        try:
            made = await channels.create(actor(), data)
        except AppError as error:
            found = feedback.errors_of(error)
            known = {name: found.pop(name, "") for name in _FIELDS if name}
            self.errors, self.busy = known | {"": " ".join(found.values())}, False
            yield show_first_error()
            return
        self.is_open = self.busy = False
        page = await self.get_state(ChannelState)
        page._keep_secret(made.row.id, made.secret)
        yield rx.redirect(routes.alert_channel(made.row.id))

    async def _load(self) -> None:
        try:
            rows = await channels.list_all(actor(), archived=None)
        except AppError as error:
            async with self:
                self.problem, self.list_state = feedback.sentence(error), list_state.FAILED
            return
        rows.sort(key=lambda row: row.archived_at is not None)
        lines = [_line(row) for row in rows]
        shown = list_state.READY if lines else list_state.EMPTY
        if (lines, shown) != (self.lines, self.list_state):
            async with self:
                self.lines, self.list_state = lines, shown


def _line(row: ChannelRow) -> ChannelLine:
    is_all = set(row.kinds) == set(NoticeKind)
    return ChannelLine(
        id=row.id,
        name=row.name,
        kind="URL" if row.kind is ChannelKind.URL else "E-mail",
        target=row.target,
        types="All" if is_all else ", ".join(row.kinds),
        status=status_of(row),
        last_error=row.last_error,
        last_sent_at=row.last_sent_at.isoformat() if row.last_sent_at else "",
    )


def status_of(row: ChannelRow) -> str:
    """Return in a word how a channel stands."""
    if row.archived_at is not None:
        return "archived"
    if not row.enabled:
        return "off"
    return "failing" if row.failing_since is not None else "on"
