"""The record of one lead and its Trigger Event dialog, in a real browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.dashboard.pages.conftest import at
from tests.dashboard.pages.test_events import create as create_event
from tests.dashboard.pages.test_leads import open_form, save
from tests.dashboard.server import Server

ENTRIES = "What happened to this lead, newest first"

MakeEvent = Callable[..., str]


@pytest.fixture
def make_event(signed_in: Page, server: Server, request: pytest.FixtureRequest) -> MakeEvent:
    """Return a maker of one event of the test's own, with no postback."""

    def make(*, multi_trigger: bool = False) -> str:
        name = f"fired_{abs(hash(request.node.name)) % 10**8}"
        create_event(signed_in, server, name)
        if multi_trigger:
            signed_in.get_by_label("Multi-Trigger").click()
            signed_in.get_by_role("button", name="Save").click()
            expect(signed_in.get_by_text("All changes saved")).to_be_visible()
        return name

    return make


@pytest.fixture
def make_lead(signed_in: Page, server: Server) -> Callable[[], str]:
    """Return a maker of leads; it leaves the page on the new one and returns its path."""

    def make() -> str:
        form = open_form(signed_in, server, "for-leads")
        form.get_by_label("First name").fill("Jane")
        save(form)
        expect(signed_in.get_by_role("heading", name="Jane")).to_be_visible()
        return signed_in.url.removeprefix(server.url)

    return make


def open_dialog(page: Page, event: str = "") -> Locator:
    page.get_by_role("button", name="Trigger Event").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Event", exact=True)).to_be_visible()
    if event:
        dialog.get_by_label("Event", exact=True).select_option(event)
        expect(dialog.get_by_text("Sends nothing")).to_be_visible()
    return dialog


def fire(dialog: Locator) -> None:
    dialog.get_by_role("button", name="Trigger Event").click()


def entries(page: Page, event: str) -> Locator:
    return page.get_by_role("list", name=ENTRIES).get_by_role("listitem").filter(has_text=event)


def test_a_fired_event_appears_by_itself_and_the_toast_leads_to_its_log_entry(
    signed_in: Page, make_event: MakeEvent, make_lead: Callable[[], str]
) -> None:
    event = make_event()
    make_lead()
    dialog = open_dialog(signed_in, event)
    dialog.get_by_label("Amount").fill("49.90")
    dialog.get_by_label("Currency").fill("usd")
    fire(dialog)
    expect(entries(signed_in, event)).to_contain_text("49.90 USD, by hand")
    signed_in.get_by_role("button", name="View log entry").click()
    expect(signed_in).to_have_url(re.compile("/logs/evt_"))


def test_an_event_that_cannot_fire_again_stays_in_the_list_with_the_reason(
    signed_in: Page, make_event: MakeEvent, make_lead: Callable[[], str]
) -> None:
    event = make_event()
    make_lead()
    fire(open_dialog(signed_in, event))
    expect(entries(signed_in, event)).to_have_count(1)
    option = open_dialog(signed_in).locator(f"option[value='{event}']")
    expect(option).to_be_disabled()
    expect(option).to_have_text(f"{event} – already fired just now; Multi-Trigger is off")


def test_a_second_tab_that_is_too_late_is_told_and_led_to_the_first_event(
    signed_in: Page,
    server: Server,
    context: BrowserContext,
    make_event: MakeEvent,
    make_lead: Callable[[], str],
) -> None:
    event = make_event()
    path = make_lead()
    other = context.new_page()
    other.goto(server.url + path)
    late = open_dialog(other, event)
    fire(open_dialog(signed_in, event))
    expect(entries(signed_in, event)).to_have_count(1)
    fire(late)
    expect(late.get_by_text("This is a duplicate")).to_be_visible()
    first = late.get_by_role("link", name="Open the first event")
    expect(first).to_have_attribute("href", re.compile("/logs/evt_"))
    other.keyboard.press("Escape")
    expect(entries(other, event)).to_have_count(1)


def test_a_form_that_is_sent_many_times_at_once_fires_once(
    signed_in: Page, make_event: MakeEvent, make_lead: Callable[[], str]
) -> None:
    event = make_event(multi_trigger=True)
    make_lead()
    dialog = open_dialog(signed_in, event)
    dialog.locator("form").evaluate("form => { for (let i = 0; i < 5; i++) form.requestSubmit() }")
    expect(dialog).to_be_hidden()
    # A second firing by a dialog of its own comes after all that the first one has sent.
    fire(open_dialog(signed_in, event))
    expect(dialog).to_be_hidden()
    expect(entries(signed_in, event)).to_have_count(2)


def test_every_wrong_field_is_named_at_once_and_nothing_typed_is_lost(
    signed_in: Page, make_event: MakeEvent, make_lead: Callable[[], str]
) -> None:
    event = make_event()
    make_lead()
    dialog = open_dialog(signed_in, event)
    dialog.get_by_label("Amount").fill("49,90")
    dialog.get_by_label("Occurred at").fill("2199-01-01T10:00")
    fire(dialog)
    expect(signed_in.locator("#amount-error")).to_contain_text("Give an amount such as 49.90")
    expect(signed_in.locator("#occurred_at-error")).to_contain_text("lies in the future")
    expect(dialog.get_by_label("Amount")).to_have_value("49,90")
    expect(dialog.get_by_label("Amount")).to_be_focused()
    expect(entries(signed_in, event)).to_have_count(0)


def test_edited_details_are_shown_and_emptied_ones_go(
    signed_in: Page, make_lead: Callable[[], str]
) -> None:
    make_lead()
    signed_in.get_by_role("button", name="Edit").click()
    dialog = signed_in.get_by_role("dialog")
    expect(dialog.get_by_label("First name")).to_have_value("Jane")
    dialog.get_by_label("First name").fill("")
    dialog.get_by_label("E-mail").fill("jane@example.com")
    save(dialog)
    expect(signed_in.get_by_role("heading", name="jane@example.com")).to_be_visible()


def test_details_that_somebody_else_changed_first_are_not_overwritten(
    signed_in: Page, server: Server, context: BrowserContext, make_lead: Callable[[], str]
) -> None:
    path = make_lead()
    signed_in.get_by_role("button", name="Edit").click()
    mine = signed_in.get_by_role("dialog")
    expect(mine.get_by_label("First name")).to_have_value("Jane")
    other = context.new_page()
    other.goto(server.url + path)
    other.get_by_role("button", name="Edit").click()
    other.get_by_role("dialog").get_by_label("First name").fill("Theirs")
    save(other.get_by_role("dialog"))
    expect(other.get_by_role("heading", name="Theirs")).to_be_visible()
    mine.get_by_label("First name").fill("Mine")
    save(mine)
    expect(mine.get_by_text("changed by somebody else")).to_be_visible()
    expect(mine.get_by_label("First name")).to_have_value("Mine")


def test_a_lead_that_does_not_exist_leads_back_to_the_list(signed_in: Page, server: Server) -> None:
    signed_in.goto(f"{server.url}/leads/ld_nope'%7B%7D")
    expect(signed_in.get_by_text("There is no such lead")).to_be_visible()
    expect(signed_in.get_by_role("button", name="Trigger Event")).to_have_count(0)
    signed_in.get_by_role("link", name="Go to Leads").click()
    expect(signed_in).to_have_url(at(server, "/leads"))
