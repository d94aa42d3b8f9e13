"""The HTTP side alone, in a process of its own, with a trivial route to compare with.

`python -m tests.benchmarks.served` serves with the server that production uses.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from granian.constants import Interfaces
from granian.server import Server
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from dashboard.api.app import create_api
from services import runtime
from services.settings import get_settings


async def trivial(request: Request) -> Response:
    """Read the body and answer: what any framework must do."""
    await request.body()
    return Response(b'{"status":"ok"}', status_code=201, media_type="application/json")


class Application:
    """The API with the runtime as its lifespan, as Reflex runs it."""

    def __init__(self) -> None:
        api = create_api()
        api.router.routes.insert(0, Route("/trivial", trivial, methods=["POST"]))
        api.router.lifespan_context = _running
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection's scope."""
        await self._api(scope, receive, send)


@asynccontextmanager
async def _running(_app: FastAPI) -> AsyncIterator[None]:
    await runtime.start(get_settings())
    yield
    await runtime.stop()


app = Application()

if __name__ == "__main__":
    Server(
        "tests.benchmarks.served:app",
        address="127.0.0.1",
        port=int(os.environ["AFTERLEAD_PORT"]),
        interface=Interfaces.ASGI,
        workers=1,
        log_enabled=False,
    ).serve()
