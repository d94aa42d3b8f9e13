"""A real server with an owner, and a real browser, shared by the tests of the pages."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.dashboard.server import Server, launch_chromium, running_server

EMAIL = "ann@example.com"
PASSWORD = "a quiet orange river"

# Another process, as a worker or the command line would be, writes to the server's database.
AddCampaign = Callable[[str], None]


@dataclass(slots=True)
class FirstVisit:
    """What the very first visitor saw while becoming the owner."""

    led_to: str = ""
    complaints: list[str] = field(default_factory=list)
    arrived_at: str = ""


# Not for the whole session: while Playwright runs, no other test can have an event loop.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = launch_chromium(playwright)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def empty_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="session")
def first_visit(empty_server: Server) -> FirstVisit:
    """Create the owner on the new installation, making every mistake on the way."""
    with sync_playwright() as playwright:
        launched = launch_chromium(playwright)
        seen = _visit(launched.new_page(), empty_server)
        launched.close()
    return seen


def _visit(page: Page, empty_server: Server) -> FirstVisit:
    seen = FirstVisit()
    page.goto(f"{empty_server.url}/logs")
    page.wait_for_url(lambda url: "/setup" in url)
    seen.led_to = page.url.removeprefix(empty_server.url)
    for email, password, again in (
        ("ann", PASSWORD, PASSWORD),
        (EMAIL, "short", "short"),
        (EMAIL, PASSWORD, PASSWORD + "!"),
    ):
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_label("Password again").fill(again)
        before = "".join(seen.complaints[-1:])
        # The browser's own check of an e-mail address would stop the form.
        page.locator("form").evaluate("form => form.noValidate = true")
        page.get_by_role("button", name="Create owner").click()
        message = page.locator(".al-field-error:not(:empty)")
        expect(message).not_to_have_text(before or "nothing yet")
        seen.complaints.append(message.inner_text())
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Create owner").click()
    page.wait_for_url(lambda url: "/setup" not in url and "/api/" not in url)
    seen.arrived_at = page.url.removeprefix(empty_server.url)
    return seen


@pytest.fixture
def server(empty_server: Server, first_visit: FirstVisit) -> Server:
    """Return the server once it has its owner."""
    return empty_server


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Return a browser of its own that nobody is signed in with."""
    opened = browser.new_context(timezone_id="Europe/Berlin", locale="en-GB")
    violations: list[str] = []
    opened.on("console", lambda said: _keep_violation(said.text, violations))
    yield opened
    opened.close()
    assert violations == []


def _keep_violation(text: str, violations: list[str]) -> None:
    """Keep what a page tried against its own policy: it works for nobody, in no test."""
    if "Content Security Policy" in text or "Permissions-Policy" in text:
        violations.append(text)


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def signed_in(page: Page, server: Server) -> Page:
    sign_in(page, server)
    return page


@pytest.fixture(scope="module")
def api(empty_server: Server) -> Iterator[httpx.Client]:
    """Return a client of a program beside the browser."""
    key = empty_server.command("create-key", "--name", "beside the browser", "--scope", "admin")
    with httpx.Client(
        base_url=f"{empty_server.url}/api/v1", headers={"Authorization": f"Bearer {key}"}
    ) as client:
        yield client


def made(answer: httpx.Response) -> dict[str, Any]:
    """Return what a program got, which must be what it asked for."""
    assert answer.is_success, answer.text
    return answer.json()


@pytest.fixture
def add_campaign(server: Server) -> AddCampaign:
    path = server.environment["AFTERLEAD_DATABASE_URL"].removeprefix("sqlite:///")

    def add(name: str) -> None:
        with closing(sqlite3.connect(path, timeout=10)) as connection, connection:
            connection.execute(
                "INSERT INTO campaign (id, key, name, version, created_at, updated_at)"
                " VALUES (?, ?, ?, 1, datetime('now'), datetime('now'))",
                (f"cmp_{name}", name.lower().replace(" ", "-"), name),
            )

    return add


def at(server: Server, path: str) -> re.Pattern[str]:
    """Return the address of a page; whether it ends in a slash depends on the way there."""
    path, _, query = path.partition("?")
    ending = re.escape(f"?{query}") if query else ""
    return re.compile(re.escape(server.url + path.rstrip("/")) + "/?" + ending + "$")


def sign_in(page: Page, server: Server, *, path: str = "/login", email: str = EMAIL) -> None:
    page.goto(f"{server.url}{path}")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/login" not in url and "/api/" not in url)
