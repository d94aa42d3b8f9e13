"""The incoming log in a real browser: found, understood, matched, replayed and dismissed."""

import re
from collections.abc import Iterator
from itertools import count

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.dashboard.pages.conftest import at, made, sign_in
from tests.dashboard.server import Server

_numbers = count(1)


@pytest.fixture
def name() -> str:
    return f"called_{next(_numbers)}"


@pytest.fixture
def api(server: Server, name: str) -> Iterator[httpx.Client]:
    key = server.command("create-key", "--name", name, "--scope", "admin")
    with httpx.Client(
        base_url=f"{server.url}/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=30
    ) as client:
        made(client.post("/campaigns", json={"key": name, "name": f"Campaign {name}"}))
        made(client.post("/event-types", json={"name": name}))
        yield client


def call(api: httpx.Client, name: str, transaction_id: str, **more: object) -> str:
    """Call as a program does, and return the id of the refused call."""
    answer = api.post("/events", json={"event": name, "transaction_id": transaction_id, **more})
    assert answer.status_code in {404, 422}, answer.text
    return str(answer.json()["submission_id"])


def rows(page: Page) -> Locator:
    return page.get_by_role("table", name="Incoming calls").locator("tbody tr[data-row]")


def test_a_call_appears_by_itself_and_its_page_says_what_to_do(
    signed_in: Page, server: Server, api: httpx.Client, name: str
) -> None:
    signed_in.goto(f"{server.url}/logs")
    signed_in.get_by_label("Logs").get_by_role("link", name="Incoming").click()
    expect(signed_in).to_have_url(at(server, "/logs/incoming"))
    expect(signed_in.get_by_role("heading", name="Incoming calls")).to_be_visible()
    submission_id = call(api, f"{name}_typo", f"{name}-1", amount="1.50")
    row = rows(signed_in).filter(has_text=f"{name}-1")
    for text in ("unknown event", f"There is no event “{name}_typo”", "404", name):
        expect(row).to_contain_text(text)
    row.get_by_role("link").first.click()
    expect(signed_in).to_have_url(at(server, f"/logs/incoming/{submission_id}"))
    expect(signed_in.get_by_text("Create the event, have the program")).to_be_visible()
    expect(signed_in.get_by_role("link", name="Create the event")).to_have_attribute(
        "href", re.compile("/settings/new-event")
    )
    expect(signed_in.get_by_text('"unknown_event"')).to_be_visible()
    expect(signed_in.get_by_text('"1.50"')).to_be_visible()
    expect(signed_in.get_by_text("127.0.0.1")).to_be_visible()

    signed_in.get_by_role("button", name="Replay").click()
    expect(signed_in.get_by_role("alert")).to_contain_text("Refused again: There is no event")
    made(api.post("/event-types", json={"name": f"{name}_typo"}))
    made(api.post("/leads", json={"campaign": name, "transaction_id": f"{name}-1"}))
    signed_in.get_by_role("button", name="Replay").click()
    expect(signed_in.get_by_text("It was replayed by")).to_be_visible()
    expect(signed_in.get_by_role("button", name="Replay")).to_be_hidden()
    signed_in.get_by_role("link", name="Open the event", exact=True).click()
    expect(signed_in.get_by_role("heading", name=f"{name}_typo")).to_be_visible()
    signed_in.get_by_role("link", name="Call", exact=True).click()
    expect(signed_in).to_have_url(at(server, f"/logs/incoming/{submission_id}"))


def test_filters_stand_in_the_address_and_survive_reload_and_back(
    signed_in: Page, server: Server, api: httpx.Client, name: str
) -> None:
    call(api, name, f"{name}-1")
    call(api, f"{name}_typo", f"{name}-1")
    signed_in.goto(f"{server.url}/logs/incoming?transaction_id={name}-1")
    expect(rows(signed_in)).to_have_count(2)
    signed_in.get_by_role("button", name="Verdict").click()
    signed_in.get_by_label("Unknown lead", exact=True).click()
    expect(rows(signed_in)).to_have_count(1)
    expect(signed_in).to_have_url(re.compile("verdict=unknown_lead"))
    signed_in.keyboard.press("Escape")
    signed_in.reload()
    expect(rows(signed_in)).to_have_count(1)
    signed_in.go_back()
    expect(rows(signed_in)).to_have_count(2)
    signed_in.get_by_label("Event as called").fill("nothing_like_it")
    expect(signed_in.get_by_text("Nothing matches these filters")).to_be_visible()
    signed_in.get_by_role("button", name="Clear filters").first.click()
    expect(signed_in).to_have_url(at(server, "/logs/incoming"))


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?range=bogus", "This time range does not exist."),
        ("?verdict=bogus", "Give one of recorded"),
        ("?handling=bogus", "Give one of open"),
        ("?view=unmatched&cursor=abc", "This cursor is not one of ours"),
    ],
)
def test_an_address_that_says_nothing_sensible_is_explained_with_a_way_out(
    signed_in: Page, server: Server, query: str, sentence: str
) -> None:
    signed_in.goto(f"{server.url}/logs/incoming{query}")
    alert = signed_in.get_by_role("alert")
    expect(alert).to_contain_text(sentence)
    alert.get_by_role("button", name="Try again").click()
    expect(alert).to_be_hidden()


def test_an_unmatched_call_is_counted_and_leaves_when_its_lead_arrives(
    signed_in: Page, server: Server, api: httpx.Client, name: str
) -> None:
    submission_id = call(api, name, f"{name}-1")
    signed_in.goto(f"{server.url}/logs/deliveries")
    tab = signed_in.get_by_label("Logs").get_by_role("link", name="Unmatched")
    expect(tab).to_have_text(re.compile("Unmatched ?[0-9]+"))
    tab.click()
    expect(signed_in.get_by_role("heading", name="Unmatched calls")).to_be_visible()
    row = rows(signed_in).filter(has_text=f"{name}-1")
    expect(row).to_contain_text("unknown lead")
    made(api.post("/leads", json={"campaign": name, "transaction_id": f"{name}-1"}))
    expect(row).to_be_hidden()
    signed_in.goto(f"{server.url}/logs/incoming/{submission_id}")
    expect(signed_in.get_by_text("It was matched with its lead by itself")).to_be_visible()
    expect(signed_in.get_by_role("link", name="Open the event", exact=True)).to_be_visible()


def test_a_call_is_matched_by_hand_with_a_suggestion_after_its_consequences_are_shown(
    signed_in: Page, server: Server, api: httpx.Client, name: str
) -> None:
    made(api.post("/echo", json={"name": name}))
    url = f"{server.url}/echo/{name}?t={{transaction_id}}"
    made(api.post(f"/event-types/{name}/postbacks", json={"url": url}))
    made(api.post("/leads", json={"campaign": name, "transaction_id": f"{name}-ABC"}))
    submission_id = call(api, name, f"{name}-abd")
    signed_in.goto(f"{server.url}/logs/incoming/{submission_id}")
    signed_in.get_by_role("button", name="Match with a lead").click()
    dialog = signed_in.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Match with this lead")).to_be_disabled()
    dialog.get_by_label("Search all leads").fill(f"{name}-ABC")
    dialog.get_by_role("group", name="Found").get_by_text(f"{name}-ABC").click()
    expect(dialog).to_contain_text(f"/echo/{name}?t={name}-ABC")
    expect(dialog).to_contain_text("as of the time when the call came")
    dialog.get_by_role("button", name="Match with this lead").click()
    expect(dialog).to_be_hidden()
    expect(signed_in.get_by_text("It was matched with its lead by ann@example.com")).to_be_visible()
    assert len(api.get(f"/events?transaction_id={name}-ABC").json()["items"]) == 1


def test_calls_are_replayed_by_filter_and_one_is_dismissed_with_a_reason(
    signed_in: Page, server: Server, api: httpx.Client, name: str
) -> None:
    for number in range(3):
        made(api.post("/leads", json={"campaign": name, "transaction_id": f"{name}-{number}"}))
    calls = [call(api, f"{name}_late", f"{name}-{number}") for number in range(3)]
    signed_in.goto(f"{server.url}/logs/incoming/{calls[0]}")
    signed_in.get_by_role("button", name="Dismiss").click()
    dialog = signed_in.get_by_role("dialog")
    dialog.get_by_role("button", name="Dismiss", exact=True).click()
    expect(dialog).to_contain_text("Say why, for those who ask later.")
    dialog.get_by_label("Reason").fill("A test of theirs.")
    dialog.get_by_role("button", name="Dismiss", exact=True).click()
    expect(signed_in.get_by_text("Reason: A test of theirs.")).to_be_visible()

    made(api.post("/event-types", json={"name": f"{name}_late"}))
    signed_in.goto(f"{server.url}/logs/incoming?event={name}_late")
    expect(rows(signed_in)).to_have_count(3)
    signed_in.get_by_role("button", name="Replay these").click()
    expect(dialog).to_contain_text("2 calls are tried again")
    dialog.get_by_role("button", name="Replay 2").click()
    expect(signed_in.get_by_text("2 calls are recorded by replay")).to_be_visible()
    expect(rows(signed_in).filter(has_text="Replayed")).to_have_count(2)
    expect(rows(signed_in).filter(has_text="Dismissed")).to_have_count(1)


def test_a_bad_key_is_counted_and_a_viewer_can_look_and_change_nothing(
    page: Page, server: Server, api: httpx.Client, name: str
) -> None:
    httpx.get(f"{server.url}/in/al_nobody_knows?event={name}")
    submission_id = call(api, name, f"{name}-1")
    arguments = ("--email", f"{name}@example.com", "--role", "viewer", "--password-stdin")
    server.command("create-user", *arguments, text="a quiet orange river")
    sign_in(page, server, email=f"{name}@example.com")
    page.goto(f"{server.url}/logs/incoming")
    page.get_by_text("with a bad key in the last 24 hours").click()
    table = page.get_by_role("table", name="Calls with a bad key")
    expect(table).to_contain_text("Nobody knows a key that begins with al_nobody")
    expect(page.get_by_role("button", name="Replay these")).to_be_hidden()
    page.goto(f"{server.url}/logs/incoming/{submission_id}")
    expect(page.get_by_text("Add the lead with this transaction id")).to_be_visible()
    for button in ("Match with a lead", "Replay", "Dismiss"):
        expect(page.get_by_role("button", name=button)).to_be_hidden()
