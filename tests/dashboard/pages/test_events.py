"""Event Management and an event's page, by their labels, in a real browser."""

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

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


def test_a_form_that_somebody_else_was_faster_with_keeps_what_was_typed(
    signed_in: Page, server: Server, context: BrowserContext
) -> None:
    create(signed_in, server, "two_tabs")
    other = context.new_page()
    other.goto(f"{server.url}/settings/events/two_tabs")
    expect(other.get_by_label("Name")).to_have_value("two_tabs")
    signed_in.get_by_label("Description").fill("mine")
    expect(signed_in.get_by_text("Unsaved changes")).to_be_visible()
    other.get_by_label("Multi-Trigger").click()
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_text("All changes saved")).to_be_visible()
    expect(signed_in.get_by_text("Somebody else changed this event")).to_be_visible()
    signed_in.get_by_role("button", name="Save").click()
    expect(signed_in.get_by_label("Description")).to_have_value("mine")
    signed_in.get_by_role("button", name="Load current version").click()
    expect(signed_in.get_by_label("Description")).to_have_value("")
    expect(signed_in.get_by_label("Multi-Trigger")).to_be_checked()


def test_an_event_that_fires_while_its_page_is_open_locks_its_name(
    signed_in: Page, server: Server
) -> None:
    create(signed_in, server, "locks_itself")
    expect(signed_in.get_by_label("Name")).to_be_editable()
    key = server.command("create-key", "--name", "locks", "--scope", "admin")
    with httpx.Client(
        base_url=f"{server.url}/api/v1", headers={"Authorization": f"Bearer {key}"}
    ) as api:
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
