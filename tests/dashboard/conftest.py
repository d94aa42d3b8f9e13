"""The HTTP side in this process, over a real database, with keys and a real sender."""

from collections.abc import AsyncIterator, Awaitable, Callable
from types import UnionType
from typing import get_args, get_origin

import httpx
import pytest
from fastapi import FastAPI
from starlette.routing import Match

from dashboard.api.app import create_api
from dashboard.api.does import does_of
from dashboard.api.shapes.envelopes import Listed
from models.words import KeyScope
from services import runtime
from services.accounts import keys
from services.clock import utc_now
from services.database import Database
from services.delivery import trial
from services.delivery.sender import Sender
from services.delivery.transport import PartnerTransport
from services.settings import Settings

Headers = dict[str, str]
MakeKey = Callable[[KeyScope], Awaitable[Headers]]


@pytest.fixture
async def make_key(db: Database) -> MakeKey:
    """Return a maker of headers with a new key of a scope."""

    async def make(scope: KeyScope) -> Headers:
        created = await keys.create_key(name=f"Program with {scope}", scope=scope)
        return {"Authorization": f"Bearer {created.key}"}

    return make


@pytest.fixture
async def stranger(db: Database) -> AsyncIterator[httpx.AsyncClient]:
    """Return a client without a key. A bug shows as 500, as it would to a program."""
    api = create_api()
    transport = httpx.ASGITransport(api, raise_app_exceptions=False)

    async def look(answer: httpx.Response) -> None:
        await answer.aread()
        assert_described(api, answer)

    async with httpx.AsyncClient(
        transport=transport, base_url="http://localhost:3000", event_hooks={"response": [look]}
    ) as client:
        yield client


def assert_described(api: FastAPI, answer: httpx.Response) -> None:
    """Check that no answer has a member that its shape, and so /openapi.json, does not name."""
    if not answer.is_success or answer.headers.get("content-type") != "application/json":
        return
    request = answer.request
    scope = {"type": "http", "path": request.url.path, "method": request.method}
    route = next(each for each in api.routes if each.matches(scope)[0] is Match.FULL)
    mark = does_of(route)
    if mark is None or mark.answer is None or "fields" in request.url.params:
        return
    shape = mark.also.get(answer.status_code, mark.answer)
    content = answer.json()
    told = content["items"] if get_origin(shape) is Listed else [content]
    shape = get_args(shape)[0] if get_origin(shape) is Listed else shape
    shapes = get_args(shape) if get_origin(shape) is UnionType else (shape,)
    known = {name for each in shapes for name in each.__annotations__}
    assert {name for each in told for name in each} <= known, route.path


@pytest.fixture
async def api(stranger: httpx.AsyncClient, make_key: MakeKey) -> httpx.AsyncClient:
    """Return a client with a key that may do everything."""
    stranger.headers.update(await make_key(KeyScope.ADMIN))
    return stranger


@pytest.fixture
async def sender(settings: Settings) -> AsyncIterator[None]:
    """Let Send Test reach the loopback partner."""
    policy = runtime.target_policy(settings)
    running = Sender(PartnerTransport(policy=policy), policy=policy, clock=utc_now)
    trial.set_sender(running)
    yield
    trial.set_sender(None)
    await running.aclose()
