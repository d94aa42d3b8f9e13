"""Campaigns: the list and a campaign's page, by their labels, in a real browser."""

from playwright.sync_api import BrowserContext, Page, expect

from tests.dashboard.pages.conftest import at
from tests.dashboard.server import Server


def create(page: Page, server: Server, name: str, key: str = "") -> None:
    """Create a campaign in the dialog and wait for its row."""
    page.goto(f"{server.url}/campaigns")
    page.get_by_role("button", name="+ New Campaign").first.click()
    page.get_by_role("textbox", name="Name").fill(name)
    if key:
        page.get_by_role("textbox", name="Key").fill(key)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()


def open_settings(page: Page, server: Server, key: str) -> None:
    page.goto(f"{server.url}/campaigns/{key}?tab=settings")
    expect(page.get_by_role("textbox", name="Name")).not_to_have_value("")


def test_a_key_is_suggested_from_the_name_until_one_is_typed(
    signed_in: Page, server: Server
) -> None:
    signed_in.goto(f"{server.url}/campaigns")
    signed_in.get_by_role("button", name="+ New Campaign").first.click()
    signed_in.get_by_role("textbox", name="Name").fill("Énergie “Nord” {x} 🌞")
    expect(signed_in.get_by_role("textbox", name="Key")).to_have_value("energie-nord-x")
    signed_in.get_by_role("textbox", name="Key").fill("mine")
    signed_in.get_by_role("textbox", name="Name").fill("Another name")
    signed_in.get_by_role("button", name="Save").click()
    signed_in.get_by_role("link", name="Another name").click()
    expect(signed_in).to_have_url(at(server, "/campaigns/mine"))


def test_a_taken_key_is_refused_beside_the_field_and_nothing_typed_is_lost(
    signed_in: Page, server: Server
) -> None:
    create(signed_in, server, "Taken", "taken")
    signed_in.get_by_role("button", name="+ New Campaign").first.click()
    signed_in.get_by_role("textbox", name="Name").fill("Taken too")
    expect(signed_in.get_by_role("textbox", name="Key")).to_have_value("taken-too")
    signed_in.get_by_role("textbox", name="Key").fill("taken")
    signed_in.get_by_role("button", name="Save").click()
    expect(signed_in.locator("#campaign_key-error")).to_contain_text("exists already")
    expect(signed_in.get_by_role("textbox", name="Name")).to_have_value("Taken too")


def test_archiving_asks_first_and_can_be_taken_back(signed_in: Page, server: Server) -> None:
    create(signed_in, server, "Old one", "old-one")
    signed_in.get_by_role("button", name="Archive Old one").click()
    expect(signed_in.get_by_role("alertdialog")).to_contain_text("no event fires")
    signed_in.get_by_role("button", name="Archive campaign").click()
    expect(signed_in.get_by_role("link", name="Old one")).to_be_hidden()
    signed_in.get_by_label("Status").select_option("archived")
    signed_in.get_by_label("Search campaigns").fill("old-one")  # other tests archive hundreds
    row = signed_in.get_by_role("row").filter(has_text="Old one")
    row.get_by_role("button", name="Restore").click()
    expect(row).to_be_hidden()


def test_the_search_stands_in_the_address_and_survives_a_reload(
    signed_in: Page, server: Server
) -> None:
    create(signed_in, server, "Needle", "needle")
    signed_in.get_by_label("Search campaigns").fill("NEEDL")
    expect(signed_in).to_have_url(at(server, "/campaigns?q=NEEDL"))
    signed_in.reload()
    expect(signed_in.get_by_label("Search campaigns")).to_have_value("NEEDL")
    expect(signed_in.get_by_role("row")).to_have_count(2)
    signed_in.get_by_label("Search campaigns").fill("no such thing {}")
    signed_in.get_by_role("button", name="Clear filters").click()
    expect(signed_in).to_have_url(at(server, "/campaigns"))


def test_a_name_that_somebody_else_changed_first_is_not_overwritten(
    signed_in: Page, server: Server, context: BrowserContext
) -> None:
    create(signed_in, server, "Two tabs", "two-tabs")
    open_settings(signed_in, server, "two-tabs")
    other = context.new_page()
    open_settings(other, server, "two-tabs")
    other.get_by_role("textbox", name="Name").fill("Theirs")
    other.get_by_role("button", name="Save").click()
    expect(signed_in.get_by_role("heading", name="Theirs")).to_be_visible()
    signed_in.get_by_role("textbox", name="Name").fill("Mine")
    signed_in.get_by_role("button", name="Save").click()
    expect(signed_in.get_by_text("changed by somebody else")).to_be_visible()
    expect(signed_in.get_by_role("textbox", name="Name")).to_have_value("Mine")
    signed_in.get_by_role("button", name="Reload").click()
    expect(signed_in.get_by_role("textbox", name="Name")).to_have_value("Theirs")


def test_archiving_here_does_not_make_the_name_in_the_form_a_stale_one(
    signed_in: Page, server: Server
) -> None:
    create(signed_in, server, "Kept name", "kept-name")
    open_settings(signed_in, server, "kept-name")
    signed_in.get_by_role("textbox", name="Name").fill("New name")
    signed_in.get_by_role("button", name="Archive…").click()
    signed_in.get_by_role("button", name="Archive campaign").click()
    expect(signed_in.get_by_text("This campaign is archived")).to_be_visible()
    signed_in.get_by_role("button", name="Save").click()
    expect(signed_in.get_by_role("heading", name="New name")).to_be_visible()


def test_the_overview_shows_how_a_lead_is_captured_by_api(signed_in: Page, server: Server) -> None:
    create(signed_in, server, "By API", "by-api")
    signed_in.goto(f"{server.url}/campaigns/by-api")
    snippet = signed_in.locator(".al-code")
    expect(snippet).to_contain_text(f"{server.url}/api/v1/leads")
    expect(snippet).to_contain_text('"campaign": "by-api"')
    snippet.get_by_role("tab", name="Python").click()
    expect(snippet).to_contain_text("requests.post(")
    expect(snippet).to_contain_text("os.environ['AFTERLEAD_KEY']")


def test_a_campaign_that_does_not_exist_leads_back_to_the_list(
    signed_in: Page, server: Server
) -> None:
    signed_in.goto(f"{server.url}/campaigns/%7Bx%7D'\"")
    expect(signed_in.get_by_text("There is no such campaign")).to_be_visible()
    signed_in.get_by_role("link", name="Go to Campaigns").click()
    expect(signed_in).to_have_url(at(server, "/campaigns"))


def test_the_focus_returns_to_the_button_that_opened_the_dialog(
    signed_in: Page, server: Server
) -> None:
    create(signed_in, server, "Focus", "focus")
    edit = signed_in.get_by_role("button", name="Edit Focus")
    edit.click()
    expect(signed_in.get_by_role("dialog")).to_be_visible()
    signed_in.keyboard.press("Escape")
    expect(edit).to_be_focused()
