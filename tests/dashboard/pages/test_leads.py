"""Leads: the list and the dialog that captures one, by their labels, in a real browser."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from dashboard.components.lead_fields import read_free_fields
from tests.dashboard.pages.conftest import at
from tests.dashboard.pages.test_campaigns import create as create_campaign
from tests.dashboard.server import Server


@pytest.fixture(scope="module")
def key() -> str:
    return "for-leads"


@pytest.fixture
def form(signed_in: Page, server: Server, key: str) -> Locator:
    """Return the open dialog, with a campaign of this module's own chosen."""
    return open_form(signed_in, server, key)


def open_form(page: Page, server: Server, key: str) -> Locator:
    """Open the dialog for a campaign, which is made at the first time."""
    page.goto(f"{server.url}/campaigns/{key}")
    missing = page.get_by_text("There is no such campaign")
    expect(missing.or_(page.get_by_text("Capture leads by API"))).to_be_visible()
    if missing.is_visible():
        create_campaign(page, server, key.title(), key)
    page.goto(f"{server.url}/leads")
    option = page.get_by_label("Campaign").locator(f"option[value='{key}']")
    expect(option).to_be_attached()
    page.get_by_role("button", name="+ New Lead").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Campaign").select_option(key)
    return dialog


def save(form: Locator) -> None:
    form.get_by_role("button", name="Save").click()


def test_what_was_typed_arrives_unchanged(form: Locator, signed_in: Page) -> None:
    form.get_by_label("Transaction ID").fill("t 1&x=ü")
    form.get_by_label("Last name").fill('O"Neil\\ {event_name}')
    form.get_by_label("E-mail").fill("a+b@ü.de")
    form.get_by_text("More fields").click()
    form.get_by_label("Sub 10").fill("🎉")
    form.get_by_label("Name of field 1").fill("policy_no")
    form.get_by_label("Value of field 1").fill("<b>P-7</b>")
    form.get_by_role("button", name="Add Field").click()
    form.get_by_label("Name of field 2").fill("note")
    form.get_by_label("Value of field 2").fill("second")
    save(form)
    expect(signed_in).to_have_url(re.compile("/leads/ld_"))
    expect(signed_in.get_by_role("heading", name='O"Neil\\ {event_name}')).to_be_visible()
    for text in ("t 1&x=ü", "a+b@ü.de", "🎉", "<b>P-7</b>", "second"):
        expect(signed_in.get_by_text(text, exact=True).first).to_be_visible()


def test_every_wrong_field_is_named_and_the_first_one_gets_the_cursor(
    form: Locator, signed_in: Page
) -> None:
    form.get_by_label("E-mail").fill("nobody")
    form.get_by_label("Phone").fill("abc")
    form.get_by_text("More fields").click()
    form.get_by_label("Name of field 1").fill("Bad Name")
    form.get_by_label("Value of field 1").fill("x")
    save(form)
    expect(signed_in.locator("#email-error")).to_contain_text("Give an e-mail address")
    expect(signed_in.locator("#phone-error")).to_contain_text("Give a phone number")
    expect(form.get_by_text("cannot be a field's name")).to_be_visible()
    expect(form.get_by_label("E-mail")).to_be_focused()
    expect(form.get_by_label("Phone")).to_have_value("abc")


def test_without_a_campaign_nothing_is_captured(form: Locator, signed_in: Page) -> None:
    form.get_by_label("Campaign").select_option("")
    save(form)
    expect(signed_in.locator("#campaign-error")).to_contain_text("Name the lead's campaign")


def test_a_known_transaction_id_leads_to_the_first_lead(
    form: Locator, signed_in: Page, server: Server, key: str
) -> None:
    form.get_by_label("Transaction ID").fill("t-twice")
    form.get_by_label("First name").fill("First")
    save(form)
    expect(signed_in.get_by_role("heading", name="First")).to_be_visible()
    first = signed_in.url
    again = open_form(signed_in, server, key)
    again.get_by_label("Transaction ID").fill("t-twice")
    again.get_by_label("First name").fill("Second")
    save(again)
    expect(again.get_by_text("this differs: first name")).to_be_visible()
    again.get_by_role("link", name="Open the first lead").click()
    expect(signed_in).to_have_url(at(server, first.removeprefix(server.url)))
    expect(signed_in.get_by_role("heading", name="First")).to_be_visible()


def test_a_form_that_is_sent_many_times_at_once_captures_one_lead(
    form: Locator, signed_in: Page, server: Server
) -> None:
    form.get_by_label("E-mail").fill("once@example.com")
    form.locator("form").evaluate("form => { for (let i = 0; i < 5; i++) form.requestSubmit() }")
    expect(signed_in).to_have_url(re.compile("/leads/ld_"))
    signed_in.goto(f"{server.url}/leads?q=once@example.com")
    expect(signed_in.get_by_role("row").filter(has_text="once@example.com")).to_have_count(1)


def test_the_filters_stand_in_the_address(signed_in: Page, server: Server, form: Locator) -> None:
    form.get_by_label("Phone").fill("+1 (415) 555-0199")
    form.get_by_label("Last name").fill("Phoned")
    save(form)
    expect(signed_in.get_by_role("heading", name="Phoned")).to_be_visible()
    signed_in.goto(f"{server.url}/leads?campaign=for-leads")
    signed_in.get_by_label("Search leads").fill("1 415 5550199")
    expect(signed_in.get_by_role("row")).to_have_count(2)
    expect(signed_in).to_have_url(re.compile("q=1.415.5550199"))
    signed_in.reload()
    expect(signed_in.get_by_role("link", name="Phoned")).to_be_visible()
    expect(signed_in.get_by_label("Campaign")).to_have_value("for-leads")


def test_a_broken_page_address_is_told_and_can_be_left(signed_in: Page, server: Server) -> None:
    signed_in.goto(f"{server.url}/leads?cursor=garbage")
    expect(signed_in.get_by_text("This cursor is not one of ours")).to_be_visible()
    signed_in.get_by_role("button", name="Try again").click()
    expect(signed_in).to_have_url(at(server, "/leads"))


def test_free_fields_are_read_in_order_and_empty_rows_are_left_out() -> None:
    form = {f"field_name_{n}": f"name_{n}" if n != 3 else "" for n in range(12)}
    form |= {f"field_value_{n}": str(n) if n != 3 else "" for n in range(12)}
    fields, problem = read_free_fields(form)
    assert problem == ""
    assert list(fields.items()) == [(f"name_{n}", str(n)) for n in range(12) if n != 3]


@pytest.mark.parametrize(
    "form",
    [
        {"field_name_0": "a", "field_value_0": "1", "field_name_1": "a", "field_value_1": "2"},
        {"field_name_0": " ", "field_value_0": "a value without a name"},
    ],
)
def test_free_fields_that_make_no_sense_are_named(form: dict[str, str]) -> None:
    assert read_free_fields(form)[1]
