"""Event Management and an event's page, by their labels, in a real browser."""

import re
from secrets import token_hex

import httpx
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from dashboard.pages.events.presets import PRESETS
from services.actor import Actor
from services.catalog import event_types
from services.database import Database
from tests.dashboard.pages.conftest import at
from tests.dashboard.server import Server


def create(page: Page, server: Server, name: str, description: str = "") -> None:
    """Create an event in the form and wait for its own page."""
    page.goto(f"{server.url}/settings/new-event")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Description").fill(description)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()


def show(page: Page, server: Server, query: str = "") -> None:
    page.goto(f"{server.url}/settings/events{query}")


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
async def test_each_preset_is_an_event_that_can_be_created(
    preset: object, db: Database, actor: Actor
) -> None:
    row = await event_types.create(actor, preset.as_input())
    assert row.name == preset.name


def test_a_name_that_does_not_fit_is_made_to_fit_by_a_click(
    signed_in: Page, server: Server
) -> None:
    signed_in.goto(f"{server.url}/settings/new-event")
    signed_in.get_by_label("Name").fill("First Visit!")
    signed_in.get_by_role("button", name="Use first_visit").click()
    expect(signed_in.get_by_label("Name")).to_have_value("first_visit")
    signed_in.get_by_role("button", name="Save").click()
    expect(signed_in).to_have_url(at(server, "/settings/events/first_visit"))


def test_a_taken_name_is_refused_beside_the_field_and_nothing_typed_is_lost(
    signed_in: Page, server: Server
) -> None:
    create(signed_in, server, "taken_name")
    signed_in.goto(f"{server.url}/settings/new-event")
    signed_in.get_by_label("Name").fill("taken_name")
    signed_in.get_by_label("Description").fill('He said "yes" {x} 🎉')
    signed_in.get_by_role("button", name="Save").click()
    expect(signed_in.locator("#name-error")).to_contain_text("already")
    expect(signed_in.get_by_label("Description")).to_have_value('He said "yes" {x} 🎉')


@pytest.fixture
def conflict(signed_in: Page, server: Server, context: BrowserContext) -> Locator:
    """Return both versions, after somebody else saved while this form was being changed."""
    name = f"two_tabs_{token_hex(3)}"
    create(signed_in, server, name)
    other = context.new_page()
    other.goto(f"{server.url}/settings/events/{name}")
    expect(other.get_by_label("Name")).to_have_value(name)
    signed_in.get_by_label("Description").fill("mine")
    expect(signed_in.get_by_text("Unsaved changes")).to_be_visible()
    other.get_by_label("Multi-Trigger", exact=True).click()
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_text("All changes saved")).to_be_visible()
    versions = signed_in.get_by_role("region", name="Two versions")
    expect(versions).to_be_visible()
    signed_in.get_by_role("button", name="Save", exact=True).click()
    expect(versions.get_by_role("listitem").filter(has_text="Description")).to_contain_text("mine")
    expect(versions.get_by_role("listitem").filter(has_text="Multi-Trigger")).to_contain_text(
        "On: every time"
    )
    expect(signed_in.get_by_label("Description")).to_have_value("mine")
    return versions


def test_what_somebody_else_saved_first_is_taken_over_by_a_click(
    signed_in: Page, conflict: Locator
) -> None:
    conflict.get_by_role("button", name="Take theirs").click()
    expect(signed_in.get_by_label("Description")).to_have_value("")
    expect(signed_in.get_by_label("Multi-Trigger", exact=True)).to_be_checked()
    expect(conflict).to_be_hidden()


def test_what_somebody_else_saved_first_is_overwritten_only_knowingly(
    signed_in: Page, conflict: Locator
) -> None:
    conflict.get_by_role("button", name="Keep mine").click()
    expect(signed_in.get_by_text("All changes saved")).to_be_visible()
    signed_in.reload()
    expect(signed_in.get_by_label("Description")).to_have_value("mine")
    expect(signed_in.get_by_label("Multi-Trigger", exact=True)).not_to_be_checked()


def test_s3_each_switch_says_its_consequence_and_is_stored(signed_in: Page, server: Server) -> None:
    create(signed_in, server, "s3_switches")
    expect(signed_in.get_by_text("counts toward conversions and conversion rate")).to_be_visible()
    expect(signed_in.get_by_text("Signals the conversion to the affiliate's")).to_be_visible()
    expect(signed_in.get_by_text("a second firing is recorded as a duplicate")).to_be_visible()
    names = ("Conversion Event", "Affiliate Conversion Event", "Multi-Trigger")
    for name in names:
        signed_in.get_by_role("switch", name=name, exact=True).click()
    expect(signed_in.get_by_text("It may fire more than once for the same lead")).to_be_visible()
    signed_in.get_by_role("button", name="Save").click()
    expect(signed_in.get_by_text("All changes saved")).to_be_visible()
    signed_in.reload()
    for name in names:
        expect(signed_in.get_by_role("switch", name=name, exact=True)).to_be_checked()
    show(signed_in, server, "?q=s3_switches")
    row = signed_in.get_by_role("row").filter(has_text="s3_switches")
    for word in ("Conversion", "Affiliate", "Multi-Trigger"):
        expect(row).to_contain_text(word)


def test_s3_an_event_that_fires_again_says_how_often(
    signed_in: Page, server: Server, api: httpx.Client
) -> None:
    create(signed_in, server, "s3_again")
    signed_in.get_by_role("switch", name="Multi-Trigger").click()
    expect(signed_in.get_by_role("radio", name="Every time")).to_be_checked()
    signed_in.get_by_role("radio", name="Once per lead and order ID").click()
    expect(signed_in.get_by_role("figure", name="The same by API")).to_contain_text('"order_id"')
    signed_in.get_by_role("radio", name="Once in a window of minutes").click()
    signed_in.get_by_label("Window in minutes").fill("0")
    signed_in.get_by_role("button", name="Save").click()
    expect(signed_in.locator("#window_minutes-error")).to_contain_text("whole minutes from 1")
    signed_in.get_by_label("Window in minutes").fill("45")
    signed_in.get_by_role("button", name="Save").click()
    expect(signed_in.get_by_text("All changes saved")).to_be_visible()
    assert api.get("/event-types/s3_again").json()["dedupe"] == {"window_minutes": 45}
    signed_in.get_by_label("Description").fill("changed")
    signed_in.get_by_role("button", name="Save").click()
    expect(signed_in.get_by_text("All changes saved")).to_be_visible()
    assert api.get("/event-types/s3_again").json()["dedupe"] == {"window_minutes": 45}
    show(signed_in, server, "?q=s3_again")
    expect(signed_in.get_by_text("Multi-Trigger · 45 min")).to_be_visible()


def test_s4_an_event_is_kept_for_the_campaigns_that_it_is_assigned_to(
    signed_in: Page, server: Server, api: httpx.Client
) -> None:
    made = {"key": "s4-places", "name": "S4 places"}
    api.post("/campaigns", json=made).raise_for_status()
    create(signed_in, server, "s4_kept")
    places = signed_in.get_by_role("table", name="Campaigns with this event")
    expect(places).to_contain_text("Everywhere")
    signed_in.get_by_role("switch", name="Available to all campaigns").click()
    expect(signed_in.get_by_text("Only campaigns that it is assigned to")).to_be_visible()
    signed_in.get_by_role("button", name="Save").click()
    expect(signed_in.get_by_text("In force in no campaign")).to_be_visible()
    path = "/campaigns/s4-places/events/s4_kept"
    api.put(path, json={"enabled": True, "is_conversion": True}).raise_for_status()
    row = places.get_by_role("row").filter(has_text="S4 places")
    expect(row).to_contain_text("Assigned there")
    expect(row).to_contain_text("Conversion")
    row.get_by_role("link").click()
    expect(signed_in.get_by_role("heading", name="s4_kept in this campaign")).to_be_visible()


def test_a_second_conversion_event_is_warned_of_beside_the_switch(
    signed_in: Page, server: Server, api: httpx.Client
) -> None:
    api.post("/campaigns", json={"key": "a-guarded", "name": "A guarded"}).raise_for_status()
    first = {"name": "a0_first_conversion", "is_conversion": True}
    api.post("/event-types", json=first).raise_for_status()
    create(signed_in, server, "second_conversion")
    warning = signed_in.get_by_role("status").filter(has_text="A second conversion event")
    expect(warning).to_be_hidden()
    signed_in.get_by_role("switch", name="Conversion Event", exact=True).click()
    expect(warning).to_contain_text("“a0_first_conversion”")
    expect(warning).to_contain_text("A guarded")
    signed_in.get_by_role("button", name="Save").click()
    expect(signed_in.get_by_text("All changes saved")).to_be_visible()
    expect(warning).to_be_visible()
    api.post("/event-types/a0_first_conversion/archive").raise_for_status()


def test_the_calls_to_copy_name_the_event(signed_in: Page, server: Server) -> None:
    create(signed_in, server, "to_copy")
    calls = signed_in.get_by_role("figure", name="The same by API")
    expect(calls).to_contain_text(f"curl -X POST {server.url}/api/v1/events")
    expect(calls).to_contain_text("to_copy")
    calls.get_by_role("tab", name="Python").click()
    expect(calls).to_contain_text("requests.post(")
    expect(signed_in.get_by_role("figure", name="Incoming URL")).to_have_text(
        re.compile(re.escape(f"{server.url}/in/YOUR_KEY?event=to_copy&transaction_id=t-1001"))
    )


def test_an_event_that_fires_while_its_page_is_open_locks_its_name(
    signed_in: Page, server: Server, api: httpx.Client
) -> None:
    create(signed_in, server, "locks_itself")
    expect(signed_in.get_by_label("Name")).to_be_editable()
    api.post("/campaigns", json={"key": "locks", "name": "Locks"}).raise_for_status()
    lead = {"campaign": "locks", "transaction_id": "t-locks"}
    api.post("/leads", json=lead).raise_for_status()
    fact = {"event": "locks_itself", "transaction_id": "t-locks"}
    assert api.post("/events", json=fact).json()["status"] == "recorded"
    expect(signed_in.get_by_text("It has fired, so its name stays")).to_be_visible()
    expect(signed_in.get_by_label("Name")).not_to_be_editable()
    show(signed_in, server, "?q=locks_itself")
    expect(signed_in.get_by_text("1 fired")).to_be_visible()


def test_archiving_asks_first_and_the_event_can_be_restored(
    signed_in: Page, server: Server
) -> None:
    create(signed_in, server, "comes_back")
    show(signed_in, server)
    link = signed_in.get_by_role("link", name="comes_back", exact=True)
    signed_in.get_by_role("button", name="More actions for comes_back").click()
    signed_in.get_by_role("menuitem", name="Archive").click()
    expect(signed_in.get_by_role("alertdialog")).to_contain_text("It can no longer fire")
    signed_in.get_by_role("button", name="Archive event").click()
    expect(link).to_be_hidden()
    signed_in.get_by_label("Show").select_option("archived")
    expect(signed_in).to_have_url(at(server, "/settings/events?show=archived"))
    expect(link).to_be_visible()
    signed_in.reload()
    signed_in.get_by_role("button", name="More actions for comes_back").click()
    signed_in.get_by_role("menuitem", name="Restore").click()
    expect(link).to_be_hidden()
    show(signed_in, server)
    expect(link).to_be_visible()


def test_a_clone_is_opened_to_be_renamed(signed_in: Page, server: Server) -> None:
    create(signed_in, server, "original")
    signed_in.get_by_role("button", name="More actions").click()
    signed_in.get_by_role("menuitem", name="Clone").click()
    expect(signed_in).to_have_url(at(server, "/settings/events/original_copy"))
    signed_in.get_by_label("Name").fill("renamed")
    signed_in.get_by_role("button", name="Save").click()
    expect(signed_in).to_have_url(at(server, "/settings/events/renamed"))
    expect(signed_in.get_by_role("heading", name="renamed", exact=True)).to_be_visible()


def test_the_search_stands_in_the_address(signed_in: Page, server: Server) -> None:
    create(signed_in, server, "findable", "zebra crossing")
    show(signed_in, server)
    signed_in.get_by_label("Search events").fill("ZEBRA")
    expect(signed_in.get_by_role("link", name="View Logs")).to_have_count(1)
    expect(signed_in).to_have_url(at(server, "/settings/events?q=ZEBRA"))
    signed_in.get_by_role("link", name="View Logs").click()
    expect(signed_in).to_have_url(at(server, "/logs?event=findable"))


@pytest.mark.parametrize("path", ["nope", "No%20%22such%22", "%2e%2e%2fx"])
def test_an_address_without_an_event_leads_back(signed_in: Page, server: Server, path: str) -> None:
    signed_in.goto(f"{server.url}/settings/events/{path}")
    expect(signed_in.get_by_text("There is no such event")).to_be_visible()
    expect(signed_in.get_by_role("link", name="All events")).to_be_visible()
