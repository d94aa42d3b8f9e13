"""Retries, success rule and at most once in the editor, and the coming try in the logs."""

import re
from zlib import crc32

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.pages.conftest import made
from tests.dashboard.pages.test_postback import editor, save, use_receiver
from tests.dashboard.server import Server

__all__ = ["editor"]  # a fixture


@pytest.fixture
def postback(api: httpx.Client, server: Server, request: pytest.FixtureRequest) -> dict:
    """Return the postback of an event of the test's own, to a receiver that always fails."""
    name = f"policy_{crc32(request.node.name.encode())}"
    made(api.post("/campaigns", json={"key": name, "name": name}))
    made(api.post("/event-types", json={"name": name, "multi_trigger": True}))
    receiver = name.replace("_", "-")
    made(api.post("/echo", json={"name": receiver}))
    url = f"{server.url}/echo/{receiver}?status=503"
    row = made(api.post(f"/event-types/{name}/postbacks", json={"url": url}))
    made(api.post("/leads", json={"campaign": name, "transaction_id": name}))
    return row


def fire(api: httpx.Client, postback: dict) -> str:
    name = postback["event"]
    return made(api.post("/events", json={"event": name, "transaction_id": name}))["event_id"]


def test_a_schedule_of_ones_own_is_typed_said_in_words_and_kept(editor: Page) -> None:
    use_receiver(editor)
    expect(editor.get_by_text("12 tries in 75 h 42 min")).to_be_visible()
    editor.get_by_label("Retries").select_option("fast")
    expect(editor.get_by_text("5 tries in 6 min 12 s")).to_be_visible()
    editor.get_by_label("Retries").select_option("custom")
    waits = editor.get_by_label("Wait before each try")
    waits.fill("0, 90s, soon")
    editor.get_by_role("button", name="Save").click()
    expect(editor.locator("#waits-error")).to_contain_text("“soon” is no time")
    waits.fill("0, 90s, 400h")
    editor.get_by_role("button", name="Save").click()
    expect(editor.locator("#waits-error")).to_contain_text("90 hours together")
    waits.fill("1h, 90s, 10m")
    expect(editor.locator("#waits-error")).to_be_empty()
    expect(
        editor.get_by_text("First tried after 1 h, then again after 1 min 30 s and 10 min: 3 tries")
    ).to_be_visible()
    editor.get_by_label("At most once").click()
    save(editor)
    editor.reload()
    expect(waits).to_have_value("1h, 90s, 10m")
    expect(editor.get_by_label("At most once")).to_be_checked()


def test_a_send_test_tells_whether_the_success_rule_held(editor: Page) -> None:
    use_receiver(editor)
    editor.get_by_label("Counts as delivered").select_option("contains")
    editor.get_by_role("button", name="Send Test").click()
    expect(editor.locator("#rule_text-error")).to_contain_text("Say what the answer must hold")
    editor.get_by_label("Text in the answer").fill("accepted")
    expect(editor.locator("#rule_text-error")).to_be_empty()
    editor.get_by_role("button", name="Send Test").click()
    result = editor.get_by_role("group", name="Test result")
    expect(result).to_contain_text("its text does not contain “accepted”")
    expect(result).to_contain_text("failed")
    editor.get_by_label("Counts as delivered").select_option("matches")
    editor.get_by_label("Regular expression").fill("(")
    editor.get_by_role("button", name="Save").click()
    expect(editor.locator("#rule_text-error")).to_contain_text("no regular expression")
    editor.get_by_label("Counts as delivered").select_option("json")
    editor.get_by_label("Path", exact=True).fill("result.code")
    editor.get_by_label("Equals").fill("1")
    save(editor)
    editor.reload()
    expect(editor.get_by_label("Path", exact=True)).to_have_value("result.code")
    expect(editor.get_by_label("Equals")).to_have_value("1")


def test_who_saved_another_policy_first_is_shown_beside_mine(
    signed_in: Page, server: Server, api: httpx.Client, postback: dict
) -> None:
    own = f"/postbacks/{postback['id']}"
    signed_in.goto(f"{server.url}/settings/events/{postback['event']}{own}")
    signed_in.get_by_label("Retries").select_option("none")
    expect(signed_in.get_by_text("Unsaved changes")).to_be_visible()
    theirs = {"retry": {"waits": [0, 60]}, "success": {"contains": "OK"}}
    made(api.patch(own, json=theirs))
    panel = signed_in.get_by_role("region", name="Two versions")
    expect(panel).to_contain_text("0, 1m")
    expect(panel).to_contain_text("The text contains “OK”")
    signed_in.get_by_role("button", name="Take theirs").click()
    expect(signed_in.get_by_label("Wait before each try")).to_have_value("0, 1m")
    expect(signed_in.get_by_label("Text in the answer")).to_have_value("OK")


def test_a_delivery_that_waits_tells_the_coming_try_and_when(
    signed_in: Page, server: Server, api: httpx.Client, postback: dict
) -> None:
    made(api.patch(f"/postbacks/{postback['id']}", json={"retry": {"waits": [0, 600, 3600]}}))
    event_id = fire(api, postback)
    coming = re.compile(r"Retry 2 of 3 in 1?\d min")
    signed_in.goto(f"{server.url}/logs/{event_id}")
    expect(signed_in.get_by_text(coming)).to_be_visible()
    signed_in.goto(f"{server.url}/logs?event={postback['event']}")
    row = signed_in.locator("tbody tr[data-row]")
    expect(row).to_contain_text(coming)


def test_what_ended_unclear_says_so_and_warns_before_it_is_sent_again(
    signed_in: Page, server: Server, api: httpx.Client, postback: dict
) -> None:
    name, own = postback["event"], f"/postbacks/{postback['id']}"
    url = f"{server.url}/echo/{name.replace('_', '-')}?delay=17"
    made(api.patch(own, json={"at_most_once": True, "url": url}))
    signed_in.goto(f"{server.url}/logs/{fire(api, postback)}")
    expect(signed_in.get_by_text("this postback is sent at most once")).to_be_visible(
        timeout=40_000
    )
    signed_in.get_by_role("button", name="Resend").click()
    expect(signed_in.get_by_role("alertdialog")).to_contain_text("may have this call already")
