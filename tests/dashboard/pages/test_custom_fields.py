"""Custom fields of an event in a campaign by their labels, in a real browser: S11."""

from zlib import crc32

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.pages.test_event_manager import (
    fire,
    made,
    make_event,
    make_lead,
    open_event,
)
from tests.dashboard.server import Server


@pytest.fixture
def campaign(api: httpx.Client, request: pytest.FixtureRequest) -> str:
    """Return the key of a campaign of the test's own."""
    key = f"cf{crc32(request.node.name.encode())}"
    return str(made(api.post("/campaigns", json={"key": key, "name": f"Campaign {key}"}))["key"])


@pytest.fixture
def event(api: httpx.Client, campaign: str) -> str:
    """Return an event that is in force in the campaign."""
    return make_event(api, f"{campaign}_event")


def add_field(page: Page, name: str, *, kind: str = "") -> None:
    page.get_by_role("button", name="Add Custom Field").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill(name)
    if kind:
        dialog.get_by_label("Type").select_option(kind)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()


def test_s11_a_custom_field_is_added_and_required_of_the_next_firing(
    signed_in: Page, server: Server, api: httpx.Client, campaign: str, event: str
) -> None:
    open_event(signed_in, server, campaign, event)
    signed_in.get_by_role("button", name="Add Custom Field").click()
    dialog = signed_in.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("Policy No.")
    dialog.get_by_role("button", name="Use policy_no").click()
    expect(dialog.get_by_label("Name", exact=True)).to_have_value("policy_no")
    dialog.get_by_label("Help text").fill("As printed")
    dialog.get_by_label("Example").fill("P-7")
    dialog.get_by_role("switch", name="Required").click()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    row = signed_in.get_by_role("table", name="Custom fields").get_by_role("row").nth(1)
    expect(row).to_contain_text("policy_no")
    expect(row).to_contain_text("Required")
    expect(row).to_contain_text("{field:policy_no}")
    make_lead(api, campaign, f"t-{campaign}")
    refused = fire(api, event, f"t-{campaign}").json()
    assert [each["field"] for each in refused["errors"]] == ["fields.policy_no"]
    assert fire(api, event, f"t-{campaign}", fields={"policy_no": "P-8"}).status_code == 201


def test_s11_a_wrong_custom_field_is_refused_beside_its_parts_and_nothing_typed_is_lost(
    signed_in: Page, server: Server, campaign: str, event: str
) -> None:
    open_event(signed_in, server, campaign, event)
    signed_in.get_by_role("button", name="Add Custom Field").click()
    dialog = signed_in.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("amount")
    dialog.get_by_label("Type").select_option("date")
    dialog.get_by_label("Example").fill("31.02.2026")
    dialog.get_by_label("Help text").fill("kept")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.locator("#field_name-error")).to_contain_text("Every event has “amount” already")
    expect(dialog.locator("#field_example-error")).to_contain_text("2026-02-28")
    expect(dialog.get_by_label("Help text")).to_have_value("kept")


def test_s11_custom_fields_are_put_in_order_and_the_focus_stays(
    signed_in: Page, server: Server, api: httpx.Client, campaign: str, event: str
) -> None:
    open_event(signed_in, server, campaign, event)
    for name, kind in (("one", "text"), ("two", "number"), ("three", "date")):
        add_field(signed_in, name, kind=kind)
    signed_in.get_by_role("button", name="Move three up").click()
    rows = signed_in.get_by_role("table", name="Custom fields").get_by_role("row")
    expect(rows.nth(2)).to_contain_text("three")
    expect(signed_in.get_by_role("button", name="Move three up")).to_be_focused()
    signed_in.keyboard.press("Enter")
    expect(rows.nth(1)).to_contain_text("three")
    expect(signed_in.get_by_role("button", name="Move three down")).to_be_focused()
    fields = api.get(f"/campaigns/{campaign}/events/{event}/fields").json()["items"]
    assert [each["name"] for each in fields] == ["three", "one", "two"]


def test_s11_removing_a_custom_field_asks_first_and_old_events_keep_their_values(
    signed_in: Page, server: Server, api: httpx.Client, campaign: str, event: str
) -> None:
    open_event(signed_in, server, campaign, event)
    add_field(signed_in, "premium", kind="number")
    make_lead(api, campaign, f"t-{campaign}")
    fired = made(fire(api, event, f"t-{campaign}", fields={"premium": "12.50"}))
    signed_in.get_by_role("button", name="More actions for premium").click()
    signed_in.get_by_role("menuitem", name="Remove").click()
    question = signed_in.get_by_role("alertdialog")
    expect(question).to_contain_text("Events that fired already keep their values")
    question.get_by_role("button", name="Remove field").click()
    expect(signed_in.get_by_text("No custom field yet")).to_be_visible()
    signed_in.goto(f"{server.url}/logs/{fired['event_id']}")
    expect(signed_in.get_by_text("12.50").first).to_be_visible()


def test_a_custom_field_is_renamed_with_a_word_about_what_that_means(
    signed_in: Page, server: Server, campaign: str, event: str
) -> None:
    open_event(signed_in, server, campaign, event)
    add_field(signed_in, "policy")
    signed_in.get_by_role("button", name="More actions for policy").click()
    signed_in.get_by_role("menuitem", name="Edit").click()
    dialog = signed_in.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("policy_no")
    expect(dialog).to_contain_text("keep their values under “policy”")
    dialog.get_by_role("button", name="Save").click()
    expect(signed_in.get_by_role("table", name="Custom fields")).to_contain_text(
        "{field:policy_no}"
    )
