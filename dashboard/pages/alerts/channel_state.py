"""The page of one channel: its form, its test, its secret and its newest sends."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from dashboard import feedback, live, routes
from dashboard.components import list_state
from dashboard.components.conflict_panel import ConflictLine, conflict_lines
from dashboard.components.first_error import show_first_error
from dashboard.session import actor, guarded
from models.words import ChannelKind, NoticeKind
from services.actor import Right
from services.errors import AppError, NotFound, StaleVersion
from services.notices import channel_trial, channels
from services.notices.channel_trial import SendResult
from services.notices.channels import ChannelRow, SendRow

MISSING = "missing"
_MOST_CHARACTERS = 2_000
_FIELDS = ("name", "target", "types", "")


@dataclass(frozen=True, slots=True)
class SendLine:
    """One notice on its way to the channel."""

    key: str
    type: str
    title: str
    status: str
    tries: str
    code: int | None
    error: str
    created_at: str
    next_at: str


class ChannelState(rx.State):
    """What stands in the form, and what was sent."""

    shown: str = list_state.LOADING
    problem: str = ""
    address: str = ""
    """The path that the fields were filled for."""
    may_edit: bool = False
    may_test: bool = False
    is_archived: bool = False
    is_url: bool = True

    name: str = ""
    target: str = ""
    types: list[str] = rx.field(default_factory=list)
    enabled: bool = True
    failing_since: str = ""
    last_error: str = ""
    last_sent_at: str = ""
    secret: str = ""
    """A new signing secret, shown until the page is left."""

    busy: bool = False
    is_changed: bool = False
    errors: dict[str, str] = dict.fromkeys(_FIELDS, "")
    conflict: list[ConflictLine] = rx.field(default_factory=list)
    is_testing: bool = False
    tested: str = ""
    """How the test went: `succeeded`, `failed`, `refused` or nothing yet."""
    test_line: str = ""
    test_answer: str = ""
    sends: list[SendLine] = rx.field(default_factory=list)

    _id: str = ""
    _version: int = 0
    _theirs: int = 0
    _made_id: str = ""
    _made_secret: str = ""

    def _keep_secret(self, channel_id: str, secret: str) -> None:
        """Hand over the secret of a channel that was made just now."""
        self._made_id, self._made_secret = channel_id, secret

    @rx.event
    @guarded(Right.READ)
    async def open_form(self) -> None:
        """Fill the form with the channel in the address as it is now."""
        made_id, made_secret = self._made_id, self._made_secret
        self.reset()
        self.address = self.router.url.path.rstrip("/")
        self._id = str(self.channel_id)
        rights = actor().rights
        self.may_edit = Right.EDIT_DEFINITIONS in rights
        self.may_test = Right.SEND_TESTS in rights
        try:
            row = await channels.get(actor(), self._id)
        except AppError as error:
            self.problem = feedback.sentence(error)
            self.shown = MISSING if isinstance(error, NotFound) else list_state.FAILED
            return
        self._fill(row)
        if made_id == self._id:
            self.secret = made_secret
        self.shown = list_state.READY

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show how the channel does and what was sent, and again after every change."""
        wanted = str(self.channel_id)
        async for _ in live.changes(self):
            try:
                row = await channels.get(actor(), wanted)
                sends = [_line(send) for send in await channels.list_sends(actor(), wanted)]
            except NotFound:
                return  # the form says so
            async with self:
                self._show_health(row)
                if sends != self.sends:
                    self.sends = sends

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_name(self, name: str) -> None:
        """Take the name."""
        self._change(name=name[:_MOST_CHARACTERS])

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_target(self, target: str) -> None:
        """Take the URL or the address."""
        self._change(target=target[:_MOST_CHARACTERS])

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_enabled(self, enabled: bool) -> None:
        """Switch it on or off."""
        self._change(enabled=bool(enabled))

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def toggle_type(self, word: str) -> None:
        """Want a type of notice, or not any more."""
        wanted = set(self.types) ^ {word}
        self._change(types=[kind.value for kind in NoticeKind if kind.value in wanted])

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def save(self) -> Any:
        """Store the form; what is wrong gets its sentence, and what was typed stays."""
        self.busy = True
        yield
        try:
            row = await channels.update(actor(), self._id, self._data(), if_match=self._version)
        except StaleVersion:
            theirs = await channels.get(actor(), self._id)
            self.busy, self._theirs = False, theirs.version
            self.conflict = self._differences(theirs)
            return
        except AppError as error:
            self.busy = False
            self._show(feedback.errors_of(error))
            yield show_first_error()
            return
        self.busy = False
        self._fill(row)
        yield feedback.done(f"Saved “{row.name}”.")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def keep_mine(self) -> Any:
        """Save on top of what somebody else stored, knowingly."""
        self._version, self.conflict = self._theirs, []
        return ChannelState.save

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def take_theirs(self) -> None:
        """Fill the form with what somebody else stored."""
        self._fill(await channels.get(actor(), self._id))

    @rx.event
    @guarded(Right.SEND_TESTS)
    async def send_test(self) -> Any:
        """Send a test notice and show what came of it, in place."""
        self.is_testing, self.tested = True, ""
        yield
        try:
            result = await channel_trial.send_test(actor(), self._id)
        except AppError as error:
            self.is_testing, self.tested, self.test_answer = False, "refused", ""
            self.test_line = feedback.sentence(error)
            return
        self.is_testing = False
        self.tested = "succeeded" if result.succeeded else "failed"
        self.test_line = _test_line(result, target=self.target)
        self.test_answer = result.answer

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def new_secret(self) -> Any:
        """Make another signing secret and show it this once."""
        made = await channels.new_secret(actor(), self._id)
        self._version, self.secret = made.row.version, made.secret
        return feedback.done("There is another secret now. The old one signs on for 24 hours.")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def archive(self) -> Any:
        """Send nothing more to it, for good."""
        row = await channels.archive(actor(), self._id)
        self._fill(row)
        return [feedback.done(f"Archived “{row.name}”."), rx.redirect(routes.ALERT_CHANNELS)]

    def _fill(self, row: ChannelRow) -> None:
        self.name, self.target, self.enabled = row.name, row.target, row.enabled
        self.types = [word.value for word in row.kinds]
        self.is_url = row.kind is ChannelKind.URL
        self.is_archived = row.archived_at is not None
        self._version = row.version
        self.conflict, self.is_changed = [], False
        self._show_health(row)
        self._show({})

    def _show_health(self, row: ChannelRow) -> None:
        found = {
            "failing_since": row.failing_since.isoformat() if row.failing_since else "",
            "last_error": row.last_error,
            "last_sent_at": row.last_sent_at.isoformat() if row.last_sent_at else "",
        }
        for name, value in found.items():
            if getattr(self, name) != value:
                setattr(self, name, value)

    def _change(self, **values: Any) -> None:
        for name, value in values.items():
            # A field that is left says its value once more than the pause in typing does.
            if getattr(self, name) != value:
                setattr(self, name, value)
                self.is_changed = True

    def _data(self) -> dict[str, object]:
        return {
            "name": self.name,
            "target": self.target,
            "types": list(self.types),
            "enabled": self.enabled,
        }

    def _differences(self, theirs: ChannelRow) -> list[ConflictLine]:
        words = {True: "On", False: "Off"}
        return conflict_lines(
            (
                ("Name", self.name, theirs.name),
                ("Target", self.target, theirs.target),
                ("Alerts", ", ".join(self.types), ", ".join(theirs.kinds)),
                ("Switched", words[self.enabled], words[theirs.enabled]),
            )
        )

    def _show(self, found: dict[str, str]) -> None:
        errors = dict.fromkeys(_FIELDS, "")
        for name, sentence in found.items():
            field = name.partition(".")[0]
            place = field if field in errors else ""
            errors[place] = f"{errors[place]} {sentence}".strip()
        self.errors = errors


def _line(row: SendRow) -> SendLine:
    return SendLine(
        key=row.id,
        type=row.kind,
        title=row.title,
        status=row.status,
        tries=f"{row.tries}",
        code=row.response_code,
        error=row.last_error,
        created_at=row.created_at.isoformat(),
        next_at=row.due_at.isoformat() if row.due_at and row.tries else "",
    )


def _test_line(result: SendResult, *, target: str) -> str:
    if not result.succeeded:
        return result.message
    where = f"with {result.status_code} " if result.status_code else ""
    took = f"in {result.duration_ms:,} ms"
    return f"{target.partition('?')[0]} took it {where}{took}."
