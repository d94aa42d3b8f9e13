"""The delivery log in a real browser: list, causes, destinations, and bulk resend."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count

import httpx
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.dashboard.pages.conftest import at, sign_in
from tests.dashboard.server import Server

_numbers = count(1)

Fire = Callable[..., str]
# Runs a statement on the server's database, as a worker of its own would.
Change = Callable[..., None]


@pytest.fixture
def name() -> str:
    return f"owed-{next(_numbers)}"


@pytest.fixture
def api(server: Server, name: str) -> Iterator[httpx.Client]:
    key = server.command("create-key", "--name", name, "--scope", "admin")
    with httpx.Client(
        base_url=f"{server.url}/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=30
    ) as client:
        client.post("/campaigns", json={"key": name, "name": f"Campaign {name}"})
        client.post("/echo", json={"name": name}).raise_for_status()
        definition = {"name": name.replace("-", "_"), "multi_trigger": True}
        client.post("/event-types", json=definition).raise_for_status()
        yield client


@pytest.fixture
def fire(api: httpx.Client, server: Server, name: str) -> Fire:
    """Return what fires this test's event for a new lead; its postback answers as told."""
    event = name.replace("-", "_")
    url = f"{server.url}/echo/{name}?status={{amount}}&t={{transaction_id}}"
    api.post(f"/event-types/{event}/postbacks", json={"url": url}).raise_for_status()

    def send(answer: int = 200) -> str:
        transaction_id = f"{name}-{next(_numbers)}"
        lead = {"campaign": name, "transaction_id": transaction_id, "first_name": "Ann"}
        api.post("/leads", json=lead).raise_for_status()
        fact = {"event": event, "transaction_id": transaction_id, "amount": str(answer)}
        return str(api.post("/events", json=fact).json()["event_id"])

    return send


@pytest.fixture
def change(server: Server) -> Change:
    path = server.environment["AFTERLEAD_DATABASE_URL"].removeprefix("sqlite:///")

    def run(statement: str, *values: object) -> None:
        with closing(sqlite3.connect(path, timeout=10)) as connection, connection:
            connection.execute(statement, values)

    return run


def rows(page: Page) -> Locator:
    return page.locator("tbody tr[data-row]")


def log(page: Page, server: Server, query: str) -> None:
    page.goto(f"{server.url}/logs/deliveries{query}")


def test_the_tabs_of_the_logs_lead_to_each_other(signed_in: Page, server: Server) -> None:
    signed_in.goto(f"{server.url}/logs")
    signed_in.get_by_label("Logs").get_by_role("link", name="Deliveries").click()
    expect(signed_in).to_have_url(at(server, "/logs/deliveries"))
    expect(signed_in.get_by_role("heading", name="Deliveries")).to_be_visible()
    signed_in.get_by_label("Logs").get_by_role("link", name="Events").click()
    expect(signed_in).to_have_url(at(server, "/logs"))


def test_a_delivery_appears_by_itself_and_leads_to_its_place_in_the_log_entry(
    signed_in: Page, server: Server, fire: Fire, name: str
) -> None:
    log(signed_in, server, f"?campaign={name}")
    expect(signed_in.get_by_text("Nothing matches these filters")).to_be_visible()
    event_id = fire()
    cells = rows(signed_in).first.locator("td")
    expect(cells.nth(3)).to_contain_text("delivered", ignore_case=True)
    expect(cells.nth(1)).to_contain_text("Ann")
    expect(cells.nth(2)).to_contain_text("Event postback")
    expect(cells.nth(4)).to_have_text("200")
    cells.nth(3).click()
    expect(signed_in).to_have_url(re.compile(f"/logs/{event_id}\\?delivery=dlv_"))
    delivery_id = signed_in.url.partition("delivery=")[2]
    expect(signed_in.locator(f"#{delivery_id}")).to_be_focused()


def test_a_link_to_a_delivery_that_is_not_there_runs_nothing(
    signed_in: Page, server: Server, fire: Fire
) -> None:
    event_id = fire()
    signed_in.goto(f"{server.url}/logs/{event_id}?delivery=x'%2Balert(1)%2B'")
    expect(signed_in.get_by_text("Attempt 1")).to_be_visible()
    expect(signed_in.locator("[id^=dlv_]")).to_have_count(1)


def test_filters_stand_in_the_address_and_survive_reload_and_back(
    signed_in: Page, server: Server, fire: Fire, api: httpx.Client, name: str
) -> None:
    fire()
    fire(500)
    host = server.url.removeprefix("http://")
    log(signed_in, server, "")
    signed_in.get_by_label("Campaign", exact=True).select_option(name)
    expect(rows(signed_in)).to_have_count(2)
    expect(rows(signed_in).first.locator("td").nth(3)).to_contain_text("retrying", ignore_case=True)
    expect(rows(signed_in).first.locator("td").nth(6)).to_contain_text("Retry 2 of 12 in")
    signed_in.get_by_role("button", name="Status").click()
    signed_in.get_by_label("Retrying", exact=True).click()
    expect(rows(signed_in)).to_have_count(1)
    signed_in.keyboard.press("Escape")
    signed_in.get_by_label("Destination", exact=True).select_option(host)
    expect(signed_in).to_have_url(re.compile("status=retrying&destination=127.0.0.1"))
    signed_in.reload()
    expect(rows(signed_in)).to_have_count(1)
    expect(
        signed_in.get_by_role("button", name=f"Remove filter Destination {host}")
    ).to_be_visible()
    signed_in.go_back()
    expect(rows(signed_in)).to_have_count(1)
    signed_in.get_by_role("button", name="Remove filter Status Retrying").click()
    expect(rows(signed_in)).to_have_count(2)
    signed_in.get_by_role("button", name="Clear filters").click()
    expect(signed_in).to_have_url(at(server, "/logs/deliveries"))


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?range=bogus", "This time range does not exist."),
        ("?status=bogus", "Give one of pending"),
        ("?cause=bogus", "Give a response code such as 500"),
        ("?cause=bogus&view=causes", "Give a response code such as 500"),
        ("?cursor=abc", "This cursor is not one of ours"),
    ],
)
def test_an_address_that_says_nothing_sensible_is_explained_with_a_way_out(
    signed_in: Page, server: Server, query: str, sentence: str
) -> None:
    log(signed_in, server, query)
    alert = signed_in.get_by_role("alert")
    expect(alert).to_contain_text(sentence)
    alert.get_by_role("button", name="Try again").click()
    expect(alert).to_be_hidden()


def test_failures_are_one_cause_that_leads_to_them_and_is_sent_again(
    signed_in: Page, server: Server, fire: Fire, change: Change, name: str
) -> None:
    for _ in range(3):
        fire(500)
    log(signed_in, server, f"?campaign={name}&view=causes")
    host = server.url.removeprefix("http://")
    expect(signed_in.get_by_text(f"1 cause: 500 from {host}")).to_be_visible()
    row = rows(signed_in).filter(has_text="500")
    expect(row.locator("td").nth(3)).to_have_text("3")
    # The partner is back; the requests are as they were made.
    change("UPDATE delivery SET url = replace(url, 'status=500', 'status=200')")
    row.get_by_role("button", name="Resend these").click()
    question = signed_in.get_by_role("dialog")
    expect(question).to_contain_text("3 deliveries are sent again")
    question.get_by_role("button", name="Resend 3").click()
    expect(question).to_be_hidden()
    expect(signed_in.get_by_text("3 deliveries are being sent again")).to_be_visible()
    expect(signed_in.get_by_text("Nothing has failed under these filters")).to_be_visible()
    signed_in.get_by_role("button", name="Dismiss").click()
    expect(signed_in.get_by_text("3 deliveries are being sent again")).to_be_hidden()
    signed_in.get_by_role("link", name="All deliveries").click()
    expect(rows(signed_in).filter(has_text="Delivered")).to_have_count(3)


def test_what_has_arrived_is_sent_again_only_when_it_is_ticked_and_the_consequence_is_named(
    signed_in: Page, server: Server, fire: Fire, name: str
) -> None:
    fire()
    log(signed_in, server, f"?campaign={name}")
    expect(rows(signed_in).filter(has_text="Delivered")).to_have_count(1)
    signed_in.get_by_role("button", name="Resend these").click()
    question = signed_in.get_by_role("dialog")
    expect(question).to_contain_text("Nothing under these filters can be sent again.")
    expect(question.get_by_role("button", name="Resend")).to_be_disabled()
    expect(question).to_contain_text("may count and pay them twice")
    question.get_by_label("Also the 1 that arrived").click()
    question.get_by_role("button", name="Resend 1").click()
    expect(signed_in.get_by_text("1 deliveries are being sent again")).to_be_hidden()
    expect(signed_in.get_by_text("1 delivery is being sent again")).to_be_visible()
    expect(rows(signed_in).first.locator("td").nth(5)).to_have_text("2")


def test_a_running_bulk_resend_shows_its_progress_in_every_tab_and_is_cancelled(
    signed_in: Page,
    server: Server,
    context: BrowserContext,
    fire: Fire,
    change: Change,
    name: str,
) -> None:
    event_id = fire()
    log(signed_in, server, f"?campaign={name}")
    expect(rows(signed_in).filter(has_text="Delivered")).to_have_count(1)
    # So many that it takes a while, to where nobody listens.
    change(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)"
        " INSERT INTO delivery (id, event_id, postback_id, level, status, reason, method, url,"
        " destination, headers, created_at, deadline_at, tries, attempts, reclaims)"
        " SELECT 'dlv_many_' || i, event_id, postback_id, level, 'failed', 'exhausted', method,"
        " 'http://127.0.0.1:9/many', 'http://127.0.0.1:9', headers, created_at, deadline_at, 12,"
        " 12, 0 FROM delivery, n WHERE event_id = ?",
        event_id,
    )
    other = context.new_page()
    other.goto(f"{server.url}/logs/deliveries?view=destinations")
    log(signed_in, server, "?destination=127.0.0.1:9")
    signed_in.get_by_role("button", name="Resend these").click()
    signed_in.get_by_role("dialog").get_by_role("button", name="Resend 12,000").click()
    for page in (signed_in, other):
        expect(page.get_by_role("progressbar")).to_be_visible()
        expect(page.get_by_text(re.compile("Resending: [0-9,]+ of 12,000"))).to_be_visible()
    other.get_by_role("button", name="Cancel resend").click()
    for page in (signed_in, other):
        expect(page.get_by_text(re.compile("Cancelled after [0-9,]+ of 12,000"))).to_be_visible()
    change("DELETE FROM attempt WHERE delivery_id LIKE 'dlv_many_%'")
    change("DELETE FROM delivery WHERE id LIKE 'dlv_many_%'")


def test_destinations_say_how_they_do_and_lead_to_their_deliveries(
    signed_in: Page, server: Server, change: Change, name: str
) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    change(
        "INSERT INTO destination (name, breaker, open_until, opened, concurrency, in_flight,"
        " is_slow, typical_ms, p95_ms, succeeded, failed, last_failure, worker_id, updated_at)"
        " VALUES (?, 'open', ?, 1, 4, 1, 1, 80, 1250, 3, 7, 'No connection.', 'wrk_1', ?)",
        f"https://{name}.example:443",
        (now + timedelta(minutes=9)).isoformat(sep=" "),
        now.isoformat(sep=" "),
    )
    log(signed_in, server, "?view=destinations")
    row = rows(signed_in).filter(has_text=f"{name}.example")
    for text in ("30 %", "of 10 calls", "80 ms, 95 % within 1.2 s", "1 of 4", "Slow lane"):
        expect(row).to_contain_text(text)
    expect(row).to_contain_text("No connection.")
    expect(row).to_contain_text(re.compile("next probe in [78] min"))
    workers = signed_in.get_by_role("table", name="Workers")
    expect(workers).to_contain_text("Sending")
    row.get_by_role("link", name=f"{name}.example").click()
    expect(signed_in).to_have_url(re.compile(f"destination={name}.example"))
    expect(signed_in.get_by_text("Nothing matches these filters")).to_be_visible()


def test_an_entry_says_what_left_with_retention(
    signed_in: Page, server: Server, fire: Fire, api: httpx.Client, change: Change
) -> None:
    event_id = fire()

    def deliveries() -> list[dict[str, str]]:
        return list(api.get(f"/events/{event_id}").json()["deliveries"])

    signed_in.goto(f"{server.url}/logs/{event_id}")
    expect(signed_in.get_by_text("Attempt 1")).to_be_visible()
    (delivery,) = deliveries()
    now = datetime.now(UTC).replace(tzinfo=None).isoformat(sep=" ")
    change("UPDATE delivery SET emptied_at = ? WHERE id = ?", now, delivery["id"])
    change("UPDATE attempt SET response_body = '' WHERE delivery_id = ?", delivery["id"])
    expect(
        signed_in.get_by_text("Body and headers of the answer left with retention")
    ).to_be_visible()
    month_ago = (datetime.now(UTC) - timedelta(days=40)).replace(tzinfo=None).isoformat(sep=" ")
    change("UPDATE event SET received_at = ? WHERE id = ?", month_ago, event_id)
    change("DELETE FROM attempt WHERE delivery_id = ?", delivery["id"])
    change("DELETE FROM delivery WHERE id = ?", delivery["id"])
    expect(signed_in.get_by_text("Its delivery left with retention on")).to_be_visible()
    expect(signed_in.get_by_text("No postback was due")).to_be_hidden()


def test_a_viewer_sees_everything_and_can_resend_nothing(
    page: Page, server: Server, fire: Fire, name: str
) -> None:
    fire(500)
    arguments = ("--email", f"{name}@example.com", "--role", "viewer", "--password-stdin")
    server.command("create-user", *arguments, text="a quiet orange river")
    sign_in(page, server, email=f"{name}@example.com")
    log(page, server, f"?campaign={name}&view=causes")
    expect(rows(page).filter(has_text="500")).to_have_count(1)
    expect(page.get_by_role("button", name="Resend these")).to_have_count(0)
