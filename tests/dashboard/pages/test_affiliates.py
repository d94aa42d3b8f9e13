"""Affiliates: the list and an affiliate's page, by their labels, in a real browser."""

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.pages.conftest import at, made
from tests.dashboard.server import Server


def create(page: Page, server: Server, name: str, key: str = "") -> None:
    """Create an affiliate in the dialog and wait for its row."""
    page.goto(f"{server.url}/affiliates")
    page.get_by_role("button", name="+ New Affiliate").first.click()
    page.get_by_role("textbox", name="Name").fill(name)
    if key:
        page.get_by_role("textbox", name="Key").fill(key)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()


def test_s18_an_affiliate_is_made_renamed_and_given_a_postback(
    signed_in: Page, server: Server
) -> None:
    signed_in.goto(f"{server.url}/affiliates")
    signed_in.get_by_role("button", name="+ New Affiliate").first.click()
    signed_in.get_by_role("textbox", name="Name").fill("North Media")
    expect(signed_in.get_by_role("textbox", name="Key")).to_have_value("north-media")
    signed_in.get_by_role("button", name="Save").click()
    signed_in.get_by_role("link", name="North Media", exact=True).click()
    expect(signed_in).to_have_url(at(server, "/affiliates/north-media"))
    expect(signed_in.locator(".al-code")).to_contain_text('"affiliate": "north-media"')
    parts = signed_in.get_by_role("navigation", name="Parts of the affiliate")
    parts.get_by_role("link", name="Settings").click()
    signed_in.get_by_role("textbox", name="Name").fill("North Media Group")
    signed_in.get_by_role("button", name="Save").click()
    expect(signed_in.get_by_role("heading", name="North Media Group")).to_be_visible()
    parts.get_by_role("link", name="Postbacks").click()
    expect(signed_in.get_by_text("No postback yet")).to_be_visible()
    signed_in.get_by_role("link", name="Add Postback URL").click()
    expect(signed_in).to_have_url(at(server, "/affiliates/north-media/postbacks/new"))


def test_s18_the_page_tells_what_calls_the_postbacks(
    signed_in: Page, server: Server, api: httpx.Client
) -> None:
    create(signed_in, server, "Signals", "signals")
    # Those of the tests before, on the same server.
    for each in made(api.get("/event-types", params={"limit": 500}))["items"]:
        if each["is_affiliate_conversion"]:
            made(api.post(f"/event-types/{each['name']}/archive"))
    signed_in.goto(f"{server.url}/affiliates/signals?tab=postbacks")
    expect(signed_in.get_by_text("No event calls these postbacks yet")).to_be_visible()
    event = {"name": "tells_affiliates", "is_affiliate_conversion": True}
    api.post("/event-types", json=event).raise_for_status()
    expect(signed_in.get_by_text("No event calls these postbacks yet")).to_be_hidden()
    expect(signed_in.get_by_role("link", name="tells_affiliates")).to_be_visible()
    postback = {"url": "https://example.com/in?c={external_click_id}"}
    postback_id = made(api.post("/affiliates/signals/postbacks", json=postback))["id"]
    expect(signed_in.get_by_text("Every Affiliate Conversion Event", exact=True)).to_be_visible()
    signed_in.get_by_role("link", name="Edit", exact=True).click()
    expect(signed_in).to_have_url(at(server, f"/affiliates/signals/postbacks/{postback_id}"))
    api.patch("/event-types/tells_affiliates", json={"is_affiliate_conversion": False})


def test_s18_figures_lead_to_the_leads_and_the_log_of_the_affiliate(
    signed_in: Page, server: Server, api: httpx.Client
) -> None:
    create(signed_in, server, "Counted", "counted")
    api.post("/campaigns", json={"key": "aff-figures", "name": "Figures"}).raise_for_status()
    event = {"name": "counted_sale", "is_conversion": True}
    api.post("/event-types", json=event).raise_for_status()
    for number in range(2):
        lead = {
            "campaign": "aff-figures",
            "transaction_id": f"counted-{number}",
            "affiliate": "counted",
        }
        api.post("/leads", json=lead).raise_for_status()
    stranger = {"campaign": "aff-figures", "transaction_id": "of-nobody"}
    api.post("/leads", json=stranger).raise_for_status()
    for transaction_id in ("counted-0", "of-nobody"):
        fact = {"event": "counted_sale", "transaction_id": transaction_id}
        assert api.post("/events", json=fact).json()["status"] == "recorded"
    row = signed_in.get_by_role("row").filter(has_text="Counted")
    expect(row.get_by_role("cell").nth(2)).to_have_text("2")
    expect(row.get_by_role("cell").nth(4)).to_have_text("1")
    row.get_by_role("link", name="Counted").click()
    expect(signed_in.get_by_role("link", name="Leads 2")).to_be_visible()
    signed_in.get_by_role("link", name="Conversions, 24 h 1").click()
    expect(signed_in).to_have_url(at(server, "/logs?range=24h&conversion=yes&affiliate=counted"))
    expect(signed_in.get_by_text("counted-0")).to_be_visible()
    expect(signed_in.get_by_text("of-nobody")).to_be_hidden()


def test_the_leads_of_an_affiliate_are_on_its_page_and_no_others(
    signed_in: Page, server: Server, api: httpx.Client
) -> None:
    create(signed_in, server, "With leads", "with-leads")
    signed_in.goto(f"{server.url}/affiliates/with-leads?tab=leads")
    expect(signed_in.get_by_text("No lead of this affiliate yet")).to_be_visible()
    api.post("/campaigns", json={"key": "aff-leads", "name": "Aff leads"}).raise_for_status()
    for transaction_id, affiliate in (("mine-1", "with-leads"), ("not-mine", None)):
        lead = {"campaign": "aff-leads", "transaction_id": transaction_id, "affiliate": affiliate}
        api.post("/leads", json=lead).raise_for_status()
    expect(signed_in.get_by_text("mine-1")).to_be_visible()
    expect(signed_in.get_by_text("not-mine")).to_be_hidden()


def test_archiving_says_what_it_means_and_can_be_taken_back(
    signed_in: Page, server: Server
) -> None:
    create(signed_in, server, "Left us", "left-us")
    signed_in.get_by_role("button", name="Archive Left us").click()
    question = signed_in.get_by_role("alertdialog")
    expect(question).to_contain_text("none of its postbacks is sent until you restore it")
    signed_in.get_by_role("button", name="Archive affiliate").click()
    expect(signed_in.get_by_role("link", name="Left us")).to_be_hidden()
    signed_in.get_by_label("Status").select_option("archived")
    signed_in.get_by_role("link", name="Left us").click()
    expect(signed_in.get_by_text("This affiliate is archived")).to_be_visible()
    signed_in.get_by_role("button", name="Restore").click()
    expect(signed_in.get_by_text("This affiliate is archived")).to_be_hidden()


def test_a_taken_key_is_refused_beside_the_field(signed_in: Page, server: Server) -> None:
    create(signed_in, server, "First", "same-key")
    signed_in.get_by_role("button", name="+ New Affiliate").first.click()
    signed_in.get_by_role("textbox", name="Name").fill("Second")
    signed_in.get_by_role("textbox", name="Key").fill("same-key")
    signed_in.get_by_role("button", name="Save").click()
    expect(signed_in.locator("#affiliate_key-error")).to_contain_text("exists already")
    expect(signed_in.get_by_role("textbox", name="Name")).to_have_value("Second")


def test_the_search_stands_in_the_address(signed_in: Page, server: Server) -> None:
    create(signed_in, server, "Haystack needle", "needle-aff")
    signed_in.get_by_label("Search affiliates").fill("NEEDLE")
    expect(signed_in).to_have_url(at(server, "/affiliates?q=NEEDLE"))
    signed_in.reload()
    expect(signed_in.get_by_role("row")).to_have_count(2)


@pytest.mark.parametrize("path", ["nope", "%7Bx%7D'%22"])
def test_an_address_without_an_affiliate_leads_back(
    signed_in: Page, server: Server, path: str
) -> None:
    signed_in.goto(f"{server.url}/affiliates/{path}?tab=postbacks")
    expect(signed_in.get_by_text("There is no such affiliate")).to_be_visible()
    signed_in.get_by_role("link", name="Go to Affiliates").click()
    expect(signed_in).to_have_url(at(server, "/affiliates"))
