"""The HTTP side in this process, over a real database, with keys and a real sender."""

from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest

from dashboard.api.app import create_api
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
    transport = httpx.ASGITransport(create_api(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3000") as client:
        yield client


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
