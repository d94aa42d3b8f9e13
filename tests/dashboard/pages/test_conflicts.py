"""Two people edit the same thing at once: both versions are shown, and nothing is lost."""

import re
from collections.abc import Iterator
from zlib import crc32

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.dashboard.server import Server

MINE = "https://mine.example.com/?t={transaction_id}"
THEIRS = "https://theirs.example.com/?t={transaction_id}"


@pytest.fixture(scope="module")
def api(empty_server: Server) -> Iterator[httpx.Client]:
    """Return a client with the key that the command line made."""
    key = empty_server.command("create-key", "--name", "conflicts", "--scope", "admin")
    with httpx.Client(
        base_url=f"{empty_server.url}/api/v1", headers={"Authorization": f"Bearer {key}"}
    ) as client:
        yield client


@pytest.fixture
def postback(api: httpx.Client, request: pytest.FixtureRequest) -> dict[str, str]:
    """Return a stored postback of an event of the test's own."""
    name = f"conflict_{crc32(request.node.name.encode())}"
    api.post("/event-types", json={"name": name}).raise_for_status()
    data = {"url": "https://partner.example.com/first", "method": "POST", "body": "one"}
    made = api.post(f"/event-types/{name}/postbacks", json=data)
    made.raise_for_status()
    return made.json()


@pytest.fixture
def mine(signed_in: Page, server: Server, postback: dict[str, str]) -> Page:
    """Return the editor of one person, who has typed a URL and not saved it."""
    open_editor(signed_in, server, postback)
    signed_in.get_by_label("Destination URL").fill(MINE)
    expect(signed_in.get_by_text("Unsaved changes")).to_be_visible()
    return signed_in


@pytest.fixture
def theirs(mine: Page, server: Server, postback: dict[str, str]) -> Page:
    """Return the second tab, in which somebody else has just saved another URL."""
    other = mine.context.new_page()
    open_editor(other, server, postback)
    other.get_by_label("Destination URL").fill(THEIRS)
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_text("All changes saved")).to_be_visible()
    return other


def open_editor(page: Page, server: Server, postback: dict[str, str]) -> None:
    page.goto(f"{server.url}/settings/events/{postback['event']}/postbacks/{postback['id']}")
    expect(page.get_by_label("Destination URL")).to_have_value(re.compile("https://"))


def panel(page: Page) -> Locator:
    return page.get_by_role("region", name="Two versions")


def stored(api: httpx.Client, postback: dict[str, str]) -> str:
    return str(api.get(f"/postbacks/{postback['id']}").json()["url"])


def test_the_second_one_sees_both_versions_beside_each_other(mine: Page, theirs: Page) -> None:
    expect(panel(mine)).to_contain_text("Somebody else saved this first")
    lines = panel(mine).get_by_role("list", name="What differs").get_by_role("listitem")
    expect(lines).to_have_count(1)
    expect(lines).to_contain_text("Destination URL")
    expect(lines).to_contain_text(MINE)
    expect(lines).to_contain_text(THEIRS)
    expect(mine.get_by_label("Destination URL")).to_have_value(MINE)


def test_what_is_typed_while_both_are_shown_joins_the_comparison(mine: Page, theirs: Page) -> None:
    expect(panel(mine)).to_be_visible()
    mine.get_by_label("Body", exact=True).fill("two")
    expect(panel(mine).get_by_role("listitem")).to_have_count(2)
    expect(panel(mine)).to_contain_text("two")


def test_save_alone_overwrites_nothing(
    mine: Page, theirs: Page, api: httpx.Client, postback: dict[str, str]
) -> None:
    expect(panel(mine)).to_be_visible()
    mine.get_by_text("What holds for every call").scroll_into_view_if_needed()
    expect(mine.get_by_text("somebody else saved first")).to_be_in_viewport()
    mine.get_by_role("button", name="Save").click()
    expect(panel(mine)).to_be_in_viewport()
    mine.get_by_label("Body", exact=True).fill("answered by the server after the save")
    expect(panel(mine)).to_contain_text("answered by the server after the save")
    assert stored(api, postback) == THEIRS


def test_keep_mine_saves_over_theirs(
    mine: Page, theirs: Page, api: httpx.Client, postback: dict[str, str]
) -> None:
    panel(mine).get_by_role("button", name="Keep mine").click()
    expect(mine.get_by_text("All changes saved")).to_be_visible()
    expect(panel(mine)).to_be_hidden()
    assert stored(api, postback) == MINE
    expect(theirs.get_by_label("Destination URL")).to_have_value(MINE)


def test_take_theirs_fills_the_form_with_it(
    mine: Page, theirs: Page, api: httpx.Client, postback: dict[str, str]
) -> None:
    panel(mine).get_by_role("button", name="Take theirs").click()
    expect(mine.get_by_label("Destination URL")).to_have_value(THEIRS)
    expect(panel(mine)).to_be_hidden()
    expect(mine.get_by_text("All changes saved")).to_be_visible()
    assert stored(api, postback) == THEIRS


def test_a_third_save_is_compared_anew(
    mine: Page, theirs: Page, api: httpx.Client, postback: dict[str, str]
) -> None:
    expect(panel(mine)).to_be_visible()
    third = "https://third.example.com/"
    api.patch(f"/postbacks/{postback['id']}", json={"url": third}).raise_for_status()
    expect(panel(mine)).to_contain_text(third)
    panel(mine).get_by_role("button", name="Keep mine").click()
    expect(mine.get_by_text("All changes saved")).to_be_visible()
    assert stored(api, postback) == MINE


def test_a_form_that_says_the_same_as_theirs_has_no_conflict_left(
    mine: Page, theirs: Page, api: httpx.Client, postback: dict[str, str]
) -> None:
    expect(panel(mine)).to_be_visible()
    mine.get_by_label("Destination URL").fill(THEIRS)
    expect(panel(mine)).to_be_hidden()
    expect(mine.get_by_text("All changes saved")).to_be_visible()
    mine.get_by_label("Destination URL").fill(MINE)
    mine.get_by_role("button", name="Save").click()
    expect(mine.get_by_text("All changes saved")).to_be_visible()
    assert stored(api, postback) == MINE


def test_what_was_typed_outlives_an_archived_postback(
    mine: Page, api: httpx.Client, postback: dict[str, str]
) -> None:
    api.delete(f"/postbacks/{postback['id']}").raise_for_status()
    expect(mine.get_by_text("Somebody archived this postback meanwhile")).to_be_visible()
    expect(mine.get_by_label("Destination URL")).to_have_value(MINE)
    expect(mine.get_by_role("button", name="Save")).to_be_disabled()


def test_a_secret_that_somebody_removed_asks_for_its_value_again(
    mine: Page, api: httpx.Client, postback: dict[str, str]
) -> None:
    changes = {"secrets": {"token": "s3cr3t"}}
    api.patch(f"/postbacks/{postback['id']}", json=changes).raise_for_status()
    expect(panel(mine)).to_contain_text("token")
    panel(mine).get_by_role("button", name="Take theirs").click()
    expect(mine.get_by_text("Stored")).to_be_visible()
    mine.get_by_label("Destination URL").fill(MINE)
    expect(mine.get_by_text("Unsaved changes")).to_be_visible()
    gone = {"secrets": {"token": None}}
    api.patch(f"/postbacks/{postback['id']}", json=gone).raise_for_status()
    panel(mine).get_by_role("button", name="Keep mine").click()
    expect(mine.get_by_text("Give the secret its value.")).to_be_visible()
    expect(mine.get_by_label("Destination URL")).to_have_value(MINE)
