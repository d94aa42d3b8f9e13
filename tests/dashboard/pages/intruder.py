"""A program that speaks the pages' websocket by itself, as nobody's browser would."""

import asyncio
import inspect
import json
import re
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self, TypeVar

import httpx
import socketio

from tests.dashboard.pages.conftest import PASSWORD
from tests.dashboard.server import Server

NAMESPACE = "/_event"

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

    async def hear(self, is_enough: Callable[[str], bool], *, seconds: float = 30) -> None:
        """Wait until all that was received is enough, and give up after so many seconds."""
        deadline = asyncio.get_running_loop().time() + seconds
        while not is_enough("".join(self.received)):
            if asyncio.get_running_loop().time() > deadline:
                return
            await asyncio.sleep(0.05)

    async def settle(self) -> None:
        """Wait until the server has been silent for a moment."""
        quiet = 0
        while quiet < 10:
            before = len(self.received)
            await asyncio.sleep(0.05)
            quiet = quiet + 1 if len(self.received) == before else 0


@dataclass(frozen=True, slots=True)
class Handler:
    """One handler that a browser can name, with arguments that mean nothing."""

    name: str
    fn: Callable[..., object]
    payload: dict


def all_handlers() -> list[Handler]:
    """Return every handler of ours, and those by which Reflex itself loads."""
    import reflex as rx

    import dashboard.dashboard  # noqa: F401 - registers every State

    def below(state: type[rx.State]) -> Iterator[type[rx.State]]:
        yield state
        for child in state.get_substates():
            yield from below(child)

    return [
        Handler(
            f"{state.get_full_name()}.{name}",
            handler.fn,
            dict.fromkeys(_arguments(handler.fn), "x"),
        )
        for state in below(rx.State)
        for name, handler in state.event_handlers.items()
    ]


def _arguments(fn: Callable[..., object]) -> list[str]:
    return list(inspect.signature(fn).parameters)[1:]


def run_apart(work: Coroutine[object, object, T]) -> T:
    """Run in a thread of its own: Playwright's loop is busy in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


_TICKET = re.compile(r"/api/session/([A-Za-z0-9_-]+)")


def ticket_for(server: Server, email: str, password: str = PASSWORD) -> str:
    """Sign in as the page does, and return the ticket that its browser would be led to."""
    name = next(each.name for each in all_handlers() if each.name.endswith(".sign_in"))
    intruder = Intruder(server, token=f"sign-in-{email}")

    async def ask() -> None:
        async with intruder:
            await intruder.ask(name, {"form": {"email": email, "password": password}})
            await intruder.hear(lambda text: _TICKET.search(text) is not None)

    run_apart(ask())
    found = _TICKET.search("".join(intruder.received))
    assert found, intruder.received
    return found[1]


def cookie_for(server: Server, email: str) -> str:
    """Return the header of a cookie with which this person is signed in."""
    answer = httpx.get(f"{server.url}/api/session/{ticket_for(server, email)}")
    return answer.headers["set-cookie"].partition(";")[0]
