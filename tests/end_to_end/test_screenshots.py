"""Every page, in light and dark, on a wide window and on phones: clean, readable, and kept.

With KEEP_SCREENSHOTS=1 (`make screenshots`) the pictures in docs/screenshots are made anew.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from dashboard import routes
from tests.dashboard.server import ROOT, Server

FOLDER = ROOT / "docs" / "screenshots"
IS_KEPT = os.environ.get("KEEP_SCREENSHOTS") == "1"
OWNER = "ann@example.com"
PASSWORD = "a quiet orange river"
MODES = ("light", "dark")
SIZES = ({"width": 1280, "height": 800}, {"width": 390, "height": 844})
NARROWEST = {"width": 320, "height": 640}
# A full page is cut off here: what lies below says little more, and a picture stays small.
MOST_HEIGHT = {1280: 1_000, 390: 1_600}
GRAVE = {"serious", "critical"}
# Nothing may move while a picture is taken, and no caret may blink in it.
STILL = "*,*::before,*::after{animation:none!important;transition:none!important}"


@dataclass(frozen=True, slots=True)
class Sight:
    """What to look at: a file name, an address, and a text that is there once the data are.

    `press` is the button that opens the dialog to be seen, `choose` an option in it.
    """

    name: str
    path: str
    shows: str
    press: str = ""
    choose: str = ""
    status: int = 200


NEW = (
    Sight("overview-empty", "/", "0 of 4 done"),
    Sight("events-empty", "/settings/events", "No events yet"),
    Sight("campaigns-empty", "/campaigns", "No campaign yet"),
    Sight("logs-empty", "/logs", "No event has fired yet"),
    Sight("deliveries-empty", routes.DELIVERIES, "No postback was due yet"),
    Sight("incoming-calls-empty", routes.INCOMING_CALLS, "No call came in yet"),
    Sight("affiliates-empty", "/affiliates", "No affiliate yet"),
    Sight("event-lists-empty", "/settings/event-lists", "No event list yet"),
    Sight("reports-empty", "/reports", "Nothing to report yet"),
    Sight("incoming-empty", "/incoming", "No incoming URL yet"),
    Sight("imports-empty", routes.IMPORTS, "Nothing imported yet"),
    Sight("alerts-empty", routes.ALERTS, "Nothing to report"),
    Sight("alert-channels-empty", routes.ALERT_CHANNELS, "No channel yet"),
)
FURNISHED = (
    Sight("overview", "/", "Latest events"),
    Sight("events", "/settings/events", "appointment_set"),
    Sight("event-new", routes.EVENT_NEW, "After saving you add"),
    Sight("event", "/settings/events/sale", "All campaigns"),
    Sight("postback-new", "/settings/events/sale/postbacks/new", "No partner at hand yet?"),
    Sight("postback", "/settings/events/sale/postbacks/{postback}", "Request body"),
    Sight("campaigns", "/campaigns", "Auto Insurance US"),
    Sight("campaign-new", "/campaigns", "Leads are captured for a campaign", "+ New Campaign"),
    Sight("campaign", "/campaigns/auto-us", "/api/v1/leads"),
    Sight("campaign-leads", "/campaigns/auto-us?tab=leads", "@example.com"),
    Sight("campaign-settings", "/campaigns/auto-us?tab=settings&part=general", "Archive…"),
    Sight("campaign-postbacks", "/campaigns/auto-us?tab=postbacks", "Add Postback URL"),
    Sight("event-manager", "/campaigns/auto-us?tab=settings&part=event-manager", "callback"),
    Sight(
        "event-manager-event",
        "/campaigns/auto-us?tab=settings&part=event-manager&event=sale",
        "policy_no",
    ),
    Sight("affiliates", "/affiliates", "North Star Media"),
    Sight("affiliate-new", "/affiliates", "A traffic source", "+ New Affiliate"),
    Sight("affiliate", "/affiliates/clickbridge", "/api/v1/leads"),
    Sight("affiliate-postbacks", "/affiliates/clickbridge?tab=postbacks", "Add Postback URL"),
    Sight("affiliate-leads", "/affiliates/clickbridge?tab=leads", "@example.com"),
    Sight("affiliate-settings", "/affiliates/clickbridge?tab=settings", "Archive…"),
    Sight("event-lists", "/settings/event-lists", "Personal advice"),
    Sight("event-list", "/settings/event-lists/{event_list}", "What changes"),
    Sight("event-list-new", routes.EVENT_LIST_NEW, "What changes"),
    Sight("leads", "/leads", "@example.com"),
    Sight("lead-new", "/leads", "Captured by hand", "+ New Lead"),
    Sight("lead", "/leads/{lead}", "Time line"),
    Sight("lead-trigger", "/leads/{lead}", "What it will do", "Trigger Event", "callback"),
    Sight("imports", routes.IMPORTS, "buyer-decisions.csv"),
    Sight("import", "/imports/{import}", "Why rows are not imported"),
    Sight("unmatched", "/logs/incoming?view=unmatched", "crm-778812"),
    Sight("logs", "/logs?range=7d", "delivered"),
    Sight("deliveries", "/logs/deliveries?range=7d", "delivered"),
    Sight("deliveries-causes", "/logs/deliveries?range=30d&view=causes", "have failed"),
    Sight("deliveries-resend", "/logs/deliveries?range=30d", "in the background", "Resend these…"),
    Sight("destinations", "/logs/deliveries?view=destinations", "Who is sending"),
    Sight("incoming-calls", "/logs/incoming?range=30d", "recorded"),
    Sight("incoming-call", "/logs/incoming/{call}", "What came in"),
    Sight("log-entry", "/logs/{delivered}", "Time line"),
    Sight("log-entry-retrying", "/logs/{retrying}", "Next try"),
    Sight("reports", "/reports", "Highest day"),
    Sight("reports-affiliate", "/reports?by=affiliate", "No affiliate"),
    Sight("incoming", "/incoming", "Clickbridge"),
    Sight("incoming-url", "/incoming/{incoming_url}", "Last calls"),
    Sight("alerts", routes.ALERTS, "failed for good"),
    Sight("alert-channels", routes.ALERT_CHANNELS, "On-call"),
    Sight("alert-channel", routes.ALERT_CHANNELS + "/{channel}", "What it is told"),
    Sight("api-keys", routes.API_KEYS, "Clickbridge"),
    Sight("users", routes.USERS, OWNER),
    Sight("user-invite", routes.USERS, "They choose a password", "+ Invite"),
    Sight("audit", routes.AUDIT, "On-call"),
    Sight("account", routes.ACCOUNT, "This browser"),
    Sight("test-receiver", "/test-receiver", "north-star-media"),
    Sight("test-receiver-name", "/test-receiver/clickbridge", "Parameter"),
    Sight("not-found", "/no-such-page", "does not exist", status=404),
)


@pytest.fixture(scope="module")
def owner(server: Server) -> None:
    arguments = ("--email", OWNER, "--role", "owner", "--password-stdin")
    server.command("create-user", *arguments, text=PASSWORD)


@pytest.fixture(scope="module")
def strangers(browser: Browser) -> Iterator[BrowserContext]:
    yield from _context(browser)


@pytest.fixture(scope="module")
def members(browser: Browser, server: Server, owner: None) -> Iterator[BrowserContext]:
    for opened in _context(browser):
        page = opened.new_page()
        page.goto(f"{server.url}/login")
        page.get_by_label("E-mail").fill(OWNER)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(re.compile(re.escape(server.url) + "/?$"))
        page.close()
        yield opened


def _context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(
        timezone_id="Europe/Berlin", locale="en-GB", reduced_motion="reduce"
    )
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def furnished(server: Server, api: httpx.Client) -> dict[str, str]:
    """Fill the installation with the demo and return the ids that addresses need."""
    server.command("seed", "--profile", "small")

    def first(path: str, name: str, **query: object) -> str:
        return str(api.get(path, params={"limit": 1, **query}).json()["items"][0][name])

    refused = api.post("/events", json={"event": "sale", "transaction_id": "crm-778812"})
    retrying = api.get("/events", params={"event": "rejected", "status": "retrying"}).json()
    sale = first("/events", "event_id", event="sale", campaign="solar-de", status="delivered")
    postbacks = api.get("/event-types/sale/postbacks").json()["items"]
    hook = {"name": "On-call", "kind": "url", "target": "https://hooks.example.com/alerts"}
    return {
        "postback": next(row["id"] for row in postbacks if row["method"] == "POST"),
        "lead": api.get(f"/events/{sale}").json()["lead_id"],
        "channel": api.post("/notice-channels", json=hook).json()["id"],
        "event_list": first("/event-lists", "id"),
        "call": refused.json()["submission_id"],
        "import": first("/imports", "id"),
        "incoming_url": first("/incoming-urls", "id"),
        "delivered": sale,
        "retrying": retrying["items"][-1]["event_id"],
    }


@pytest.fixture(scope="module")
def titles() -> dict[str, str]:
    """Return the paths that were seen so far, by the title of their page."""
    return {}


def test_the_first_page_of_a_new_installation(
    server: Server, strangers: BrowserContext, titles: dict[str, str]
) -> None:
    sight = Sight("setup", "/setup", "Create owner")
    assert look_at(sight, strangers, server, titles) == []


def test_the_way_in(
    server: Server, strangers: BrowserContext, owner: None, titles: dict[str, str]
) -> None:
    assert look_at(Sight("login", "/login", "Sign in"), strangers, server, titles) == []


@pytest.mark.parametrize("sight", NEW, ids=lambda sight: sight.name)
def test_a_page_without_data(
    sight: Sight, server: Server, members: BrowserContext, titles: dict[str, str]
) -> None:
    assert look_at(sight, members, server, titles) == []


@pytest.mark.parametrize("sight", FURNISHED, ids=lambda sight: sight.name)
def test_a_page_with_data(
    sight: Sight,
    server: Server,
    members: BrowserContext,
    furnished: dict[str, str],
    titles: dict[str, str],
) -> None:
    assert look_at(sight, members, server, titles, furnished) == []


def look_at(
    sight: Sight,
    context: BrowserContext,
    server: Server,
    titles: dict[str, str],
    ids: dict[str, str] | None = None,
) -> list[str]:
    """Show the page in both modes at every width and return what is wrong with it."""
    complaints: list[str] = []
    page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text) if is_fault(said, sight) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    path = sight.path.format(**(ids or {}))
    page.set_viewport_size(SIZES[0])
    answer = page.goto(server.url + path)
    assert answer is not None
    if answer.status != sight.status:
        complaints.append(f"answered {answer.status}")
    if sight.press:
        page.get_by_role("button", name=sight.press, exact=True).first.click()
    if sight.choose:
        dialog = page.get_by_role("dialog", name=sight.press)
        dialog.get_by_role("combobox").first.select_option(sight.choose)
    expect(page.get_by_text(sight.shows).first).to_be_visible()
    page.add_style_tag(content=STILL)
    for mode in MODES:
        page.emulate_media(color_scheme=mode)
        expect(page.locator("html")).to_have_class(re.compile(rf"\b{mode}\b"))
        for size in SIZES:
            page.set_viewport_size(size)
            name = f"{sight.name}-{mode}-{size['width']}"
            complaints += [f"{name}: {text}" for text in wrong_with(page)]
            keep(page, name)
    page.set_viewport_size(NARROWEST)
    complaints += [f"{sight.name}-{NARROWEST['width']}: {text}" for text in too_wide(page)]
    route = re.sub(r"\{\w+\}", "[id]", sight.path.partition("?")[0])
    if titles.setdefault(page.title(), route) != route:
        complaints.append(f"{route} and {titles[page.title()]} are both called “{page.title()}”")
    page.close()
    return complaints


def is_fault(said: ConsoleMessage, sight: Sight) -> bool:
    """Tell a page's errors from the browser's own line about a page that is not there."""
    return said.type == "error" and not (sight.status == 404 and "status of 404" in said.text)


def wrong_with(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return too_wide(page) + [
        f"{each['id']} at {each['nodes'][0]['html'][:200]}"
        for each in found
        if each["impact"] in GRAVE
    ]


def too_wide(page: Page) -> list[str]:
    root = "document.documentElement"
    wider = page.evaluate(f"{root}.scrollWidth - {root}.clientWidth")
    return [f"scrolls sideways by {wider} px"] if wider > 0 else []


def keep(page: Page, name: str) -> None:
    """Write the picture: a dialog as it stands in the window, all else down to the page's end."""
    if not IS_KEPT:
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    window = page.viewport_size
    assert window is not None
    height = page.evaluate("document.documentElement.scrollHeight")
    if page.get_by_role("dialog").count() == 0 and height > window["height"]:
        page.set_viewport_size(
            {"width": window["width"], "height": min(height, MOST_HEIGHT[window["width"]])}
        )
    page.screenshot(path=FOLDER / f"{name}.png", scale="css", caret="hide", animations="disabled")
