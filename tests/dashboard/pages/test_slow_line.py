"""Typing far from the server: no key is lost while an answer is on its way."""

from dataclasses import dataclass

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.pages.conftest import made, sign_in
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
    expect(far_away.get_by_text("All changes saved")).to_be_visible()
    assert made(api.get("/event-types/slow_line"))["description"] == "Saved by the last key"
