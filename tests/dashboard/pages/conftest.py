"""A real server with an owner, and a real browser, shared by the tests of the pages."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.dashboard.server import Server, launch_chromium, running_server

EMAIL = "ann@example.com"
PASSWORD = "a quiet orange river"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("server")) as running:
        create_owner(running)
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = launch_chromium(playwright)
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Return a browser of its own that nobody is signed in with."""
    opened = browser.new_context(timezone_id="Europe/Berlin", locale="en-GB")
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def signed_in(page: Page, server: Server) -> Page:
    sign_in(page, server)
    return page


def create_owner(server: Server) -> None:
    server.command(
        *("create-user", "--email", EMAIL, "--role", "owner", "--password-stdin"), text=PASSWORD
    )


def sign_in(page: Page, server: Server, *, path: str = "/login") -> None:
    page.goto(f"{server.url}{path}")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/login" not in url)
