"""Working far from the server: nothing is lost while an answer is on its way."""

import re
from dataclasses import dataclass

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.pages.conftest import at, made, sign_in
from tests.dashboard.server import Server

ONE_WAY_MS = 150
BETWEEN_KEYS_MS = 60
TYPED = "typed_far_away_2026"

# Holds each frame back, in both directions, in their order, and counts those that came.
SLOW_LINE = """
window.answers = 0;
(() => {
  const later = (call) => setTimeout(call, %d);
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) { later(() => send.call(this, data)); };
  const handler = Object.getOwnPropertyDescriptor(WebSocket.prototype, "onmessage");
  Object.defineProperty(WebSocket.prototype, "onmessage", {
    get() { return handler.get.call(this); },
    set(listen) {
      const count = (event) => { listen.call(this, event); window.answers += 1; };
      handler.set.call(this, (event) => later(() => count(event)));
    },
  });
})()
"""

NAMED_AND_ON = """() => {
  const name = document.querySelector("#affiliate_name");
  const value = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
  value.set.call(name, "Late Media");
  name.dispatchEvent(new Event("input", { bubbles: true }));
  document.querySelector("#affiliate_key").focus();
  return window.answers;
}"""


@dataclass(frozen=True, slots=True)
class Field:
    """Where a person types: an address, the field's label, and the button to press first."""

    path: str
    label: str
    press: str = ""


@pytest.fixture
def far_away(page: Page, server: Server) -> Page:
    """Return a signed-in page whose answers take 0.3 seconds."""
    sign_in(page, server)
    page.add_init_script(SLOW_LINE % ONE_WAY_MS)
    return page


@pytest.fixture(scope="module")
def event(api: httpx.Client) -> None:
    made(api.post("/event-types", json={"name": "slow_line"}))


@pytest.mark.parametrize(
    "field",
    [
        Field("/settings/new-event", "Name"),
        Field("/settings/new-event", "Description"),
        Field("/settings/new-event-list", "Name"),
        Field("/campaigns", "Name", "+ New Campaign"),
        Field("/settings/events/slow_line/postbacks/new", "Destination URL"),
        Field("/settings/events/slow_line/postbacks/new", "Header name", "Add header"),
        Field("/settings/events/slow_line/postbacks/new", "Secret name", "Add secret"),
        Field("/logs", "Transaction ID or lead ID"),
    ],
    ids=lambda field: f"{field.path} {field.label}",
)
def test_every_key_arrives(far_away: Page, server: Server, event: None, field: Field) -> None:
    far_away.goto(f"{server.url}{field.path}")
    if field.press:
        far_away.get_by_role("button", name=field.press).first.click()
    place = far_away.get_by_label(field.label, exact=True).first
    place.press_sequentially(TYPED, delay=BETWEEN_KEYS_MS)
    expect(place).to_have_value(TYPED)
    before = far_away.evaluate("window.answers")
    far_away.wait_for_function("before => window.answers > before", arg=before)
    expect(place).to_have_value(TYPED)


def test_what_was_typed_last_is_saved(
    far_away: Page, server: Server, api: httpx.Client, event: None
) -> None:
    far_away.goto(f"{server.url}/settings/events/slow_line")
    description = far_away.get_by_label("Description")
    description.press_sequentially("Saved by the ", delay=BETWEEN_KEYS_MS)
    description.press_sequentially("last key", delay=BETWEEN_KEYS_MS)
    far_away.get_by_role("button", name="Save").click()
    expect(far_away.get_by_text("Saved “slow_line”.")).to_be_visible()
    assert made(api.get("/event-types/slow_line"))["description"] == "Saved by the last key"


def test_save_takes_even_the_first_keys(
    far_away: Page, server: Server, api: httpx.Client, event: None
) -> None:
    made(api.patch("/event-types/slow_line", json={"description": ""}))
    far_away.goto(f"{server.url}/settings/events/slow_line")
    far_away.get_by_label("Description").press_sequentially("ok", delay=BETWEEN_KEYS_MS)
    save = far_away.get_by_role("button", name="Save").bounding_box()
    assert save is not None
    far_away.mouse.click(save["x"] + 5, save["y"] + 5)  # as a person does, without a wait
    expect(far_away.get_by_text("Saved “slow_line”.")).to_be_visible()
    assert made(api.get("/event-types/slow_line"))["description"] == "ok"


def test_a_suggested_name_is_saved_though_the_field_still_shows_the_old_one(
    far_away: Page, server: Server
) -> None:
    far_away.goto(f"{server.url}/settings/new-event")
    far_away.get_by_label("Name").fill("Slow Event 0!")
    far_away.get_by_role("button", name="Use slow_event_0").click()
    far_away.get_by_role("button", name="Save").click()
    expect(far_away.get_by_role("heading", name="slow_event_0", exact=True)).to_be_visible()


def test_a_new_campaign_gets_the_key_of_its_whole_name(far_away: Page, server: Server) -> None:
    far_away.goto(f"{server.url}/campaigns")
    far_away.get_by_role("button", name="+ New Campaign").first.click()
    name = far_away.get_by_role("textbox", name="Name")
    name.press_sequentially("Far", delay=BETWEEN_KEYS_MS)
    expect(far_away.get_by_role("textbox", name="Key")).to_have_value("far")
    name.press_sequentially(" Away US", delay=BETWEEN_KEYS_MS)
    name.press("Enter")
    far_away.get_by_role("link", name="Far Away US").click()
    expect(far_away).to_have_url(at(server, "/campaigns/far-away-us"))


@pytest.mark.parametrize("typed", ["mine", ""])
def test_a_suggestion_does_not_come_before_what_is_being_typed(
    far_away: Page, server: Server, typed: str
) -> None:
    far_away.goto(f"{server.url}/affiliates")
    far_away.get_by_role("button", name="+ New Affiliate").first.click()
    key = far_away.get_by_role("textbox", name="Key")
    expect(key).to_have_value("")
    # In one step, so that the cursor stands in the field before the suggestion comes.
    before = far_away.evaluate(NAMED_AND_ON)
    far_away.wait_for_function("before => window.answers > before", arg=before)
    key.press_sequentially(typed, delay=BETWEEN_KEYS_MS)
    far_away.get_by_role("textbox", name="Name").focus()
    expect(key).to_have_value(typed or "late-media")


def test_what_is_typed_while_a_name_is_saved_stays(far_away: Page, server: Server) -> None:
    far_away.goto(f"{server.url}/affiliates")
    far_away.get_by_role("button", name="+ New Affiliate").first.click()
    far_away.get_by_role("textbox", name="Name").fill("Slow Media")
    far_away.get_by_role("button", name="Save").click()
    expect(far_away.get_by_role("dialog")).to_be_hidden()
    far_away.goto(f"{server.url}/affiliates/slow-media?tab=settings")
    name = far_away.get_by_role("textbox", name="Name")
    expect(name).to_have_value("Slow Media")
    name.press("End")
    name.press("Enter")
    name.press_sequentially(" Group", delay=BETWEEN_KEYS_MS)
    expect(far_away.get_by_text("Saved “Slow Media”.")).to_be_visible()
    expect(name).to_have_value("Slow Media Group")
    expect(name).to_be_focused()


def test_a_switch_that_is_clicked_twice_is_as_it_was(
    far_away: Page, server: Server, api: httpx.Client, event: None
) -> None:
    made(api.post("/campaigns", json={"key": "slow-line", "name": "Slow line"}))
    manager = "/campaigns/slow-line?tab=settings&part=event-manager&q=slow_line"
    far_away.goto(f"{server.url}{manager}")
    switch = far_away.get_by_role("switch", name="slow_line in this campaign")
    expect(switch).to_be_checked()
    switch.click()
    switch.click()
    expect(far_away.get_by_text("“slow_line” can fire in this campaign.")).to_be_visible()
    expect(switch).to_be_checked()
    assert made(api.get("/campaigns/slow-line/events/slow_line"))["enabled"] is True


@pytest.mark.parametrize("page_of", ["/reports", "/logs"])
def test_two_filters_that_are_chosen_quickly_both_hold(
    far_away: Page, server: Server, api: httpx.Client, event: None, page_of: str
) -> None:
    api.post("/campaigns", json={"key": "a-slow-filter", "name": "A slow filter"})
    far_away.goto(f"{server.url}{page_of}")
    campaign = far_away.get_by_label("Campaign", exact=True)
    expect(campaign.get_by_role("option", name="A slow filter")).to_have_count(1)
    campaign.select_option("a-slow-filter")
    far_away.get_by_label("Event", exact=True).select_option("slow_line")
    expect(far_away).to_have_url(re.compile("(?=.*campaign=a-slow-filter)(?=.*event=slow_line)"))


def test_a_button_that_moves_while_it_is_pressed_is_pressed_once(
    signed_in: Page, server: Server
) -> None:
    signed_in.goto(f"{server.url}/settings/new-event")
    signed_in.get_by_label("Name").fill("moved_once")
    signed_in.get_by_role("button", name="Save").hover()
    signed_in.mouse.down()
    # As an answer does that shows an error, or takes one away.
    signed_in.evaluate("document.querySelector('form').style.paddingTop = '90px'")
    signed_in.mouse.up()
    expect(signed_in.get_by_role("heading", name="moved_once", exact=True)).to_be_visible()
    expect(signed_in.get_by_text("Created “moved_once”.")).to_have_count(1)
