"""A new installation for each module here, and the ways into it: a browser and an API key."""

import json
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.dashboard.server import Server, launch_chromium, running_server


# Not for the whole session: while Playwright runs, no other test can have an event loop.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = launch_chromium(playwright)
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Return a browser of its own that nobody is signed in with; its clipboard may be read."""
    opened = browser.new_context(timezone_id="Europe/Berlin", locale="en-GB")
    opened.grant_permissions(["clipboard-read", "clipboard-write"])
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return an installation in which nothing exists yet, not even an owner."""
    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="module")
def api(server: Server) -> Iterator[httpx.Client]:
    """Return a client with the key that the command line made."""
    with client_of(server) as client:
        yield client


def client_of(server: Server, *, name: str = "tests") -> httpx.Client:
    key = server.command("create-key", "--name", name, "--scope", "admin")
    return httpx.Client(
        base_url=f"{server.url}/api/v1",
        headers={"Authorization": f"Bearer {key}"},
        timeout=30,
        # Not the pool's default of 20 connections that are kept: every call of a burst is at once.
        limits=httpx.Limits(max_connections=64, max_keepalive_connections=64),
    )


def created(client: httpx.Client, path: str, **body: object) -> dict:
    answer = client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return json.loads(answer.text)
