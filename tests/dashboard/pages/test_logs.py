"""The event log, an entry of it, the overview and the test receiver, in a real browser."""

import re
from collections.abc import Callable, Iterator
from itertools import count

import httpx
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.dashboard.pages.conftest import at
from tests.dashboard.server import Server

_numbers = count(1)

# Fires the event of this test for a lead of its own and returns the event's id.
Fire = Callable[..., str]


@pytest.fixture
def event_name() -> str:
    return f"logged_{next(_numbers)}"


@pytest.fixture
def api(server: Server, event_name: str) -> Iterator[httpx.Client]:
    key = server.command("create-key", "--name", event_name, "--scope", "admin")
    with httpx.Client(
        base_url=f"{server.url}/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=30
    ) as client:
        client.post("/campaigns", json={"key": event_name, "name": f"Campaign {event_name}"})
        yield client


@pytest.fixture
def receiver(api: httpx.Client, event_name: str) -> str:
    """Return the path of a test receiver that this test's event is posted to."""
    name = event_name.replace("_", "-")
    api.post("/echo", json={"name": name}).raise_for_status()
    return f"/echo/{name}"


@pytest.fixture
def fire(api: httpx.Client, server: Server, event_name: str, receiver: str) -> Fire:
    definition = {"name": event_name, "is_conversion": True, "multi_trigger": True}
    api.post("/event-types", json=definition).raise_for_status()
    url = f"{server.url}{receiver}?tid={{transaction_id}}"
    api.post(f"/event-types/{event_name}/postbacks", json={"url": url}).raise_for_status()

    def send(transaction_id: str = "", **details: str) -> str:
        transaction_id = transaction_id or f"{event_name}-{next(_numbers)}"
        lead = {"campaign": event_name, "transaction_id": transaction_id, "first_name": "Ann"}
        api.post("/leads", json=lead).raise_for_status()
        fact = {"event": event_name, "transaction_id": transaction_id, **details}
        answer = api.post("/events", json=fact).json()
        assert answer["status"] == "recorded", answer
        return str(answer["event_id"])

    return send


def rows(page: Page) -> Locator:
    return page.locator("tbody tr[data-row]")


def logs(page: Page, server: Server, query: str) -> None:
    page.goto(f"{server.url}/logs{query}")


def test_the_first_five_columns_are_those_of_the_product_page(
    signed_in: Page, server: Server, fire: Fire, event_name: str
) -> None:
    fire("tx-columns")
    logs(signed_in, server, f"?event={event_name}")
    expect(signed_in.locator("thead th").nth(4)).to_be_visible()
    assert signed_in.locator("thead th").all_inner_texts()[:5] == [
        "Timestamp",
        "Lead / Transaction ID",
        "Campaign",
        "Status",
        "Response Code",
    ]
    cells = rows(signed_in).first.locator("td")
    expect(cells.nth(1)).to_contain_text("tx-columns")
    expect(cells.nth(3)).to_contain_text("delivered")
    expect(cells.nth(4)).to_have_text("200")


def test_filters_stand_in_the_address_and_survive_reload_and_back(
    signed_in: Page, server: Server, fire: Fire, event_name: str
) -> None:
    fire("tx-one")
    fire("tx-two")
    logs(signed_in, server, "")
    signed_in.get_by_label("Event", exact=True).select_option(event_name)
    expect(rows(signed_in)).to_have_count(2)
    signed_in.get_by_label("Transaction ID or lead ID").fill("tx-two")
    expect(rows(signed_in)).to_have_count(1)
    expect(signed_in).to_have_url(re.compile(f"event={event_name}&transaction_id=tx-two"))
    signed_in.reload()
    expect(rows(signed_in)).to_have_count(1)
    expect(signed_in.get_by_label("Transaction ID or lead ID")).to_have_value("tx-two")
    signed_in.get_by_role("button", name="Status").click()
    signed_in.get_by_label("Failed", exact=True).click()
    expect(signed_in.get_by_text("Nothing matches these filters")).to_be_visible()
    signed_in.go_back()
    expect(rows(signed_in)).to_have_count(1)
    signed_in.get_by_role("button", name="Clear filters").click()
    expect(signed_in).to_have_url(at(server, "/logs"))


def test_the_file_holds_what_the_filters_show(
    signed_in: Page, server: Server, event_name: str, fire: Fire
) -> None:
    fire()
    fire("=1+1")
    logs(signed_in, server, f"?event={event_name}&status=delivered,failed,pending")
    expect(rows(signed_in)).to_have_count(2)
    with signed_in.expect_download() as download:
        signed_in.get_by_role("button", name="CSV").click()
    assert re.fullmatch(r"events-\d{4}-\d\d-\d\d\.csv", download.value.suggested_filename)
    lines = download.value.path().read_text().splitlines()
    assert lines[0].startswith("event_id,event,")
    assert {line.split(",")[1] for line in lines[1:]} == {event_name}
    assert (len(lines), sum("'=1+1" in line for line in lines)) == (3, 1)


def test_a_firing_appears_by_itself_and_not_while_the_page_is_paused(
    signed_in: Page, server: Server, fire: Fire, event_name: str
) -> None:
    fire()
    logs(signed_in, server, f"?event={event_name}")
    expect(rows(signed_in)).to_have_count(1)
    fire()
    expect(rows(signed_in)).to_have_count(2)
    signed_in.get_by_role("switch", name="Live").click()
    expect(signed_in).to_have_url(re.compile("live=off"))
    hint = signed_in.get_by_role("button", name="1 new event")
    # The address is there before the page has loaded anew: what fires in between is on it.
    for shown in (2, 3):
        fire()
        expect(hint.or_(rows(signed_in).nth(shown))).to_be_visible()
        if hint.is_visible():
            break
    expect(hint).to_be_visible()
    expect(rows(signed_in)).to_have_count(shown)
    hint.click()
    expect(rows(signed_in)).to_have_count(shown + 1)


def test_pages_lead_back_and_forth_and_hint_at_what_is_new(
    signed_in: Page, server: Server, fire: Fire, event_name: str
) -> None:
    for _ in range(51):
        fire("tx-many")
    logs(signed_in, server, f"?event={event_name}")
    expect(rows(signed_in)).to_have_count(50)
    signed_in.get_by_role("button", name="Older").click()
    expect(rows(signed_in)).to_have_count(1)
    fire("tx-many")
    expect(signed_in.get_by_role("button", name="1 new event")).to_be_visible()
    expect(rows(signed_in)).to_have_count(1)
    signed_in.get_by_role("button", name="Newer").click()
    expect(rows(signed_in)).to_have_count(50)


def test_a_custom_range_is_meant_in_the_zone_of_the_viewer(
    signed_in: Page, server: Server, fire: Fire, event_name: str
) -> None:
    fire()
    logs(signed_in, server, f"?event={event_name}")
    signed_in.get_by_label("Time", exact=True).select_option("custom")
    expect(rows(signed_in)).to_have_count(1)
    signed_in.get_by_label("From", exact=True).fill("2099-01-01T00:00")
    expect(signed_in.get_by_text("“From” must be earlier than “To”.")).to_be_visible()
    signed_in.get_by_label("From", exact=True).fill("2026-01-15T12:00")
    expect(signed_in).to_have_url(re.compile(r"from=2026-01-15T11%3A00Z"))
    signed_in.reload()
    expect(signed_in.get_by_label("From", exact=True)).to_have_value("2026-01-15T12:00")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?range=bogus", "This time range does not exist."),
        ("?range=custom&from=x&to=y", "Give both times, from and to."),
        ("?status=bogus", "Give one of pending"),
        ("?code=abc", "Give a code such as 404"),
        ("?cursor=abc", "This cursor is not one of ours"),
    ],
)
def test_an_address_that_says_nothing_sensible_is_explained_with_a_way_out(
    signed_in: Page, server: Server, query: str, sentence: str
) -> None:
    logs(signed_in, server, query)
    alert = signed_in.get_by_role("alert")
    expect(alert).to_contain_text(sentence)
    alert.get_by_role("button", name="Try again").click()
    expect(alert).to_be_hidden()


def test_an_entry_shows_the_way_of_the_event_and_links_to_its_lead(
    signed_in: Page, server: Server, fire: Fire, event_name: str
) -> None:
    event_id = fire("tx &=+/é", amount="49.90", currency="EUR")
    logs(signed_in, server, f"?event={event_name}")
    rows(signed_in).first.locator("td").nth(3).click()
    expect(signed_in).to_have_url(at(server, f"/logs/{event_id}"))
    expect(signed_in.get_by_role("heading", name=event_name)).to_be_visible()
    expect(signed_in.get_by_text("?tid=tx%20%26%3D%2B%2F%C3%A9").first).to_be_visible()
    expect(signed_in.get_by_label("Payload", exact=True).locator("pre")).to_contain_text("49.90")
    expect(signed_in.get_by_label("Time line")).to_contain_text("Delivery, try 1: 200")
    expect(signed_in.get_by_role("link", name="Ann")).to_have_attribute(
        "href", re.compile("^/leads/ld_")
    )


def test_resend_names_the_consequence_and_its_attempt_appears_in_every_tab(
    signed_in: Page, server: Server, context: BrowserContext, fire: Fire
) -> None:
    event_id = fire()
    signed_in.goto(f"{server.url}/logs/{event_id}")
    other = context.new_page()
    other.goto(f"{server.url}/logs/{event_id}")
    expect(other.get_by_text("Attempt 1")).to_be_visible()
    signed_in.get_by_role("button", name="Resend").click()
    question = signed_in.get_by_role("alertdialog")
    expect(question).to_contain_text("may count it twice")
    question.get_by_role("button", name="Resend").click()
    for page in (signed_in, other):
        expect(page.locator("summary", has_text="Attempt 2")).to_contain_text("Manual")


def test_an_entry_that_does_not_exist_leads_back_to_the_log(
    signed_in: Page, server: Server
) -> None:
    signed_in.goto(f"{server.url}/logs/evt_nowhere")
    expect(signed_in.get_by_text("There is no such log entry")).to_be_visible()
    signed_in.get_by_role("link", name="Back to the event logs").click()
    expect(signed_in).to_have_url(at(server, "/logs"))


def test_the_overview_counts_a_firing_at_once_and_leads_to_the_log(
    signed_in: Page, server: Server, fire: Fire
) -> None:
    fire()
    signed_in.goto(server.url)
    figure = signed_in.get_by_role("link", name="Events").locator(".al-stat-figure")
    expect(figure).to_be_visible()
    before = int(figure.inner_text().replace(",", ""))
    fire("tx-overview")
    expect(figure).to_have_text(f"{before + 1:,}")
    expect(signed_in.get_by_text("tx-overview")).to_be_visible()
    figure.click()
    expect(signed_in).to_have_url(re.compile("/logs.*range=24h"))


def test_a_receiver_shows_live_what_arrives_byte_for_byte(
    signed_in: Page, server: Server, receiver: str
) -> None:
    name = receiver.removeprefix("/echo/")
    signed_in.goto(f"{server.url}/test-receiver/{name}")
    expect(signed_in.get_by_text("Waiting for the first call")).to_be_visible()
    expect(signed_in.get_by_text(f"{server.url}{receiver}", exact=True)).to_be_visible()
    target = f"{receiver}?tid=a%2Fb+c&empty=&u=%F0%9F%8E%89"
    httpx.post(server.url + target, json={"amount": "49.90"}).raise_for_status()
    expect(signed_in.locator("summary", has_text=target)).to_be_visible()
    expect(signed_in.get_by_role("row", name="tid a/b c")).to_be_visible()
    expect(signed_in.get_by_role("row", name="empty empty")).to_be_visible()
    expect(signed_in.get_by_label("Body", exact=True).locator("pre")).to_contain_text("49.90")
    signed_in.get_by_role("button", name="Clear calls").click()
    signed_in.get_by_role("alertdialog").get_by_role("button", name="Clear calls").click()
    expect(signed_in.get_by_text("Waiting for the first call")).to_be_visible()


def test_a_receiver_is_created_by_name_and_deleted_after_a_question(
    signed_in: Page, server: Server, event_name: str
) -> None:
    name = event_name.replace("_", "-") + "-by-hand"
    signed_in.goto(f"{server.url}/test-receiver")
    signed_in.get_by_label("Name", exact=True).fill("Not a name!")
    signed_in.get_by_role("button", name="Create receiver").click()
    expect(signed_in.get_by_text("Use lower-case letters")).to_be_visible()
    signed_in.get_by_label("Name", exact=True).fill(name)
    signed_in.get_by_role("button", name="Create receiver").click()
    expect(signed_in).to_have_url(at(server, f"/test-receiver/{name}"))
    signed_in.get_by_role("link", name="Test receiver").first.click()
    row = rows(signed_in).filter(has_text=name).first
    row.get_by_role("button", name="Delete receiver").click()
    question = signed_in.get_by_role("alertdialog")
    expect(question).to_contain_text("404 from then on")
    question.get_by_role("button", name="Delete receiver").click()
    expect(rows(signed_in).filter(has_text=name)).to_have_count(0)
    signed_in.goto(f"{server.url}/test-receiver/{name}")
    expect(signed_in.get_by_text("There is no such receiver")).to_be_visible()
