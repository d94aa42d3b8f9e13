"""API keys in a real browser: made, limited, rotated and revoked."""

import re
from collections.abc import Callable
from zlib import crc32

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.dashboard.pages.conftest import PASSWORD, made, sign_in
from tests.dashboard.server import Server

# Calls the API with a key and returns the status.
Call = Callable[[str], int]


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """Return a name that no other test uses: the server is shared."""
    return f"Program {crc32(request.node.name.encode())}"


@pytest.fixture
def call(server: Server) -> Call:
    def ask(key: str) -> int:
        headers = {"Authorization": f"Bearer {key}"}
        return httpx.get(f"{server.url}/api/v1/events", headers=headers).status_code

    return ask


def open_page(page: Page, server: Server, q: str = "") -> None:
    page.goto(f"{server.url}/settings/api-keys?q={q}")
    expect(page.get_by_role("heading", name="API keys")).to_be_visible()


def create(page: Page, name: str) -> None:
    page.get_by_role("button", name="+ New key").first.click()
    page.get_by_label("Name", exact=True).fill(name)


def shown_key(page: Page) -> str:
    place = page.locator("code", has_text=re.compile(r"^al_[A-Za-z0-9_-]{40,}$"))
    expect(place).to_be_visible()
    return place.inner_text()


def manage(page: Page, name: str) -> Locator:
    page.get_by_role("button", name=f"Manage {name}").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    return dialog


def test_a_new_key_is_shown_once_with_its_first_call_and_works(
    signed_in: Page, server: Server, call: Call, name: str
) -> None:
    page = signed_in
    open_page(page, server)
    create(page, name)
    page.get_by_label("Scope").select_option("read")
    page.get_by_role("button", name="Create key").click()
    key = shown_key(page)
    assert call(key) == 200
    expect(page.get_by_text("/api/v1/events?limit=5").first).to_be_visible()
    expect(page.get_by_text("import httpx")).to_be_visible()
    row = page.get_by_role("row", name=name)
    expect(row).to_contain_text("Active")
    expect(row).to_contain_text(key[:9])
    page.reload()
    expect(page.get_by_role("row", name=name)).to_be_visible()
    expect(page.get_by_text(key)).to_have_count(0)


def test_limits_are_set_told_in_words_and_refused_beside_their_field(
    signed_in: Page, server: Server, api: httpx.Client, name: str
) -> None:
    made(api.post("/campaigns", json={"key": "keys-us", "name": "Keys US"}))
    page = signed_in
    open_page(page, server)
    create(page, name)
    page.get_by_role("group", name="Campaigns").get_by_label("Keys US").check()
    page.get_by_label("Calls per minute").fill("many")
    page.get_by_label("Allowed addresses").fill("10.0.0.5/8")
    page.get_by_role("button", name="Create key").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("write 10.0.0.0/8")).to_be_visible()
    expect(dialog.get_by_text("Give a whole number.")).to_be_visible()
    # The first wrong field gets the focus; whoever types earlier would lose it while typing.
    expect(page.get_by_label("Calls per minute")).to_be_focused()
    page.get_by_label("Calls per minute").fill("600")
    page.get_by_label("Allowed addresses").fill("10.0.0.0/8")
    page.get_by_label("Expires").select_option("30")
    page.get_by_role("button", name="Create key").click()
    row = page.get_by_role("row", name=name)
    expect(row).to_contain_text("campaign keys-us · 600 calls a minute · from 10.0.0.0/8")
    stored = next(each for each in made(api.get("/keys"))["items"] if each["name"] == name)
    assert (stored["campaigns"], stored["rate_limit"]) == (["keys-us"], 600)
    assert stored["expires_at"] is not None

    dialog = manage(page, name)
    expect(dialog.get_by_label("Keys US")).to_be_checked()
    dialog.get_by_label("Calls per minute").fill("")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(row).not_to_contain_text("a minute")
    again = next(each for each in made(api.get("/keys"))["items"] if each["name"] == name)
    assert again["expires_at"] == stored["expires_at"], "an end that nobody touched stays"


def test_a_rotated_key_works_beside_the_new_one_until_it_is_ended(
    signed_in: Page, server: Server, api: httpx.Client, call: Call, name: str
) -> None:
    old = made(api.post("/keys", json={"name": name, "scope": "read"}))["key"]
    page = signed_in
    open_page(page, server, name)
    dialog = manage(page, name)
    dialog.get_by_label("How long the old key works on").select_option("72")
    dialog.get_by_role("button", name="Rotate").click()
    new = shown_key(page)
    assert (new != old, call(old), call(new)) == (True, 200, 200)
    row = page.get_by_role("row", name=name)
    expect(row).to_contain_text("Old key ends")
    dialog = manage(page, name)
    dialog.get_by_role("button", name="End it now").click()
    expect(dialog.get_by_text("The old key still works")).to_have_count(0)
    assert (call(old), call(new)) == (401, 200)


def test_revoking_names_what_follows_and_takes_the_key_off_the_list(
    signed_in: Page, server: Server, api: httpx.Client, call: Call, name: str
) -> None:
    key = made(api.post("/keys", json={"name": name, "scope": "read"}))["key"]
    page = signed_in
    open_page(page, server, name)
    dialog = manage(page, name)
    dialog.get_by_role("button", name="Revoke…").click()
    expect(dialog).to_contain_text("Every program that uses this key is refused at once")
    assert call(key) == 200
    dialog.get_by_role("button", name="Revoke", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("row", name=name)).to_have_count(0)
    assert call(key) == 401
    page.get_by_label("Revoked too").check()
    expect(page.get_by_role("row", name=name)).to_contain_text("Revoked")


def test_a_manager_is_told_who_gives_access(page: Page, server: Server) -> None:
    email = "keys-manager@example.com"
    arguments = ("--email", email, "--role", "manager", "--password-stdin")
    server.command("create-user", *arguments, text=PASSWORD)
    sign_in(page, server, email=email)
    page.goto(f"{server.url}/settings/api-keys")
    expect(page.get_by_text("This page is not for you")).to_be_visible()
    expect(page.get_by_role("button", name="+ New key")).to_be_hidden()
