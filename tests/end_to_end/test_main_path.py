"""A newcomer's first ten minutes: the whole main path in a real browser, nothing stands in."""

import json
import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.dashboard.server import Server
from tests.partner import Partner

OWNER = "ann@example.com"
PASSWORD = "a quiet orange river"
NAME = 'O"Neil\\ {event_name}'
EMAIL = "a+b@ü.de"
TRANSACTION_ID = "t 1&x=ü"
RECEIVED = {"name": NAME, "email": EMAIL, "tid": TRANSACTION_ID}
BODY = '{"name": "{first_name}", "email": "{email}", "tid": "{transaction_id}"}'
# So long that a browser can be seen to show the event before it is delivered.
SLOW = "/slow?seconds=2"


@dataclass(frozen=True, slots=True)
class Newcomer:
    """One tab, moved by what a person reads on it."""

    page: Page

    def go(self, section: str) -> None:
        self.page.get_by_role("navigation", name="Main").get_by_role("link", name=section).click()
        expect(self.heading(section)).to_be_visible()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).first.click()

    def heading(self, name: str) -> Locator:
        return self.page.get_by_role("heading", name=name, exact=True, level=1)

    def field(self, label: str) -> Locator:
        return self.page.get_by_role("textbox", name=label, exact=True)

    def create_event(self, typed: str, name: str) -> None:
        self.go("Event Management")
        self.follow("+ New Event")
        self.field("Name").fill(typed)
        if typed != name:
            self.press(f"Use {name}")
        expect(self.field("Name")).to_have_value(name)
        self.page.get_by_role("switch", name="Conversion Event", exact=True).click()
        self.press("Save")
        expect(self.heading(name)).to_be_visible()

    def insert_macro(self, field: str, macro: str) -> None:
        """Pick a macro from the list at the end of what stands in the field."""
        self.field(field).press("End")
        self.press("Insert macro")
        self.page.get_by_role("combobox", name="Find a macro").fill(macro)
        self.page.get_by_role("option").filter(has_text=f"{{{macro}}}").first.click()
        expect(self.field(field)).to_have_value(re.compile(re.escape(f"{{{macro}}}") + "$"))

    def send_test(self) -> None:
        """Send a test and read the answer where it appears."""
        self.press("Send Test")
        result = self.page.get_by_role("group", name="Test result")
        expect(result).to_contain_text("succeeded", ignore_case=True)
        expect(result).to_contain_text("200")

    def save_postback(self) -> None:
        self.press("Save")
        expect(self.page.get_by_text("All changes saved")).to_be_visible()
        self.follow("Back to event")

    def capture_lead(self, campaign: str) -> None:
        self.go("Campaigns")
        self.press("+ New Campaign")
        self.field("Name").fill(campaign)
        self.press("Save")
        expect(self.page.get_by_role("link", name=campaign, exact=True)).to_be_visible()
        self.go("Leads")
        self.press("+ New Lead")
        dialog = self.page.get_by_role("dialog", name="New lead")
        dialog.get_by_role("combobox", name="Campaign").select_option(campaign)
        self.field("Transaction ID").fill(TRANSACTION_ID)
        self.field("First name").fill(NAME)
        self.field("E-mail").fill(EMAIL)
        self.press("Save")
        expect(self.heading(NAME)).to_be_visible()

    def trigger(self, event: str) -> None:
        """Fire the event on the lead record, after reading what that will do."""
        self.press("Trigger Event")
        dialog = self.page.get_by_role("dialog", name="Trigger Event")
        dialog.get_by_role("combobox", name="Event").select_option(event)
        expect(dialog.get_by_role("region", name="What it will do")).to_contain_text("conversion")
        dialog.get_by_role("button", name="Trigger Event").click()
        expect(dialog).to_be_hidden()


@pytest.fixture
def newcomer(page: Page, server: Server) -> Newcomer:
    """Return the one who is the owner already, or becomes it by this first visit."""
    page.goto(server.url)
    page.wait_for_url(re.compile("/(setup|login)"))
    page.get_by_label("E-mail").fill(OWNER)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    if "/setup" in page.url:
        page.get_by_label("Password again").fill(PASSWORD)
        page.get_by_role("button", name="Create owner").click()
    else:
        page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile(re.escape(server.url) + "/?$"))
    return Newcomer(page)


def test_a_newcomer_defines_an_event_fires_it_and_watches_the_partners_answer_arrive(
    newcomer: Newcomer, server: Server, context: BrowserContext, partner: Partner
) -> None:
    overview, logs = context.new_page(), context.new_page()
    overview.goto(server.url)
    expect(overview.get_by_text("0 of 4 done")).to_be_visible()
    logs.goto(f"{server.url}/logs")
    expect(logs.get_by_text("No event has fired yet")).to_be_visible()
    newcomer.page.bring_to_front()  # a tab behind another one draws a frame a second

    newcomer.create_event("Sale!", "sale")
    expect(overview.get_by_text("1 of 4 done")).to_be_visible()

    newcomer.follow("Add Postback URL")
    newcomer.field("Destination URL").fill(partner.url("/get?name={first_name}&email={email}&tid="))
    newcomer.insert_macro("Destination URL", "transaction_id")
    newcomer.send_test()
    assert partner.wait_for(1, "/get")[0].query["tid"]
    expect(overview.get_by_text("2 of 4 done")).to_be_visible()
    newcomer.save_postback()
    expect(overview.get_by_text("3 of 4 done")).to_be_visible()

    newcomer.follow("Add Postback URL")
    newcomer.page.get_by_label("Method", exact=True).select_option("POST")
    newcomer.field("Destination URL").fill(partner.url(SLOW))
    newcomer.field("Body").fill(BODY)
    newcomer.save_postback()
    expect(newcomer.page.get_by_role("switch", name="Postback to")).to_have_count(2)
    newcomer.capture_lead("Auto US")
    partner.forget()

    newcomer.trigger("sale")
    row = logs.get_by_role("row").filter(has_text=TRANSACTION_ID)
    expect(row).to_contain_text(re.compile("pending|sending"))
    expect(row).to_contain_text("delivered")
    expect(row).to_contain_text("200")
    expect(overview.get_by_text("Get started")).to_be_hidden()
    expect(overview.get_by_role("link", name="Events", exact=False).first).to_contain_text("1")

    logs.bring_to_front()
    row.get_by_role("link").first.click()
    expect(logs.get_by_role("heading", name="sale", exact=True, level=1)).to_be_visible()
    expect(logs.get_by_role("figure", name="Payload")).to_contain_text('"event": "sale"')
    for request, response in requests_and_responses(logs):
        expect(request).to_be_visible()
        expect(response).to_contain_text("ok")
    expect(logs.get_by_text("tid=t%201%26x%3D%C3%BC").first).to_be_visible()

    (by_get,) = partner.wait_for(1, "/get")
    assert (by_get.method, by_get.query) == ("GET", RECEIVED)
    (by_post,) = partner.wait_for(1, "/slow")
    assert (by_post.method, json.loads(by_post.body)) == ("POST", RECEIVED)


def requests_and_responses(page: Page) -> list[tuple[Locator, Locator]]:
    """Open what is folded of both deliveries and return the shown parts of each."""
    parts = []
    for number in (1, 2):
        title = page.get_by_role("heading", name=f"Delivery {number} of 2", exact=True)
        part = page.locator("section").filter(has=title).last
        part.get_by_text("Request as sent").click()
        parts.append(
            (
                part.get_by_role("figure", name="cURL"),
                part.get_by_role("figure", name="Response body"),
            )
        )
    return parts


def test_a_newcomer_without_a_partner_sees_the_call_arrive_at_the_test_receiver(
    newcomer: Newcomer, server: Server, context: BrowserContext
) -> None:
    receiver = context.new_page()
    receiver.goto(f"{server.url}/test-receiver")
    receiver.get_by_role("textbox", name="Name").fill("my-partner")
    receiver.get_by_role("button", name="Create receiver").click()
    expect(receiver.get_by_text("Waiting for the first call")).to_be_visible()
    receiver.get_by_role("button", name="Copy URL: Plain").click()

    newcomer.page.bring_to_front()
    newcomer.create_event("qualified", "qualified")
    newcomer.follow("Add Postback URL")
    newcomer.field("Destination URL").focus()
    newcomer.page.keyboard.press("ControlOrMeta+V")
    expect(newcomer.field("Destination URL")).to_have_value(f"{server.url}/echo/my-partner")
    newcomer.page.keyboard.type("?name={first_name}&email={email}&tid=")
    newcomer.insert_macro("Destination URL", "transaction_id")
    newcomer.send_test()
    expect(receiver.locator("summary", has_text="/echo/my-partner")).to_have_count(1)
    newcomer.save_postback()

    newcomer.capture_lead("Home US")
    newcomer.trigger("qualified")
    expect(receiver.locator("summary", has_text="/echo/my-partner")).to_have_count(2)
    for name, value in RECEIVED.items():
        expect(receiver.get_by_role("row", name=f"{name} {value}", exact=True)).to_be_visible()
