"""What an event carries when it is fired by hand, and its status afterwards, in a real browser."""

from zlib import crc32

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.pages.conftest import made
from tests.dashboard.server import Server


@pytest.fixture
def lead(api: httpx.Client, request: pytest.FixtureRequest) -> tuple[str, str]:
    """Return a lead's id and an event that carries three custom fields for it."""
    name = f"cf_{crc32(request.node.name.encode())}"
    made(api.post("/event-types", json={"name": name, "is_conversion": True}))
    made(api.post("/campaigns", json={"key": name, "name": f"Campaign {name}"}))
    fields = f"/campaigns/{name}/events/{name}/fields"
    for field in (
        {"name": "policy_no", "type": "text", "required": True, "help_text": "On the contract"},
        {"name": "premium", "type": "number", "example": "12.50"},
        {"name": "starts", "type": "date"},
    ):
        made(api.post(fields, json=field))
    row = made(api.post("/leads", json={"campaign": name, "first_name": "Jane"}))
    return row["lead_id"], name


def test_s10_s11_custom_fields_are_asked_for_checked_and_shown(
    signed_in: Page, server: Server, lead: tuple[str, str]
) -> None:
    lead_id, name = lead
    signed_in.goto(f"{server.url}/leads/{lead_id}")
    signed_in.get_by_role("button", name="Trigger Event").click()
    dialog = signed_in.get_by_role("dialog")
    dialog.get_by_label("Event", exact=True).select_option(name)
    expect(dialog.get_by_text("On the contract")).to_be_visible()
    dialog.get_by_label("premium").fill("1,5")
    dialog.get_by_role("button", name="Trigger Event").click()
    expect(dialog.get_by_label("policy_no")).to_have_attribute("aria-invalid", "true")
    expect(dialog.get_by_label("premium")).to_have_attribute("aria-invalid", "true")
    expect(dialog.get_by_label("premium")).to_have_value("1,5")
    dialog.get_by_label("policy_no").fill('P-7 "é" {x}')
    dialog.get_by_label("premium").fill("1.50")
    dialog.get_by_label("starts").fill("2026-02-28")
    dialog.get_by_role("button", name="Trigger Event").click()
    expect(dialog).to_be_hidden()
    signed_in.get_by_role("button", name="View log entry").click()
    facts = signed_in.locator(".al-section").filter(has_text="Custom fields").last
    for text in ('P-7 "é" {x}', "1.50", "2026-02-28"):
        expect(facts).to_contain_text(text)


def test_what_is_refused_stays_typed_and_stands_in_the_incoming_log(
    signed_in: Page, server: Server, lead: tuple[str, str], api: httpx.Client
) -> None:
    lead_id, name = lead
    long = "x" * 100_000
    signed_in.goto(f"{server.url}/leads/{lead_id}")
    signed_in.get_by_role("button", name="Trigger Event").click()
    dialog = signed_in.get_by_role("dialog")
    dialog.get_by_label("Event", exact=True).select_option(name)
    dialog.get_by_label("policy_no").fill(long)
    dialog.get_by_label("premium").fill("1,5")
    dialog.get_by_role("button", name="Trigger Event").click()
    expect(dialog.get_by_text("at most 1,000 characters; there are 100,000 now")).to_be_visible()
    expect(dialog.get_by_label("premium")).to_have_attribute("aria-invalid", "true")
    expect(dialog.get_by_label("policy_no")).to_have_value(long)
    refused = made(api.get("/submissions", params={"verdict": "invalid_field"}))["items"]
    row = next(each for each in refused if each["lead_id"] == lead_id)
    assert row["source"] == "manual"
    assert {each["field"] for each in row["errors"]} == {"fields.policy_no", "fields.premium"}


def test_a_conversion_status_is_changed_with_a_reason_that_stands_in_the_history(
    signed_in: Page, server: Server, lead: tuple[str, str], api: httpx.Client
) -> None:
    lead_id, name = lead
    fact = {"event": name, "lead_id": lead_id, "fields": {"policy_no": "P-1"}}
    event_id = made(api.post("/events", json=fact))["event_id"]
    signed_in.goto(f"{server.url}/logs/{event_id}")
    signed_in.get_by_role("button", name="Change…").click()
    dialog = signed_in.get_by_role("dialog")
    dialog.get_by_role("button", name="Change status").click()
    expect(dialog.get_by_text("already")).to_be_visible()
    dialog.get_by_label("New status").select_option("reversed")
    dialog.get_by_label("Reason").fill("Chargeback <b>17</b>")
    dialog.get_by_role("button", name="Change status").click()
    expect(dialog).to_be_hidden()
    expect(signed_in.get_by_text("Status approved → reversed")).to_be_visible()
    expect(signed_in.get_by_text("Chargeback <b>17</b>")).to_be_visible()
    assert made(api.get(f"/events/{event_id}"))["conversion_status"] == "reversed"
