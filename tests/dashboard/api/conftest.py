"""A partner of the installation, beside the programs that have keys of their own."""

from collections.abc import AsyncIterator

import httpx
import pytest

from dashboard.api.app import create_api
from services.database import Database


@pytest.fixture
async def partner_client(db: Database) -> AsyncIterator[httpx.AsyncClient]:
    """Return a client that has nothing but the URL that it was given."""
    transport = httpx.ASGITransport(create_api(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3000") as client:
        yield client
