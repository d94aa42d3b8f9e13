"""The reports in a real browser: every figure leads to the log rows that it counts."""

from dataclasses import dataclass
from zlib import crc32

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.dashboard.pages.conftest import made
from tests.dashboard.server import Server


@dataclass(frozen=True, slots=True)
class Past:
    """A campaign of the test's own with an event and an affiliate of the same name."""

    api: httpx.Client
    key: str

    def lead(self, number: int, **more: object) -> None:
        body = {"campaign": self.key, "transaction_id": f"{self.key}-{number}", **more}
        made(self.api.post("/leads", json=body))

    def fire(self, number: int, **more: object) -> str:
        body = {"event": self.key, "transaction_id": f"{self.key}-{number}", **more}
        return str(made(self.api.post("/events", json=body))["event_id"])


@pytest.fixture
def past(api: httpx.Client, request: pytest.FixtureRequest) -> Past:
    key = f"report_{crc32(request.node.name.encode())}"
    event = {"name": key, "is_conversion": True, "is_affiliate_conversion": True}
    made(api.post("/event-types", json=event))
    made(api.post("/campaigns", json={"key": key, "name": f"Campaign {key}"}))
    made(api.post("/affiliates", json={"key": key, "name": f"Source {key}"}))
    return Past(api, key)


def card(page: Page, label: str) -> Locator:
    return page.locator(".al-stat").filter(has=page.get_by_text(label, exact=True))


def test_s19_figures_equal_the_log_that_they_lead_to(
    signed_in: Page, server: Server, past: Past
) -> None:
    for number in range(4):
        past.lead(number, affiliate=past.key if number < 2 else None)
    past.fire(0, amount="49.90", currency="USD")
    past.fire(1, amount="0.10", currency="USD", conversion_status="pending")
    past.fire(2, amount="1500", currency="EUR", conversion_status="rejected")
    signed_in.goto(f"{server.url}/reports?campaign={past.key}")
    expect(card(signed_in, "Conversions")).to_contain_text("3")
    expect(card(signed_in, "Conversion rate")).to_contain_text("75.00 %")
    expect(card(signed_in, "Leads")).to_contain_text("4")
    expect(card(signed_in, "Amount")).to_contain_text("50.00 USD")
    expect(card(signed_in, "Amount")).to_contain_text("1,500.00 EUR")
    total = signed_in.get_by_role("row").filter(
        has=signed_in.get_by_role("rowheader", name="Total")
    )
    cells = total.get_by_role("cell")
    expect(cells).to_have_text(
        ["4", "3", "75.00 %", "1", "1", "1", "1,500.00 EUR\n50.00 USD", "49.90 USD"]
    )
    cells.nth(1).get_by_role("link").click()
    expect(signed_in.get_by_text("3 events,")).to_be_visible()
    signed_in.go_back()
    cells.nth(5).get_by_role("link").click()
    expect(signed_in.get_by_text("1 event,")).to_be_visible()
    expect(signed_in.get_by_role("row").filter(has_text=f"{past.key}-2")).to_be_visible()
    signed_in.go_back()
    cells.nth(0).get_by_role("link").click()
    expect(signed_in.get_by_role("row").filter(has_text=past.key)).to_have_count(4)


def test_s19_rows_are_days_campaigns_events_or_affiliates_and_stand_in_the_address(
    signed_in: Page, server: Server, past: Past
) -> None:
    past.lead(1, affiliate=past.key)
    past.lead(2)
    past.fire(1)
    past.fire(2)
    signed_in.goto(f"{server.url}/reports?campaign={past.key}")
    tabs = signed_in.get_by_role("navigation", name="Grouping")
    for name, row, conversions in (
        ("By campaign", f"Campaign {past.key}", "2"),
        ("By event", past.key, "2"),
        ("By affiliate", f"Source {past.key}", "1"),
    ):
        tabs.get_by_role("link", name=name).click()
        line = signed_in.get_by_role("row").filter(
            has=signed_in.get_by_role("rowheader", name=row, exact=True)
        )
        expect(line.get_by_role("cell").nth(1)).to_have_text(conversions)
    nobody = signed_in.get_by_role("row").filter(
        has=signed_in.get_by_role("rowheader", name="No affiliate", exact=True)
    )
    nobody.get_by_role("cell").nth(1).get_by_role("link").click()
    expect(signed_in.get_by_role("row").filter(has_text=f"{past.key}-2")).to_be_visible()
    expect(signed_in.get_by_text("1 event,")).to_be_visible()


def test_s19_a_conversion_appears_by_itself(signed_in: Page, server: Server, past: Past) -> None:
    past.lead(1)
    signed_in.goto(f"{server.url}/reports?campaign={past.key}")
    expect(card(signed_in, "Conversion rate")).to_contain_text("0.00 %")
    past.fire(1)
    expect(card(signed_in, "Conversion rate")).to_contain_text("100.00 %")


def test_a_custom_range_is_days_and_a_wrong_one_is_explained(
    signed_in: Page, server: Server, past: Past
) -> None:
    past.lead(1)
    signed_in.goto(f"{server.url}/reports?campaign={past.key}")
    signed_in.get_by_role("combobox", name="Time").select_option("custom")
    start = signed_in.get_by_label("From", exact=True)
    expect(start).not_to_have_value("")
    start.fill("2099-01-01")
    expect(signed_in.get_by_text("“From” must not be later than “To”.")).to_be_visible()
    signed_in.goto(f"{server.url}/reports?range=yesteryear")
    expect(signed_in.get_by_text("Choose one from the list.")).to_be_visible()
