"""Alerts in a real browser: the banner above every page, the list, and the channels."""

import json
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from zlib import crc32

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.pages.conftest import at, made
from tests.dashboard.server import Server
from tests.partner import Partner

# Opens a notice as a worker beside the server would, and returns its id.
Ring = Callable[..., str]


@pytest.fixture
def postback(api: httpx.Client, request: pytest.FixtureRequest) -> dict:
    """Return a postback of an event of the test's own."""
    name = f"al_{crc32(request.node.name.encode())}"
    made(api.post("/event-types", json={"name": name}))
    url = {"url": f"https://{name.replace('_', '-')}.example/p?token=secret"}
    return made(api.post(f"/event-types/{name}/postbacks", json=url))


@pytest.fixture
def ring(server: Server) -> Iterator[Ring]:
    path = server.environment["AFTERLEAD_DATABASE_URL"].removeprefix("sqlite:///")

    def execute(statement: str, values: tuple[object, ...] = ()) -> None:
        with closing(sqlite3.connect(path, timeout=10)) as connection, connection:
            connection.execute("PRAGMA foreign_keys=ON")
            connection.execute(statement, values)

    def ring_once(kind: str, subject: str = "", count: int = 1, **data: object) -> str:
        notice_id = f"ntc_{crc32(f'{kind} {subject}'.encode())}"
        now = "strftime('%Y-%m-%d %H:%M:%f', 'now')"
        execute(
            "INSERT INTO notice (id, kind, subject_id, state, count, data, opened_at, last_at,"
            f" tell_at, is_told) VALUES (?, ?, ?, 'open', ?, ?, {now}, {now}, {now}, 0)",
            (notice_id, kind, subject, count, json.dumps(data)),
        )
        return notice_id

    # The server is shared: what other tests have brought about is not the matter here.
    for table in ("notice", "notice_channel"):
        execute(f"DELETE FROM {table}")
    yield ring_once
    execute("DELETE FROM notice")


def banner(page: Page) -> Page:
    return page.get_by_role("status", name="Needs attention")


def test_the_banner_stands_on_every_page_and_leads_to_where_to_act(
    signed_in: Page, server: Server, postback: dict, ring: Ring
) -> None:
    expect(signed_in.get_by_role("heading", name="Overview")).to_be_visible()
    expect(banner(signed_in)).to_have_text("")
    ring("delivery.failed", postback["id"], 9, reason="exhausted")
    ring(
        "postback.paused",
        postback["id"],
        reason="failing",
        message="It answered 503.",
        failing_since="2026-03-01T12:00:00+00:00",
        failures=23,
    )
    expect(banner(signed_in)).to_contain_text("is paused")
    for path in ("/leads", "/settings/events", "/settings/alerts/channels"):
        signed_in.goto(server.url + path)
        expect(banner(signed_in)).to_contain_text("is paused")
    assert "9 deliveries" not in banner(signed_in).inner_text()
    banner(signed_in).locator("summary").click()
    expect(banner(signed_in)).to_contain_text(
        "Nothing has got through since 2026-03-01 12:00 UTC; 23 tries failed. The latest answer: "
        "It answered 503."
    )
    banner(signed_in).get_by_role("link", name="Open the postback").click()
    page_of = f"/settings/events/{postback['event']}/postbacks/{postback['id']}"
    expect(signed_in).to_have_url(at(server, page_of))


def test_it_is_hidden_by_a_click_until_there_is_something_new(
    signed_in: Page, server: Server, postback: dict, ring: Ring
) -> None:
    ring("postback.paused", postback["id"], reason="gone")
    expect(banner(signed_in)).to_contain_text("is paused")
    banner(signed_in).get_by_role("button", name=re.compile("Hide")).click()
    expect(banner(signed_in)).to_have_text("")
    signed_in.get_by_role("link", name="Leads", exact=True).first.click()
    expect(signed_in.get_by_role("heading", name="Leads", level=1)).to_be_visible()
    expect(banner(signed_in)).to_have_text("")
    ring("delivery.failed", postback["id"], 40, reason="exhausted")
    expect(banner(signed_in)).to_contain_text("and 1 more")


@pytest.mark.parametrize("width", [320, 390])
def test_the_banner_is_one_line_on_a_phone_and_nothing_scrolls_sideways(
    signed_in: Page, server: Server, postback: dict, ring: Ring, width: int
) -> None:
    ring("postback.paused", postback["id"], reason="gone")
    ring("delivery.failed", postback["id"], 40, reason="exhausted")
    signed_in.set_viewport_size({"width": width, "height": 844})
    expect(banner(signed_in).locator("summary")).to_be_visible()
    box = banner(signed_in).locator(".al-banner").bounding_box()
    assert box is not None
    assert box["height"] < 50
    for path in ("/settings/alerts", "/settings/alerts/channels"):
        signed_in.goto(server.url + path)
        banner(signed_in).locator("summary").click()
        expect(banner(signed_in)).to_contain_text("40 deliveries")
        wide = signed_in.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0


def test_the_list_shows_what_is_open_and_past_with_filters_in_the_address(
    signed_in: Page, server: Server, postback: dict, ring: Ring
) -> None:
    signed_in.goto(f"{server.url}/settings/alerts")
    expect(signed_in.get_by_text("Nothing to report")).to_be_visible()
    ring("delivery.failed", postback["id"], 3, reason="refused_by_partner")
    ring("delivery.failing", postback["id"], 2)
    table = signed_in.get_by_role("table", name="Alerts")
    expect(table.get_by_role("row")).to_have_count(3)
    row = table.get_by_role("row").filter(has_text="3 deliveries of postback")
    expect(row).to_contain_text("The partner refused what was sent.")
    link = row.get_by_role("link")
    expect(link).to_have_attribute(
        "href", f"/logs/deliveries?status=failed&postback={postback['id']}"
    )
    row.get_by_role("button", name=re.compile("Mark as done")).click()
    expect(row).to_contain_text(re.compile("resolved", re.IGNORECASE))
    signed_in.get_by_label("State").select_option("open")
    expect(signed_in).to_have_url(at(server, "/settings/alerts?state=open"))
    expect(table.get_by_role("row")).to_have_count(2)
    signed_in.get_by_label("Type").select_option("queue.lagging")
    expect(signed_in.get_by_text("Nothing matches these filters")).to_be_visible()
    signed_in.reload()
    expect(signed_in.get_by_text("Nothing matches these filters")).to_be_visible()
    signed_in.get_by_role("button", name="Clear filters").first.click()
    expect(table.get_by_role("row")).to_have_count(3)


def test_a_channel_is_made_tested_told_and_archived(
    signed_in: Page, server: Server, postback: dict, ring: Ring, partner: Partner
) -> None:
    signed_in.goto(f"{server.url}/settings/alerts/channels")
    signed_in.get_by_role("button", name="+ New Channel").first.click()
    dialog = signed_in.get_by_role("dialog")
    dialog.get_by_label("Name").fill("On-call")
    dialog.get_by_label("URL", exact=True).fill("http://10.0.0.1/")
    dialog.get_by_role("button", name="Create").click()
    expect(dialog.locator("#channel_target-error")).to_contain_text("10.0.0.1")
    dialog.get_by_label("URL", exact=True).fill(partner.url("/flaky?times=1"))
    dialog.get_by_role("button", name="Create").click()
    expect(signed_in.get_by_role("heading", name="On-call", level=1)).to_be_visible()
    secret = signed_in.locator("code.al-break").inner_text()
    assert secret.startswith("whsec_")
    # In place: a failure with its reason, then a success.
    signed_in.get_by_role("button", name="Send a test notice").click()
    expect(signed_in.get_by_text("The test notice did not arrive")).to_be_visible()
    expect(signed_in.get_by_text("answered 503")).to_be_visible()
    again = signed_in.get_by_text("No test notice was sent")
    arrived = signed_in.get_by_text("The test notice arrived")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:  # a channel is tested once in three seconds
        signed_in.reload()  # so that what is seen is the answer to this click
        signed_in.get_by_role("button", name="Send a test notice").click()
        expect(again.or_(arrived)).to_be_visible()
        if arrived.is_visible():
            break
    expect(arrived).to_be_visible()
    # Fewer types, stored.
    signed_in.get_by_label(re.compile(r"delivery\.failing")).uncheck()
    expect(signed_in.get_by_text("There are changes to save.")).to_be_visible()
    signed_in.get_by_role("button", name="Save", exact=True).click()
    expect(signed_in.get_by_text("There are changes to save.")).to_be_hidden()
    ring("delivery.failing", postback["id"])
    ring("postback.paused", postback["id"], reason="failing")
    sends = signed_in.get_by_role("table", name="Last sends")
    expect(sends.get_by_role("row").filter(has_text="is paused")).to_contain_text(
        re.compile("sent", re.IGNORECASE)
    )
    assert json.loads(partner.requests[-1].body)["type"] == "postback.paused"
    assert partner.requests[-1].header("webhook-signature")
    signed_in.reload()
    expect(signed_in.get_by_label(re.compile(r"delivery\.failing"))).not_to_be_checked()
    expect(signed_in.get_by_text("It was shown when it was made.")).to_be_visible()
    signed_in.get_by_role("button", name="Archive…").click()
    signed_in.get_by_role("button", name="Archive", exact=True).click()
    expect(signed_in).to_have_url(at(server, "/settings/alerts/channels"))
    row = signed_in.get_by_role("row").filter(has_text="On-call")
    expect(row).to_contain_text(re.compile("archived", re.IGNORECASE))


def test_a_channel_that_cannot_be_reached_says_so_itself_and_in_the_banner(
    signed_in: Page,
    server: Server,
    api: httpx.Client,
    postback: dict,
    ring: Ring,
    partner: Partner,
) -> None:
    target = {"name": "Broken", "kind": "url", "target": partner.url("/status/500")}
    channel = made(api.post("/notice-channels", json=target))
    signed_in.goto(f"{server.url}/settings/alerts/channels/{channel['id']}")
    ring("delivery.failing", postback["id"])
    expect(signed_in.get_by_text("Alerts do not reach this channel")).to_be_visible()
    expect(banner(signed_in)).to_contain_text("Alerts do not reach the channel “Broken”")
    listed = made(api.get("/notices"))["items"]
    assert [row["type"] for row in listed] == ["delivery.failing"]
    api.delete(f"/notice-channels/{channel['id']}")
    expect(banner(signed_in)).to_have_text("")


def test_without_a_mail_server_an_email_channel_is_refused_beside_the_choice(
    signed_in: Page, server: Server
) -> None:
    signed_in.goto(f"{server.url}/settings/alerts/channels")
    expect(signed_in.get_by_text("No mail server is set")).to_be_visible()
    signed_in.get_by_role("button", name="+ New Channel").first.click()
    dialog = signed_in.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Ops")
    dialog.get_by_label("How").select_option("email")
    dialog.get_by_label("E-mail address").fill("ops@example.com")
    dialog.get_by_role("button", name="Create").click()
    expect(dialog.locator("#channel_kind-error")).to_contain_text("AFTERLEAD_SMTP_URL")
