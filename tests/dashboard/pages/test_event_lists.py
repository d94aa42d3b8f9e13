"""Event lists: the table and the editor, by their labels, in a real browser."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.dashboard.pages.conftest import at
from tests.dashboard.server import Server

MakeList = Callable[..., str]


@pytest.fixture(scope="module", autouse=True)
def events(api: httpx.Client) -> Iterator[None]:
    """Make three events that only lists bring, and a conversion that is everywhere."""
    for name in ("el_quote", "el_bound", "el_lapsed"):
        event = {"name": name, "available_everywhere": False}
        api.post("/event-types", json=event).raise_for_status()
    everywhere = {"name": "el_everywhere", "is_conversion": True}
    api.post("/event-types", json=everywhere).raise_for_status()
    yield
    # It would be a second conversion in the campaigns of other tests.
    api.post("/event-types/el_everywhere/archive").raise_for_status()


@pytest.fixture
def make_list(api: httpx.Client) -> MakeList:
    """Return a maker of stored lists for campaigns that it makes too."""

    def make(name: str, events: list[str], campaigns: list[str]) -> str:
        make_campaigns(api, *campaigns)
        body = {"name": name, "events": events, "campaigns": campaigns}
        made = api.post("/event-lists", json=body)
        made.raise_for_status()
        return str(made.json()["id"])

    return make


def make_campaigns(api: httpx.Client, *keys: str) -> None:
    for key in keys:
        name = key.replace("-", " ").capitalize()
        api.post("/campaigns", json={"key": key, "name": name}).raise_for_status()


def effective(api: httpx.Client, campaign: str) -> set[str]:
    """Return the events of these tests that are in force in a campaign."""
    items = api.get(f"/campaigns/{campaign}/events", params={"limit": 500}).json()["items"]
    return {
        row["name"]
        for row in items
        if row["enabled"] and row["origin"] == "list" and row["name"].startswith("el_")
    }


def changes(page: Page) -> list[str]:
    """Return what the panel says, one text per group of campaigns."""
    return page.get_by_role("list", name="Changes by campaign").get_by_role("listitem")


def open_list(page: Page, server: Server, list_id: str) -> None:
    page.goto(f"{server.url}/settings/event-lists/{list_id}")
    expect(page.get_by_role("textbox", name="Name")).not_to_have_value("")


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()


def test_s12_a_new_list_is_assigned_to_several_campaigns_in_one_step(
    signed_in: Page, server: Server, api: httpx.Client
) -> None:
    make_campaigns(api, "fresh-one", "fresh-two", "untouched")
    signed_in.goto(f"{server.url}/settings/event-lists")
    signed_in.get_by_role("link", name="+ New Event List").first.click()
    expect(signed_in).to_have_url(at(server, "/settings/new-event-list"))
    signed_in.get_by_role("textbox", name="Name").fill("Auto insurance")
    signed_in.get_by_label("el_quote").check()
    signed_in.get_by_label("el_bound").check()
    signed_in.get_by_label("Search campaigns").fill("FRESH")
    expect(signed_in.get_by_role("group", name="Campaigns").get_by_role("checkbox")).to_have_count(
        2
    )
    signed_in.get_by_role("button", name="Select all shown campaigns").click()
    expect(signed_in.get_by_text("2 campaigns gain events.")).to_be_visible()
    expect(changes(signed_in)).to_contain_text(["Fresh one"])
    expect(changes(signed_in)).to_contain_text(["Fresh two"])
    expect(changes(signed_in)).to_contain_text(["el_bound"])
    save(signed_in)
    expect(signed_in.get_by_role("heading", name="Auto insurance")).to_be_visible()
    expect(signed_in.get_by_text("All changes saved")).to_be_visible()
    assert effective(api, "fresh-one") == effective(api, "fresh-two") == {"el_quote", "el_bound"}
    assert effective(api, "untouched") == set()


def test_s12_before_saving_the_editor_says_who_gains_and_loses_what(
    signed_in: Page, server: Server, api: httpx.Client, make_list: MakeList
) -> None:
    list_id = make_list("Weighed", ["el_lapsed"], ["weighed"])
    open_list(signed_in, server, list_id)
    expect(signed_in.get_by_text("No campaign gains or loses an event.")).to_be_visible()
    signed_in.get_by_label("el_lapsed").uncheck()
    expect(signed_in.get_by_text("1 campaign loses events.")).to_be_visible()
    expect(changes(signed_in)).to_contain_text(["loses el_lapsed"])
    signed_in.get_by_label("el_quote").check()
    expect(changes(signed_in)).to_contain_text(["gains el_quote"])
    assert effective(api, "weighed") == {"el_lapsed"}
    save(signed_in)
    expect(signed_in.get_by_text("All changes saved")).to_be_visible()
    expect(signed_in.get_by_text("No campaign gains or loses an event.")).to_be_visible()
    assert effective(api, "weighed") == {"el_quote"}


def test_an_event_that_is_in_force_everywhere_changes_nothing_and_the_panel_says_why(
    signed_in: Page, server: Server, make_list: MakeList
) -> None:
    open_list(signed_in, server, make_list("Everywhere", [], ["anywhere"]))
    signed_in.get_by_label("el_everywhere").check()
    expect(signed_in.get_by_text("is in force in all campaigns anyway")).to_be_visible()


def test_the_second_of_two_people_sees_both_versions_and_loses_nothing(
    signed_in: Page, server: Server, api: httpx.Client, make_list: MakeList
) -> None:
    list_id = make_list("Shared", ["el_quote"], ["shared"])
    open_list(signed_in, server, list_id)
    signed_in.get_by_role("textbox", name="Name").fill("Mine")
    signed_in.get_by_label("el_bound").check()
    body = {"name": "Theirs", "events": ["el_quote", "el_lapsed"]}
    api.put(f"/event-lists/{list_id}", json=body).raise_for_status()
    expect(signed_in.get_by_text("Somebody else saved this list meanwhile")).to_be_visible()
    save(signed_in)
    panel = signed_in.get_by_role("region", name="Two versions")
    expect(panel).to_contain_text("Theirs")
    expect(panel).to_contain_text("el_lapsed, el_quote")
    expect(panel).to_contain_text("el_bound, el_quote")
    expect(signed_in.get_by_role("textbox", name="Name")).to_have_value("Mine")
    expect(signed_in.get_by_label("el_bound")).to_be_checked()
    assert api.get(f"/event-lists/{list_id}").json()["name"] == "Theirs"
    panel.get_by_role("button", name="Keep mine").click()
    expect(panel).to_be_hidden()
    expect(signed_in.get_by_role("heading", name="Mine")).to_be_visible()
    stored = api.get(f"/event-lists/{list_id}").json()
    assert (stored["name"], stored["events"]) == ("Mine", ["el_bound", "el_quote"])


def test_theirs_can_be_taken_instead(
    signed_in: Page, server: Server, api: httpx.Client, make_list: MakeList
) -> None:
    list_id = make_list("Given up", ["el_quote"], [])
    open_list(signed_in, server, list_id)
    signed_in.get_by_label("el_quote").uncheck()
    body = {"name": "Theirs taken", "events": ["el_lapsed"]}
    api.put(f"/event-lists/{list_id}", json=body).raise_for_status()
    save(signed_in)
    signed_in.get_by_role("button", name="Take theirs").click()
    expect(signed_in.get_by_role("textbox", name="Name")).to_have_value("Theirs taken")
    expect(signed_in.get_by_label("el_lapsed")).to_be_checked()
    expect(signed_in.get_by_text("All changes saved")).to_be_visible()


def test_what_somebody_else_saves_is_shown_by_itself_while_nothing_was_typed(
    signed_in: Page, server: Server, api: httpx.Client, make_list: MakeList
) -> None:
    list_id = make_list("Watched", [], [])
    open_list(signed_in, server, list_id)
    api.put(f"/event-lists/{list_id}", json={"name": "Watched", "events": ["el_bound"]})
    expect(signed_in.get_by_label("el_bound")).to_be_checked()
    expect(signed_in.get_by_text("All changes saved")).to_be_visible()


def test_a_taken_name_is_refused_beside_the_field_and_no_tick_is_lost(
    signed_in: Page, server: Server, make_list: MakeList
) -> None:
    make_list("Taken list", [], [])
    signed_in.goto(f"{server.url}/settings/new-event-list")
    signed_in.get_by_label("el_quote").check()
    save(signed_in)
    expect(signed_in.locator("#list_name-error")).to_contain_text("Give a name")
    signed_in.get_by_role("textbox", name="Name").fill("Taken list")
    save(signed_in)
    expect(signed_in.locator("#list_name-error")).to_contain_text("exists already")
    expect(signed_in.get_by_label("el_quote")).to_be_checked()


def test_archiving_says_who_loses_what_and_restoring_gives_it_back(
    signed_in: Page, server: Server, api: httpx.Client, make_list: MakeList
) -> None:
    make_list("Goes away", ["el_bound"], ["goes-away"])
    signed_in.goto(f"{server.url}/settings/event-lists")
    more = signed_in.get_by_role("button", name="More actions for Goes away")
    more.click()
    signed_in.get_by_role("menuitem", name="Archive").click()
    question = signed_in.get_by_role("alertdialog")
    expect(question).to_contain_text("Goes away loses what nothing else gives them: el_bound")
    signed_in.get_by_role("button", name="Archive event list").click()
    expect(signed_in.get_by_text("Archived “Goes away”.")).to_be_visible()
    assert "el_bound" not in effective(api, "goes-away")
    signed_in.get_by_label("Status").select_option("archived")
    more.click()
    signed_in.get_by_role("menuitem", name="Restore").click()
    expect(signed_in.get_by_text("Restored “Goes away”")).to_be_visible()
    assert "el_bound" in effective(api, "goes-away")


def test_a_clone_has_the_events_and_no_campaign(
    signed_in: Page, server: Server, make_list: MakeList
) -> None:
    make_list("Copied from", ["el_quote", "el_lapsed"], ["copied"])
    signed_in.goto(f"{server.url}/settings/event-lists?q=copied")
    row = signed_in.get_by_role("row").filter(has_text="Copied from")
    expect(row).to_contain_text("el_lapsed, el_quote")
    row.get_by_role("button", name="More actions").click()
    signed_in.get_by_role("menuitem", name="Clone").click()
    expect(signed_in.get_by_role("textbox", name="Name")).to_have_value("Copied from (copy)")
    expect(signed_in.get_by_text("0 of", exact=False)).to_be_visible()
    expect(signed_in.get_by_label("el_quote")).to_be_checked()


def test_a_second_conversion_in_a_campaign_is_warned_of_where_it_is_switched_on(
    signed_in: Page, server: Server, api: httpx.Client, make_list: MakeList
) -> None:
    second = {"name": "el_second", "is_conversion": True, "available_everywhere": False}
    api.post("/event-types", json=second).raise_for_status()
    open_list(signed_in, server, make_list("Twice counted", [], ["twice-counted"]))
    signed_in.get_by_label("el_second").check()
    expect(signed_in.get_by_text("1 campaign gains events.")).to_be_visible()
    save(signed_in)
    warning = signed_in.get_by_role("status").filter(has_text="Two conversions for one lead")
    expect(warning).to_contain_text("“el_everywhere”")
    expect(warning).to_contain_text("Twice counted")
    api.post("/event-types/el_second/archive")


def test_an_address_without_a_list_leads_back(signed_in: Page, server: Server) -> None:
    signed_in.goto(f"{server.url}/settings/event-lists/el_nope")
    expect(signed_in.get_by_text("There is no such event list")).to_be_visible()
    signed_in.get_by_role("link", name="All event lists").click()
    expect(signed_in).to_have_url(at(server, "/settings/event-lists"))


def test_leaving_the_form_gives_up_what_was_ticked(
    signed_in: Page, server: Server, context: BrowserContext, make_list: MakeList
) -> None:
    open_list(signed_in, server, make_list("Left alone", ["el_quote"], []))
    signed_in.get_by_label("el_quote").uncheck()
    expect(signed_in.get_by_text("Unsaved changes")).to_be_visible()
    signed_in.get_by_role("link", name="Event Lists").first.click()
    signed_in.get_by_role("link", name="Left alone", exact=True).click()
    expect(signed_in.get_by_label("el_quote")).to_be_checked()


def test_two_hundred_events_and_five_hundred_campaigns_can_be_ticked_at_once(
    signed_in: Page, server: Server, api: httpx.Client, many: None
) -> None:
    signed_in.goto(f"{server.url}/settings/new-event-list")
    signed_in.get_by_role("textbox", name="Name").fill("Everything of many")
    signed_in.get_by_label("Search events").fill("many_event")
    events = signed_in.get_by_role("group", name="Events").get_by_role("checkbox")
    expect(events).to_have_count(200)
    signed_in.get_by_role("button", name="Select all shown events").click()
    signed_in.get_by_label("Search campaigns").fill("many-campaign")
    campaigns = signed_in.get_by_role("group", name="Campaigns").get_by_role("checkbox")
    expect(campaigns).to_have_count(500)
    signed_in.get_by_role("button", name="Select all shown campaigns").click()
    expect(signed_in.get_by_text("500 campaigns gain events.")).to_be_visible(timeout=20_000)
    campaigns.first.uncheck()
    expect(signed_in.get_by_text("499 campaigns gain events.")).to_be_visible(timeout=20_000)
    save(signed_in)
    expect(signed_in.get_by_role("heading", name="Everything of many")).to_be_visible()
    assert len(effective(api, "many-campaign-499")) == 0
    items = api.get("/campaigns/many-campaign-499/events", params={"limit": 500}).json()["items"]
    assert sum(row["enabled"] for row in items if row["name"].startswith("many_event")) == 200


@pytest.fixture
def many(server: Server) -> Iterator[None]:
    """Store 200 events and 500 campaigns, and hide them from the other tests afterwards."""
    path = server.environment["AFTERLEAD_DATABASE_URL"].removeprefix("sqlite:///")

    def run(name: str, *statements: str) -> None:
        with closing(sqlite3.connect(path, timeout=10)) as connection, connection:
            for statement in statements:
                connection.execute(statement)
            connection.execute("UPDATE definition_version SET version = ?", (name,))

    numbers = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {})"
    run(
        "many",
        "INSERT INTO event_type (id, name, description, is_conversion, is_affiliate_conversion,"
        " dedupe, available_everywhere, version, created_at, updated_at)"
        f" {numbers.format(199)} SELECT 'et_many_' || i, printf('many_event_%03d', i), '', 0, 0,"
        " 'once_per_lead', 0, 1, datetime('now'), datetime('now') FROM n",
        "INSERT INTO campaign (id, key, name, version, created_at, updated_at)"
        f" {numbers.format(499)} SELECT 'cmp_many_' || i, printf('many-campaign-%03d', i),"
        " printf('Many %03d', i), 1, datetime('now'), datetime('now') FROM n",
    )
    yield
    run(
        "few",
        "UPDATE event_type SET archived_at = datetime('now') WHERE name LIKE 'many_event%'",
        "UPDATE campaign SET archived_at = datetime('now') WHERE key LIKE 'many-campaign%'",
    )
