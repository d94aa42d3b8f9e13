"""Incoming URLs: built in the partner's dialect, called as he calls them, in a real browser."""

import re
from collections.abc import Callable
from zlib import crc32

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.dashboard.pages.conftest import made
from tests.dashboard.server import Server

NewUrl = Callable[[str], None]


@pytest.fixture
def key(api: httpx.Client, request: pytest.FixtureRequest) -> str:
    """Return the name of a campaign and an event of the test's own, with the lead t-1."""
    name = f"in_{crc32(request.node.name.encode())}"
    made(api.post("/event-types", json={"name": name}))
    made(api.post("/campaigns", json={"key": name, "name": f"Campaign {name}"}))
    made(api.post("/leads", json={"campaign": name, "transaction_id": f"t-{name}"}))
    return name


@pytest.fixture
def new_url(signed_in: Page, server: Server) -> NewUrl:
    """Return a maker of incoming URLs; it leaves the page on the builder."""

    def make(name: str) -> None:
        signed_in.goto(f"{server.url}/incoming")
        signed_in.get_by_role("button", name="+ New Incoming URL").first.click()
        signed_in.get_by_role("dialog").get_by_label("Name").fill(name)
        signed_in.get_by_role("button", name="Create").click()
        expect(signed_in.get_by_role("heading", name=name, level=1)).to_be_visible()

    return make


def built(page: Page) -> str:
    return page.locator("code.al-break").inner_text()


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("There are changes to save.")).to_be_hidden()


def test_s9_a_partners_names_and_words_are_mapped_and_his_calls_appear(
    signed_in: Page, new_url: NewUrl, key: str
) -> None:
    new_url('Voluum "EU" {x} 😀')
    signed_in.get_by_role("combobox", name="Event", exact=True).select_option(key)
    signed_in.get_by_label("The partner's name of Transaction ID").fill("txid")
    signed_in.get_by_label("What the partner puts for Transaction ID").fill("{clickid}")
    words = signed_in.get_by_role("group", name="Words for conversion status")
    words.get_by_role("button", name="Add word").click()
    words.get_by_label("The partner's word for conversion status").fill("2")
    words.get_by_label("What the word means as conversion status").select_option("rejected")
    expect(signed_in.locator("code.al-break")).to_have_text(
        re.compile(r"/in/al_[\w-]+\?txid=\{clickid\}$")
    )
    save(signed_in)
    url = built(signed_in).replace("{clickid}", f"t-{key}")
    answer = httpx.get(url + "&status=2&foo=1")
    assert answer.status_code == 201, answer.text
    assert answer.json()["ignored"] == ["foo"]
    line = signed_in.locator("details").filter(has_text="Recorded")
    expect(line).to_contain_text(f"t-{key}")
    refused = httpx.get(url.replace("txid=", "txid=no-"))
    assert refused.status_code == 404
    problem = signed_in.locator("details").filter(has_text="Unknown lead")
    problem.locator("summary").click()
    problem.get_by_role("button", name="Show what came in").click()
    expect(problem.locator(".al-code")).to_contain_text(f"txid=no-t-{key}")
    line.locator("summary").click()
    line.get_by_role("link", name="Log entry").click()
    expect(signed_in.get_by_text("rejected", exact=True).first).to_be_visible()


def test_each_url_shows_its_own_form(signed_in: Page, new_url: NewUrl, key: str) -> None:
    for name in ("first", "second"):
        new_url(f"{name} {key}")
        expect(signed_in.get_by_label("Name", exact=True)).to_have_value(f"{name} {key}")
        signed_in.get_by_label("The partner's name of Amount").fill(f"pay_{name}")
        signed_in.get_by_label("In the URL: Amount").check()
        save(signed_in)
    for name in ("first", "second", "first"):
        signed_in.get_by_role("navigation", name="Main").get_by_text("Incoming URLs").click()
        signed_in.get_by_role("link", name=f"{name} {key}").click()
        expect(signed_in.get_by_role("heading", name=f"{name} {key}")).to_be_visible()
        expect(signed_in.get_by_label("Name", exact=True)).to_have_value(f"{name} {key}")
        theirs = signed_in.get_by_label("The partner's name of Amount")
        expect(theirs).to_have_value(f"pay_{name}")


def test_a_word_cannot_mean_two_things(signed_in: Page, new_url: NewUrl, key: str) -> None:
    new_url(f"Twice {key}")
    words = signed_in.get_by_role("group", name="Words for conversion status")
    for number in range(2):
        words.get_by_role("button", name="Add word").click()
        words.get_by_label("The partner's word for conversion status").nth(number).fill("9")
    signed_in.get_by_role("button", name="Save", exact=True).click()
    expect(signed_in.get_by_text("“9” is there twice. Keep one of them.")).to_be_visible()
    expect(signed_in.get_by_text("There are changes to save.")).to_be_visible()


def test_the_url_that_was_built_is_there_again_the_next_day(
    signed_in: Page, new_url: NewUrl, key: str
) -> None:
    new_url(f"Kept {key}")
    signed_in.get_by_label("In the URL: Event").uncheck()
    signed_in.get_by_label("In the URL: Amount").check()
    signed_in.get_by_label("What the partner puts for Amount").fill("#payout#")
    signed_in.get_by_label("What the partner puts for Transaction ID").fill("[clickid]")
    signed_in.get_by_label("Answer").fill("OK")
    wanted = re.compile(r"/in/al_[\w-]+\?transaction_id=\[clickid\]&amount=#payout#&return=OK$")
    expect(signed_in.locator("code.al-break")).to_have_text(wanted)
    save(signed_in)
    signed_in.reload()
    expect(signed_in.locator("code.al-break")).to_have_text(wanted)
    expect(signed_in.get_by_label("Answer")).to_have_value("OK")


def test_s9_a_test_call_is_recorded_and_counts_nowhere(
    signed_in: Page, new_url: NewUrl, key: str, api: httpx.Client
) -> None:
    new_url(f"Tester {key}")
    signed_in.get_by_role("combobox", name="Event", exact=True).select_option(key)
    save(signed_in)
    url = built(signed_in).replace("{transaction_id}", f"t-{key}")
    tested = httpx.get(url + "&test=1")
    assert (tested.status_code, tested.json()["test"], tested.json()["deliveries"]) == (
        *(201, True, 0),
    )
    assert made(api.get("/events", params={"event": key}))["items"] == []
    real = httpx.get(url + "&return=OK")
    assert (real.status_code, real.text) == (201, "OK")
    again = httpx.get(url)
    assert (again.status_code, again.json()["status"]) == (200, "duplicate")
    duplicate = signed_in.locator("details").filter(has_text="Duplicate")
    duplicate.locator("summary").click()
    expect(duplicate.get_by_role("link", name="First event")).to_be_visible()


def test_a_new_key_makes_the_old_url_worthless_and_archiving_ends_it(
    signed_in: Page, new_url: NewUrl, key: str
) -> None:
    new_url(f"Rotated {key}")
    old = built(signed_in)
    signed_in.get_by_role("button", name="New key…").click()
    signed_in.get_by_role("button", name="Make another key").click()
    expect(signed_in.locator("code.al-break")).not_to_have_text(old)
    assert httpx.get(old).status_code == 401
    new = built(signed_in)
    signed_in.get_by_role("button", name="Archive…").click()
    signed_in.get_by_role("dialog").or_(signed_in.get_by_role("alertdialog")).get_by_role(
        "button", name="Archive", exact=True
    ).click()
    expect(signed_in.get_by_text("This incoming URL is archived")).to_be_visible()
    assert httpx.get(new).status_code == 401


def test_a_wrong_name_is_refused_beside_the_table_and_nothing_typed_is_lost(
    signed_in: Page, new_url: NewUrl, key: str
) -> None:
    new_url(f"Wrong {key}")
    field = signed_in.get_by_label("The partner's name of Transaction ID")
    field.fill("tx id&")
    signed_in.get_by_role("button", name="Save", exact=True).click()
    expect(signed_in.get_by_text("“tx id&” cannot be a parameter's name")).to_be_visible()
    expect(field).to_have_value("tx id&")


def test_a_second_editor_is_told_and_overwrites_nothing(
    signed_in: Page, new_url: NewUrl, key: str, context: BrowserContext
) -> None:
    new_url(f"Shared {key}")
    other = context.new_page()
    other.goto(signed_in.url)
    other.get_by_label("Name", exact=True).fill(f"Theirs {key}")
    save(other)
    signed_in.get_by_label("Name", exact=True).fill(f"Mine {key}")
    signed_in.get_by_role("button", name="Save", exact=True).click()
    panel = signed_in.get_by_role("region", name="Two versions")
    expect(panel).to_contain_text(f"Mine {key}")
    expect(panel).to_contain_text(f"Theirs {key}")
    panel.get_by_role("button", name="Take theirs").click()
    expect(signed_in.get_by_label("Name", exact=True)).to_have_value(f"Theirs {key}")
