"""The calls that one name of the test receiver got."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import reflex as rx

from dashboard import feedback, live
from dashboard.components import browser, list_state
from dashboard.session import actor, guarded
from services.actor import Right
from services.delivery import test_receiver
from services.delivery.test_receiver import EchoCallRow
from services.errors import AppError, NotFound

SHOWN_CALLS: Final = 50
MISSING: Final = "missing"
# How a partner's URL usually looks: our ids under the partner's own parameter names.
WITH_MACROS: Final = "?tid={transaction_id}&event={event_name}"

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class CallLine:
    """One call on screen: `target` as received, `parameters` decoded from its query."""

    key: str
    at: str
    method: str
    target: str
    parameters: list[Pair]
    headers: list[Pair]
    body: str
    note: str
    answered: int
    is_open: bool


class ReceiverCallsState(rx.State):
    """The calls of the name in the address, and the URLs to copy."""

    name: str = ""
    shown: str = list_state.LOADING
    problem: str = ""
    urls: list[Pair] = rx.field(default_factory=list)
    calls: list[CallLine] = rx.field(default_factory=list)
    more: bool = False
    may_edit: bool = False

    _opened: set[str] = rx.field(default_factory=set)

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show the calls of the name in the address, and again after every change."""
        async with self:
            wanted = str(self.receiver_name)
            self.may_edit = Right.SEND_TESTS in actor().rights
            if wanted != self.name:
                self.name, self.shown, self.problem = wanted, list_state.LOADING, ""
                self.calls, self.more, self._opened = [], False, set()
            self.urls = _urls(f"{self.router.url.origin}/echo/{wanted}")
        async for _ in live.changes(self):
            await self._load(wanted)

    @rx.event
    @guarded(Right.SEND_TESTS)
    async def clear(self) -> Any:
        """Forget the calls of this name."""
        await test_receiver.clear(actor(), self.name)
        return feedback.done("Calls cleared.")

    @rx.event
    @guarded(Right.READ)
    async def retry(self) -> Any:
        """Load the page again after a failure."""
        self.shown = list_state.LOADING
        return browser.reload()

    async def _load(self, wanted: str) -> None:
        try:
            rows = await test_receiver.calls(actor(), wanted, limit=SHOWN_CALLS + 1)
        except AppError as error:
            async with self:
                self.problem = feedback.sentence(error)
                self.shown = MISSING if isinstance(error, NotFound) else list_state.FAILED
            return
        # The newest stands open; one that stood open stays so when another comes above it.
        opened = {*self._opened, *(row.id for row in rows[:1])}
        calls = [_line(row, is_open=row.id in opened) for row in rows[:SHOWN_CALLS]]
        shown = list_state.READY if calls else list_state.EMPTY
        if (calls, shown) != (self.calls, self.shown):
            async with self:
                self.calls, self.shown, self._opened = calls, shown, opened
                self.more = len(rows) > SHOWN_CALLS


def _line(row: EchoCallRow, *, is_open: bool) -> CallLine:
    return CallLine(
        key=row.id,
        at=row.received_at.isoformat(),
        method=row.method,
        target=row.target,
        parameters=parse_qsl(_query(row.target), keep_blank_values=True),
        headers=list(row.headers),
        body=row.body,
        note="truncated at 16 KiB" if row.truncated else "",
        answered=row.answered,
        is_open=is_open,
    )


def _query(target: str) -> str:
    return urlsplit("//receiver" + target).query if "?" in target else ""


def _urls(url: str) -> list[Pair]:
    return [
        ("Plain", url),
        ("With macros", url + WITH_MACROS),
        ("Answers 500", url + "?status=500"),
        ("Answers after 5 seconds", url + "?delay=5"),
    ]
