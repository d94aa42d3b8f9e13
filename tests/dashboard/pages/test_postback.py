"""The postback editor by its labels, in a real browser, with the built-in test receiver."""

import re
from zlib import crc32

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.pages.conftest import at
from tests.dashboard.pages.test_events import create
from tests.dashboard.server import Server


@pytest.fixture
def editor(signed_in: Page, server: Server, request: pytest.FixtureRequest) -> Page:
    """Return the empty editor of an event of the test's own."""
    name = f"pb_{crc32(request.node.name.encode())}"
    create(signed_in, server, name)
    signed_in.get_by_role("link", name="Add Postback URL").click()
    expect(signed_in.get_by_label("Destination URL")).to_be_visible()
    return signed_in


def use_receiver(page: Page) -> None:
    page.get_by_role("button", name="Use the test receiver").click()
    expect(page.get_by_text("Calls appear at once in")).to_be_visible()


def save(page: Page) -> None:
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(re.compile("/postbacks/pb_"))
    expect(page.get_by_text("All changes saved")).to_be_visible()


def test_a_foreign_macro_is_named_while_typing_and_put_right_by_a_click(editor: Page) -> None:
    url = editor.get_by_label("Destination URL")
    url.press_sequentially("https://partner.example.com/p?t={transactionid}")
    expect(editor.get_by_text("There is no macro {transactionid}").first).to_be_visible()
    editor.get_by_role("button", name="Use {transaction_id}").click()
    expect(url).to_have_value("https://partner.example.com/p?t={transaction_id}")
    expect(editor.get_by_role("group", name="Request URL")).to_have_text(
        "https://partner.example.com/p?t=t-1001"
    )


def test_the_preview_shows_raw_and_encoded_values_and_marks_empty_ones(editor: Page) -> None:
    editor.get_by_label("Destination URL").fill(
        "https://partner.example.com/?p={phone}&n={field:policy}"
    )
    values = editor.get_by_role("list", name="Macros and their values").get_by_role("listitem")
    expect(values.nth(0)).to_contain_text("+1 202 555 0143")
    expect(values.nth(0)).to_contain_text("sent as %2B1%20202%20555%200143")
    expect(values.nth(1)).to_contain_text("Empty")


@pytest.mark.parametrize("action", ["Save", "Send Test"])
def test_a_forbidden_target_is_named_beside_the_field_and_the_text_stays(
    editor: Page, action: str
) -> None:
    editor.get_by_label("Destination URL").fill("http://10.0.0.1/x?t={transaction_id}")
    editor.get_by_role("button", name=action).click()
    expect(editor.locator("#url-error")).to_contain_text("private address")
    expect(editor.get_by_label("Destination URL")).to_have_value(
        "http://10.0.0.1/x?t={transaction_id}"
    )


def test_s7_send_test_before_saving_shows_request_and_answer_in_place(editor: Page) -> None:
    use_receiver(editor)
    editor.get_by_label("Method", exact=True).select_option("POST")
    editor.get_by_label("Body", exact=True).fill('{"e": "{event_name}", "amount": {amount}}')
    editor.get_by_role("button", name="Send Test").click()
    result = editor.get_by_role("group", name="Test result")
    expect(result).to_contain_text("succeeded")
    expect(result).to_contain_text("200")
    expect(result).to_contain_text("Test")
    result.get_by_text("Request as sent").click()
    expect(result.get_by_role("figure", name="cURL")).to_contain_text('"amount": 49.90}')


def test_s7_a_refusing_partner_is_explained_in_words(editor: Page) -> None:
    use_receiver(editor)
    url = editor.get_by_label("Destination URL")
    url.fill(url.input_value() + "&status=404")
    editor.get_by_role("button", name="Send Test").click()
    result = editor.get_by_role("group", name="Test result")
    expect(result).to_contain_text("failed")
    expect(result).to_contain_text("there is nothing at this path")


def test_a_secret_is_used_and_never_comes_back(editor: Page) -> None:
    use_receiver(editor)
    editor.get_by_role("button", name="Add secret").click()
    editor.get_by_label("Secret name").fill("token")
    editor.get_by_label("Secret value").fill("s3cr3t-value")
    editor.get_by_role("button", name="Add header").click()
    editor.get_by_label("Header name").fill("Authorization")
    editor.get_by_label("Header value").fill("Bearer {secret:token}")
    save(editor)
    editor.reload()
    expect(editor.get_by_text("Stored")).to_be_visible()
    assert "s3cr3t-value" not in editor.content()
    editor.get_by_role("button", name="Remove secret token").click()
    expect(editor.get_by_text("there is no secret “token”").first).to_be_visible()
    save(editor)
    editor.reload()
    expect(editor.get_by_label("Header value")).to_have_value("Bearer {secret:token}")
    expect(editor.get_by_text("Stored")).to_be_hidden()


def test_s6_several_postback_urls_are_added_to_an_event_with_method_and_macros(
    editor: Page,
) -> None:
    editor.get_by_label("Destination URL").fill(
        "https://one.example.com/?t={transaction_id}&l={lead_id}&e={event_name}"
    )
    save(editor)
    editor.get_by_role("link", name="Back to event").click()
    editor.get_by_role("link", name="Add Postback URL").click()
    expect(editor.get_by_label("Destination URL")).to_have_value("")
    editor.get_by_label("Method", exact=True).select_option("POST")
    editor.get_by_label("Destination URL").fill("https://two.example.com/{lead_id}")
    save(editor)
    editor.get_by_role("link", name="Back to event").click()
    lines = editor.get_by_role("list", name="Postbacks").get_by_role("listitem")
    expect(lines).to_have_count(2)
    expect(lines.nth(0)).to_contain_text("GEThttps://one.example.com/?t={transaction_id}")
    expect(lines.nth(1)).to_contain_text("POSThttps://two.example.com/{lead_id}")


def test_an_event_lists_its_postbacks_with_a_switch_and_archives_one_after_asking(
    editor: Page,
) -> None:
    use_receiver(editor)
    save(editor)
    editor.get_by_role("link", name="Back to event").click()
    switch = editor.get_by_role("switch", name="Postback to")
    expect(switch).to_be_checked()
    switch.click()
    expect(switch).not_to_be_checked()
    editor.reload()
    expect(switch).not_to_be_checked()
    editor.get_by_role("button", name="Archive").click()
    expect(editor.get_by_role("alertdialog")).to_contain_text("nothing new is sent")
    editor.get_by_role("button", name="Archive postback").click()
    expect(editor.get_by_text("No postback yet")).to_be_visible()


@pytest.mark.parametrize("path", ["nope/postbacks/new", "nope/postbacks/pb_1", "a/postbacks/'%22"])
def test_an_address_without_a_postback_leads_back(
    signed_in: Page, server: Server, path: str
) -> None:
    signed_in.goto(f"{server.url}/settings/events/{path}")
    expect(signed_in.get_by_text("There is no such postback")).to_be_visible()
    signed_in.get_by_role("link", name="All events").click()
    expect(signed_in).to_have_url(at(server, "/settings/events"))
