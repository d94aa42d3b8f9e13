"""A campaign's Event Manager by its labels, in a real browser: S4, and the lists in use."""

from zlib import crc32

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.dashboard.pages.conftest import at, sign_in
from tests.dashboard.server import Server

MANAGER = "?tab=settings&part=event-manager"


@pytest.fixture
def own(request: pytest.FixtureRequest) -> str:
    """Return a word of the test's own, for the names of what it makes."""
    return f"em{crc32(request.node.name.encode())}"


@pytest.fixture
def campaign(api: httpx.Client, own: str) -> str:
    """Return the key of a campaign of the test's own."""
    return str(made(api.post("/campaigns", json={"key": own, "name": f"Campaign {own}"}))["key"])


@pytest.fixture
def event(api: httpx.Client, own: str) -> str:
    """Return an event that is kept for the campaigns that it is assigned to."""
    return make_event(api, f"{own}_kept", available_everywhere=False)


def made(answer: httpx.Response) -> dict[str, object]:
    answer.raise_for_status()
    return dict(answer.json())


def make_event(api: httpx.Client, name: str, **more: object) -> str:
    return str(made(api.post("/event-types", json={"name": name, **more}))["name"])


def make_lead(api: httpx.Client, campaign: str, transaction_id: str) -> None:
    made(api.post("/leads", json={"campaign": campaign, "transaction_id": transaction_id}))


def fire(api: httpx.Client, event: str, transaction_id: str, **more: object) -> httpx.Response:
    fact = {"event": event, "transaction_id": transaction_id, **more}
    return api.post("/events", json=fact)


def stands(api: httpx.Client, campaign: str, event: str) -> dict[str, object]:
    found = api.get(f"/campaigns/{campaign}/events").json()["items"]
    return next(each for each in found if each["name"] == event)


def open_manager(page: Page, server: Server, campaign: str) -> Locator:
    page.goto(f"{server.url}/campaigns/{campaign}{MANAGER}")
    table = page.get_by_role("table", name="Events of this campaign")
    expect(table).to_be_visible()
    return table


def open_event(page: Page, server: Server, campaign: str, event: str) -> None:
    page.goto(f"{server.url}/campaigns/{campaign}{MANAGER}&event={event}")
    expect(page.get_by_role("heading", name=f"{event} in this campaign")).to_be_visible()


def row_of(table: Locator, event: str) -> Locator:
    return table.get_by_role("row").filter(has=table.page.get_by_role("link", name=event))


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Unsaved changes")).to_be_hidden()


def test_s4_an_event_kept_for_some_campaigns_is_assigned_and_taken_back_by_its_switch(
    signed_in: Page, server: Server, api: httpx.Client, campaign: str, event: str
) -> None:
    row = row_of(open_manager(signed_in, server, campaign), event)
    expect(row).to_contain_text("Not available")
    switch = row.get_by_role("switch", name=f"{event} in this campaign")
    switch.click()
    expect(row).to_contain_text("Assigned here")
    make_lead(api, campaign, f"t-{event}")
    assert fire(api, event, f"t-{event}").status_code == 201
    switch.click()
    expect(row).to_contain_text("Not available")
    expect(row).not_to_contain_text("Off here")
    assert stands(api, campaign, event)["enabled"] is False
    refused = fire(api, event, f"t-{event}")
    assert refused.json()["code"] == "event_not_available"


def test_s4_an_event_of_all_campaigns_is_switched_off_in_one(
    signed_in: Page, server: Server, api: httpx.Client, campaign: str, own: str
) -> None:
    event = make_event(api, f"{own}_all")
    row = row_of(open_manager(signed_in, server, campaign), event)
    expect(row).to_contain_text("Everywhere")
    row.get_by_role("switch").click()
    expect(row).to_contain_text("Off here")
    make_lead(api, campaign, f"t-{event}")
    assert fire(api, event, f"t-{event}").json()["code"] == "event_not_available"
    row.get_by_role("switch").click()
    expect(row).not_to_contain_text("Off here")
    assert fire(api, event, f"t-{event}").status_code == 201


def test_s4_flags_and_dedupe_are_overridden_here_marked_as_such_and_returned(
    signed_in: Page, server: Server, api: httpx.Client, campaign: str, own: str
) -> None:
    event = make_event(api, f"{own}_all")
    open_event(signed_in, server, campaign, event)
    expect(signed_in.get_by_label("Conversion Event", exact=True)).to_contain_text("Inherit (off)")
    expect(signed_in.get_by_label("Multi-Trigger")).to_contain_text("Inherit (once per lead)")
    signed_in.get_by_label("Conversion Event", exact=True).select_option("on")
    signed_in.get_by_label("Multi-Trigger").select_option("window")
    signed_in.get_by_label("Window in minutes").fill("ninety")
    signed_in.get_by_role("button", name="Save").click()
    expect(signed_in.get_by_text("Give whole minutes from 1 to")).to_be_visible()
    signed_in.get_by_label("Window in minutes").fill("90")
    save(signed_in)
    here = stands(api, campaign, event)
    assert (here["is_conversion"], here["dedupe"]) == (True, {"window_minutes": 90})
    assert api.get(f"/event-types/{event}").json()["is_conversion"] is False

    signed_in.get_by_role("link", name="All events of this campaign").click()
    row = row_of(signed_in.get_by_role("table", name="Events of this campaign"), event)
    expect(row).to_contain_text("Conversion · overridden here")
    expect(row).to_contain_text("Once in 90 minutes")
    row.get_by_role("link", name="Customise").click()
    signed_in.get_by_role("button", name="Return to inherited").click()
    question = signed_in.get_by_role("alertdialog")
    expect(question).to_contain_text("conversion off")
    question.get_by_role("button", name="Return to inherited").click()
    expect(signed_in.get_by_text("Everything is inherited")).to_be_visible()
    expect(signed_in.get_by_label("Conversion Event", exact=True)).to_have_value("")
    assert stands(api, campaign, event)["is_conversion"] is False


def test_a_second_conversion_event_is_warned_of_beside_its_choice_and_in_the_table(
    signed_in: Page, server: Server, api: httpx.Client, campaign: str, own: str
) -> None:
    # The sentence names three events at most, in their order.
    first = make_event(api, f"a1_{own}", available_everywhere=False, is_conversion=True)
    second = make_event(api, f"{own}_b", available_everywhere=False)
    for event in (first, second):
        made(api.put(f"/campaigns/{campaign}/events/{event}", json={"enabled": True}))
    open_event(signed_in, server, campaign, second)
    choice = signed_in.get_by_label("Conversion Event", exact=True)
    choice.select_option("on")
    beside = signed_in.get_by_role("status").filter(has_text="A second conversion event")
    expect(beside).to_contain_text(f"“{first}”")
    choice.select_option("off")
    expect(beside).to_be_hidden()
    choice.select_option("on")
    save(signed_in)
    table = open_manager(signed_in, server, campaign)
    warning = signed_in.get_by_role("status").filter(has_text="count as conversions here")
    expect(warning).to_contain_text(f"“{first}”")
    expect(warning).to_contain_text(f"“{second}”")
    expect(row_of(table, second).get_by_role("img")).to_be_visible()


def test_what_somebody_else_chose_first_stands_beside_mine_and_is_not_overwritten(
    signed_in: Page, server: Server, api: httpx.Client, campaign: str, event: str
) -> None:
    open_event(signed_in, server, campaign, event)
    signed_in.get_by_label("In this campaign", exact=True).select_option("on")
    path = f"/campaigns/{campaign}/events/{event}"
    made(api.put(path, json={"is_conversion": True}))
    versions = signed_in.get_by_role("region", name="Two versions")
    expect(versions).to_be_visible()
    signed_in.get_by_role("button", name="Save", exact=True).click()
    expect(versions.get_by_role("listitem").filter(has_text="Conversion Event")).to_contain_text(
        "Theirs"
    )
    assert stands(api, campaign, event)["enabled"] is False
    versions.get_by_role("button", name="Keep mine").click()
    expect(versions).to_be_hidden()
    here = stands(api, campaign, event)
    assert (here["enabled"], here["is_conversion"]) == (True, False)


def test_an_event_list_is_assigned_with_what_it_brings_and_taken_away_with_what_it_costs(
    signed_in: Page, server: Server, api: httpx.Client, campaign: str, event: str
) -> None:
    name = f"List {campaign}"
    made(api.post("/event-lists", json={"name": name, "events": [event]}))
    row = row_of(open_manager(signed_in, server, campaign), event)
    signed_in.get_by_role("button", name="Assign event list").click()
    dialog = signed_in.get_by_role("dialog")
    dialog.get_by_label("Event list", exact=True).select_option(name)
    expect(dialog.get_by_role("list", name="This campaign gains")).to_have_text(event)
    dialog.get_by_role("button", name="Save").click()
    expect(row.get_by_role("link", name=f"“{name}”")).to_be_visible()
    assert stands(api, campaign, event)["origin"] == "list"
    signed_in.get_by_role("button", name=f"Remove {name}").click()
    question = signed_in.get_by_role("alertdialog")
    expect(question).to_contain_text(f"“{event}” can no longer fire")
    question.get_by_role("button", name="Remove list").click()
    expect(row).to_contain_text("Not available")


def test_the_search_and_the_open_event_stand_in_the_address(
    signed_in: Page, server: Server, campaign: str, event: str
) -> None:
    open_manager(signed_in, server, campaign)
    signed_in.get_by_label("Search events").fill(event.upper())
    expect(signed_in).to_have_url(at(server, f"/campaigns/{campaign}{MANAGER}&q={event.upper()}"))
    signed_in.reload()
    expect(signed_in.get_by_label("Search events")).to_have_value(event.upper())
    table = signed_in.get_by_role("table", name="Events of this campaign")
    expect(table.get_by_role("row")).to_have_count(2)
    signed_in.get_by_label("Search events").fill("no such thing {}")
    signed_in.get_by_role("button", name="Clear filters").click()
    row_of(table, event).get_by_role("link", name="Customise").click()
    expect(signed_in).to_have_url(at(server, f"/campaigns/{campaign}{MANAGER}&event={event}"))
    signed_in.reload()
    expect(signed_in.get_by_role("heading", name=f"{event} in this campaign")).to_be_visible()
    signed_in.go_back()
    expect(table).to_be_visible()


def test_another_persons_switch_is_seen_by_itself(
    signed_in: Page, server: Server, context: BrowserContext, campaign: str, event: str
) -> None:
    row = row_of(open_manager(signed_in, server, campaign), event)
    other = context.new_page()
    row_of(open_manager(other, server, campaign), event).get_by_role("switch").click()
    expect(row.get_by_role("switch")).to_be_checked()


def test_an_event_that_does_not_exist_leads_back_to_all(
    signed_in: Page, server: Server, campaign: str
) -> None:
    signed_in.goto(f"{server.url}/campaigns/{campaign}{MANAGER}&event=%7Bx%7D'\"")
    expect(signed_in.get_by_text("There is no such event")).to_be_visible()


def test_a_campaigns_postbacks_have_a_tab_of_their_own(
    signed_in: Page, server: Server, campaign: str
) -> None:
    signed_in.goto(f"{server.url}/campaigns/{campaign}")
    signed_in.get_by_role("link", name="Postbacks").click()
    signed_in.get_by_role("link", name="Add Postback URL").click()
    expect(signed_in).to_have_url(at(server, f"/campaigns/{campaign}/postbacks/new"))


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_event_manager_is_accessible(
    browser: Browser,
    server: Server,
    api: httpx.Client,
    own: str,
    mode: str,
    width: int,
) -> None:
    campaign = str(made(api.post("/campaigns", json={"key": own, "name": own}))["key"])
    event = make_event(api, f"{own}_all", is_conversion=True, dedupe="once_per_order")
    made(api.put(f"/campaigns/{campaign}/events/{event}", json={"is_conversion": False}))
    field = {"name": "policy_no", "type": "text", "required": True}
    made(api.post(f"/campaigns/{campaign}/events/{event}/fields", json=field))
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if mode == "dark" else "light",
    )
    page = context.new_page()
    sign_in(page, server)
    open_manager(page, server, campaign)
    assert grave(page) == []
    open_event(page, server, campaign, event)
    assert grave(page) == []
    page.get_by_role("button", name="Add Custom Field").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert grave(page) == []
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()


def grave(page: Page) -> list[str]:
    # A colour on its way from one to the other has no contrast worth measuring.
    page.add_style_tag(content="*{animation:none!important;transition:none!important}")
    found = Axe().run(page).response["violations"]
    return [each["id"] for each in found if each["impact"] in {"serious", "critical"}]
