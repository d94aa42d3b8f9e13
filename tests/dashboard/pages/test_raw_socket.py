"""A program that speaks the pages' websocket without signing in gets nothing, whatever it asks."""

import asyncio
import inspect
import json
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Self, TypeVar

import pytest
import socketio
from playwright.sync_api import BrowserContext, Page, expect

from tests.dashboard.pages.conftest import EMAIL, AddCampaign, at
from tests.dashboard.server import Server

NAMESPACE = "/_event"
MARKER = "Only for the signed in"
PAGES = ("/", "/campaigns", "/leads", "/logs", "/settings/events", "/test-receiver")


T = TypeVar("T")


class Intruder:
    """A socket.io client of its own; keeps all that the server sends it."""

    def __init__(self, server: Server, *, cookie: str = "", token: str = "intruder") -> None:
        self.server = server
        self.headers = {"Origin": server.url, **({"Cookie": cookie} if cookie else {})}
        self.token = token
        self.received: list[str] = []
        self.client = socketio.AsyncClient(reconnection=False)
        self.client.on("*", self._keep, namespace=NAMESPACE)

    async def _keep(self, _name: str, *data: object) -> None:
        self.received.append(json.dumps(data, default=str))

    async def __aenter__(self) -> Self:
        await self.client.connect(
            f"{self.server.url}?token={self.token}",
            headers=self.headers,
            namespaces=[NAMESPACE],
            socketio_path=NAMESPACE,
            transports=["websocket"],
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.disconnect()

    async def ask(self, name: str, payload: dict, *, path: str = "/") -> None:
        router_data = {"pathname": path, "asPath": path, "query": {}}
        event = {"name": name, "payload": payload, "router_data": router_data}
        await self.client.emit("event", event, namespace=NAMESPACE)

    async def settle(self) -> None:
        """Wait until the server has been silent for a moment."""
        quiet = 0
        while quiet < 10:
            before = len(self.received)
            await asyncio.sleep(0.05)
            quiet = quiet + 1 if len(self.received) == before else 0


@pytest.fixture(scope="module")
def handlers() -> dict[str, dict]:
    """Return a payload for every handler of ours and for those by which Reflex itself loads."""
    import reflex as rx

    import dashboard.dashboard  # noqa: F401 - registers every State

    def below(state: type[rx.State]) -> Iterator[type[rx.State]]:
        yield state
        for child in state.get_substates():
            yield from below(child)

    return {
        f"{state.get_full_name()}.{name}": dict.fromkeys(_arguments(handler.fn), "x")
        for state in below(rx.State)
        for name, handler in state.event_handlers.items()
    }


def _arguments(fn: Callable[..., object]) -> list[str]:
    return list(inspect.signature(fn).parameters)[1:]


def run_apart(work: Coroutine[object, object, T]) -> T:
    """Run in a thread of its own: Playwright's loop is busy in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def cookie_header(context: BrowserContext) -> str:
    return "; ".join(f"{each['name']}={each['value']}" for each in context.cookies())


def betrayed(received: list[str]) -> list[str]:
    return [text for text in received if MARKER in text or EMAIL in text]


async def ask_everything(intruder: Intruder, handlers: dict[str, dict]) -> list[str]:
    async with intruder:
        for path in PAGES:
            await intruder.ask("reflex___state____state.hydrate_and_load", {}, path=path)
            await intruder.settle()
        for name, payload in handlers.items():
            await intruder.ask(name, payload, path="/campaigns")
        await intruder.settle()
    return intruder.received


def test_without_a_cookie_no_handler_gives_anything_away(
    server: Server, handlers: dict[str, dict], add_campaign: AddCampaign
) -> None:
    add_campaign(MARKER)
    received = run_apart(ask_everything(Intruder(server), handlers))
    assert len(handlers) > 20
    assert received, "the server answers at all"
    assert betrayed(received) == []
    assert any("/login" in text for text in received)


def test_a_made_up_cookie_opens_nothing(server: Server, handlers: dict[str, dict]) -> None:
    intruder = Intruder(server, cookie="afterlead_session=made-up", token="made-up")
    assert betrayed(run_apart(ask_everything(intruder, handlers))) == []


def test_another_sites_page_cannot_even_connect(server: Server) -> None:
    intruder = Intruder(server)
    intruder.headers["Origin"] = "https://evil.example"
    with pytest.raises(socketio.exceptions.ConnectionError):
        run_apart(ask_everything(intruder, {}))


def test_with_the_cookie_the_same_program_is_answered(
    signed_in: Page, context: BrowserContext, server: Server
) -> None:
    """Without this the tests above would pass on a server that says nothing to anybody."""
    intruder = Intruder(server, cookie=cookie_header(context), token="honest")

    async def visit() -> None:
        async with intruder:
            await intruder.ask("reflex___state____state.hydrate_and_load", {}, path="/campaigns")
            await intruder.settle()

    run_apart(visit())
    assert betrayed(intruder.received)


def test_the_token_of_anothers_tab_opens_nothing(
    signed_in: Page, server: Server, handlers: dict[str, dict]
) -> None:
    signed_in.goto(f"{server.url}/campaigns")
    expect(signed_in.get_by_text(MARKER).first).to_be_visible()
    token = signed_in.evaluate("() => sessionStorage.getItem('token')")
    assert token
    signed_in.goto("about:blank")  # the tab lets go of its token, its state stays on the server
    received = run_apart(ask_everything(Intruder(server, token=token), handlers))
    assert betrayed(received) == []
    signed_in.goto(f"{server.url}/campaigns")
    expect(signed_in).to_have_url(at(server, "/campaigns"))
    expect(signed_in.get_by_text(MARKER).first).to_be_visible()


def test_an_argument_of_the_wrong_kind_is_refused_before_its_handler(
    signed_in: Page, context: BrowserContext, server: Server, handlers: dict[str, dict]
) -> None:
    name = next(name for name in handlers if name.endswith("logs_state.find"))
    intruder = Intruder(server, cookie=cookie_header(context), token="forger")

    async def forge() -> None:
        async with intruder:
            await intruder.ask("reflex___state____state.hydrate_and_load", {}, path="/logs")
            for wrong in (7, None, ["x"], {"x": 1}):
                await intruder.ask(name, {"text": wrong}, path="/logs")
            await intruder.settle()

    before = len(server.log.read_bytes())
    run_apart(forge())
    assert b"Traceback" not in server.log.read_bytes()[before:]
    assert any("does not fit" in text for text in intruder.received)
