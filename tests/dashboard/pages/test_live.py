"""Open pages follow the database by themselves."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.dashboard.pages.conftest import AddCampaign, at
from tests.dashboard.server import Server


@pytest.fixture
def campaigns(signed_in: Page, server: Server, add_campaign: AddCampaign) -> Page:
    signed_in.goto(f"{server.url}/campaigns")
    return signed_in


def test_a_commit_of_another_process_appears_without_a_reload(
    campaigns: Page, add_campaign: AddCampaign
) -> None:
    loads: list[str] = []
    campaigns.on("load", lambda page: loads.append(page.url))
    add_campaign("Arrived live")
    expect(campaigns.get_by_text("Arrived live").first).to_be_visible()
    assert loads == []


def test_every_open_tab_hears_of_it(
    campaigns: Page, context: BrowserContext, server: Server, add_campaign: AddCampaign
) -> None:
    others = [context.new_page() for _ in range(3)]
    for other in others:
        other.goto(f"{server.url}/campaigns")
    add_campaign("For all tabs")
    for page in (campaigns, *others):
        expect(page.get_by_text("For all tabs").first).to_be_visible()


def test_a_page_goes_on_living_after_the_person_went_away_and_came_back(
    campaigns: Page, server: Server, add_campaign: AddCampaign
) -> None:
    campaigns.get_by_role("link", name="Leads", exact=True).first.click()
    campaigns.wait_for_url(at(server, "/leads"))
    add_campaign("While away")
    campaigns.go_back()
    expect(campaigns.get_by_text("While away").first).to_be_visible()
    add_campaign("After coming back")
    expect(campaigns.get_by_text("After coming back").first).to_be_visible()


def test_a_page_that_was_left_asks_nothing_more(
    campaigns: Page, context: BrowserContext, server: Server, add_campaign: AddCampaign
) -> None:
    watching = context.new_page()
    watching.goto(f"{server.url}/campaigns")
    campaigns.get_by_role("link", name="Leads", exact=True).first.click()
    campaigns.wait_for_url(at(server, "/leads"))
    expect(campaigns.get_by_role("heading", name="Leads").first).to_be_visible()
    frames: list[str] = []
    protocol = context.new_cdp_session(campaigns)
    protocol.send("Network.enable")
    protocol.on(
        "Network.webSocketFrameReceived",
        lambda event: frames.append(event["response"]["payloadData"]),
    )
    add_campaign("Nobody asks for this")
    expect(watching.get_by_text("Nobody asks for this").first).to_be_visible()
    campaigns.evaluate("() => 0")  # what was sent to this tab by now has arrived
    assert not [text for text in frames if "campaigns___state" in text]


def test_a_page_goes_on_living_after_the_server_was_restarted(
    campaigns: Page, server: Server, add_campaign: AddCampaign
) -> None:
    server.stop()
    server.start()
    add_campaign("After the restart")
    expect(campaigns.get_by_text("After the restart").first).to_be_visible(timeout=20_000)


def test_the_viewers_time_zone_is_known_at_once(signed_in: Page) -> None:
    expect(signed_in.get_by_text("Europe/Berlin").first).to_be_visible()
