"""Postbacks of events, campaigns and affiliates in one editor, in a real browser."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

import httpx
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.dashboard.pages.test_raw_socket import Intruder, cookie_header, run_apart
from tests.dashboard.server import Server

LEVELS = ("event", "campaign", "affiliate")


@dataclass(frozen=True, slots=True)
class World:
    """An event, a campaign with a lead and an affiliate, all of the test's own."""

    api: httpx.Client
    name: str

    @property
    def key(self) -> str:
        return self.name.replace("_", "-")

    @property
    def lead(self) -> str:
        return f"t-{self.key}"

    def path(self, level: str) -> str:
        return {
            "event": f"/settings/events/{self.name}",
            "campaign": f"/campaigns/{self.key}",
            "affiliate": f"/affiliates/{self.key}",
        }[level]

    def words(self, level: str) -> str:
        """Return how the editor says whose the postback is."""
        name = {"event": self.name, "campaign": f"Campaign {self.name}"}
        return f"Level: {level.capitalize()} {name.get(level, f'Source {self.name}')}"

    def add(self, level: str, **data: object) -> str:
        """Add a postback by the API and return its id."""
        owner = {
            "event": f"/event-types/{self.name}",
            "campaign": f"/campaigns/{self.key}",
            "affiliate": f"/affiliates/{self.key}",
        }[level]
        return str(answer(self.api.post(f"{owner}/postbacks", json=data))["id"])

    def fire(self) -> str:
        fact = {"event": self.name, "transaction_id": self.lead, "campaign": self.key}
        return str(answer(self.api.post("/events", json=fact))["event_id"])

    def deliveries(self, event_id: str) -> list[dict[str, str]]:
        found = answer(self.api.get(f"/events/{event_id}"))["deliveries"]
        assert isinstance(found, list)
        return found


def answer(response: httpx.Response) -> dict[str, object]:
    assert response.is_success, response.text
    return dict(response.json())


@pytest.fixture(scope="module")
def api(empty_server: Server) -> Iterator[httpx.Client]:
    """Return a client with the key that the command line made."""
    key = empty_server.command("create-key", "--name", "levels", "--scope", "admin")
    with httpx.Client(
        base_url=f"{empty_server.url}/api/v1", headers={"Authorization": f"Bearer {key}"}
    ) as client:
        yield client


@pytest.fixture
def world(api: httpx.Client, request: pytest.FixtureRequest) -> World:
    name = f"lv_{crc32(request.node.name.encode())}"
    made = World(api, name)
    event = {"name": name, "is_affiliate_conversion": True}
    answer(api.post("/event-types", json=event))
    answer(api.post("/campaigns", json={"key": made.key, "name": f"Campaign {name}"}))
    answer(api.post("/affiliates", json={"key": made.key, "name": f"Source {name}"}))
    lead = {"campaign": made.key, "transaction_id": made.lead, "affiliate": made.key}
    answer(api.post("/leads", json=lead))
    return made


def open_new(page: Page, server: Server, world: World, level: str) -> None:
    page.goto(f"{server.url}{world.path(level)}/postbacks/new")
    expect(page.get_by_label("Destination URL")).to_be_visible()


def fires_together(page: Page, world: World) -> Locator:
    """Return the lines of the test's own owners: every campaign's postbacks fire for an event."""
    lines = page.get_by_role("list", name="Fires together with").get_by_role("listitem")
    return lines.filter(has_text=world.name)


def save(page: Page) -> None:
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(re.compile("/postbacks/pb_"))
    expect(page.get_by_text("All changes saved")).to_be_visible()


@pytest.mark.parametrize("level", LEVELS)
def test_s8_a_postback_is_added_at_each_level_and_fires(
    level: str, signed_in: Page, server: Server, world: World
) -> None:
    open_new(signed_in, server, world, level)
    expect(signed_in.get_by_text(world.words(level), exact=True)).to_be_visible()
    signed_in.get_by_role("button", name="Use the test receiver").click()
    expect(signed_in.get_by_text("Calls appear at once in")).to_be_visible()
    save(signed_in)
    signed_in.reload()
    expect(signed_in.get_by_text(world.words(level), exact=True)).to_be_visible()
    (delivery,) = world.deliveries(world.fire())
    assert delivery["level"] == level
    assert signed_in.url.endswith(delivery["postback_id"])
    signed_in.get_by_role("link", name=f"Back to {level}").click()
    expect(signed_in).to_have_url(re.compile(re.escape(world.path(level))))


@pytest.mark.parametrize(
    ("level", "campaign", "affiliate"),
    [("event", 1, 1), ("campaign", 0, 1), ("affiliate", 1, 0)],
)
def test_a_level_has_no_filter_of_its_own_kind(
    level: str, campaign: int, affiliate: int, signed_in: Page, server: Server, world: World
) -> None:
    open_new(signed_in, server, world, level)
    expect(signed_in.get_by_label("Campaign", exact=True)).to_have_count(campaign)
    expect(signed_in.get_by_label("Affiliate", exact=True)).to_have_count(affiliate)


def test_s8_the_filters_are_kept_and_decide_what_fires(
    signed_in: Page, server: Server, world: World, api: httpx.Client
) -> None:
    open_new(signed_in, server, world, "event")
    signed_in.get_by_label("Destination URL").fill("https://partner.example.com/filtered")
    signed_in.get_by_label("Campaign", exact=True).select_option(world.key)
    signed_in.get_by_label("Affiliate", exact=True).select_option(world.key)
    save(signed_in)
    signed_in.reload()
    expect(signed_in.get_by_label("Campaign", exact=True)).to_have_value(world.key)
    expect(signed_in.get_by_label("Affiliate", exact=True)).to_have_value(world.key)
    assert len(world.deliveries(world.fire())) == 1
    stranger = {"campaign": world.key, "transaction_id": f"{world.lead}-2"}
    answer(api.post("/leads", json=stranger))
    fact = {"event": world.name, "transaction_id": f"{world.lead}-2"}
    assert answer(api.post("/events", json=fact))["deliveries"] == 0
    signed_in.get_by_role("link", name="Back to event").click()
    expect(signed_in.get_by_text(f"Only campaign {world.key}")).to_be_visible()
    expect(signed_in.get_by_text(f"Only affiliate {world.key}")).to_be_visible()


def test_s8_the_editor_shows_which_other_postbacks_fire_at_the_same_moment(
    signed_in: Page, server: Server, world: World, api: httpx.Client
) -> None:
    of_campaign = world.add("campaign", url="https://crm.example.com/of-campaign")
    world.add("affiliate", url="https://ads.example.com/of-affiliate", campaign=world.key)
    late = ["approved"]
    world.add("event", url="https://late.example.com/", on_conversion_status=late)
    world.add("event", url="https://off.example.com/", enabled=False)
    answer(api.post("/campaigns", json={"key": f"{world.key}-2", "name": "Elsewhere"}))
    open_new(signed_in, server, world, "event")
    together = fires_together(signed_in, world)
    expect(together).to_have_count(2)
    expect(together.nth(0)).to_contain_text(f"Affiliate Source {world.name}")
    expect(together.nth(0)).to_contain_text(f"Only campaign {world.key}")
    expect(together.nth(1)).to_contain_text(f"Campaign Campaign {world.name}")
    expect(together.nth(1)).to_contain_text("https://crm.example.com/of-campaign")
    expect(together.nth(1).get_by_role("link")).to_have_attribute(
        "href", f"{world.path('campaign')}/postbacks/{of_campaign}"
    )
    expect(signed_in.get_by_text("it is sent once, by the narrower level")).to_be_visible()
    signed_in.get_by_label("Campaign", exact=True).select_option(f"{world.key}-2")
    expect(together).to_have_count(0)
    signed_in.get_by_label("Campaign", exact=True).select_option("")
    expect(together).to_have_count(2)
    signed_in.get_by_label("Its conversion status changes to").click()
    signed_in.get_by_label("approved").click()
    expect(together).to_have_count(1)
    expect(together).to_contain_text("When the status becomes approved")


def test_s8_equal_requests_are_marked_and_only_the_narrower_level_sends(
    signed_in: Page, server: Server, world: World
) -> None:
    url = f"{server.url}/echo/nobody?t={{transaction_id}}"
    world.add("campaign", url=url)
    open_new(signed_in, server, world, "event")
    signed_in.get_by_label("Destination URL").fill(url)
    expect(signed_in.get_by_text("Same request: sent once")).to_be_visible()
    save(signed_in)
    by_level = {each["level"]: each for each in world.deliveries(world.fire())}
    assert by_level["event"]["status"] == "skipped"
    assert by_level["event"]["reason"] == "same_request"
    assert by_level["campaign"]["status"] != "skipped"


def test_what_fires_together_follows_changes_of_others(
    signed_in: Page, server: Server, world: World, api: httpx.Client
) -> None:
    open_new(signed_in, server, world, "event")
    other = world.add("campaign", url="https://crm.example.com/live")
    expect(fires_together(signed_in, world)).to_have_count(1)
    api.delete(f"/postbacks/{other}").raise_for_status()
    expect(fires_together(signed_in, world)).to_have_count(0)


def test_a_postback_alone_says_so(signed_in: Page, server: Server, world: World) -> None:
    statuses = ["on_hold"]  # nothing else in this installation waits for it
    only = world.add("event", url="https://alone.example.com/", on_conversion_status=statuses)
    signed_in.goto(f"{server.url}{world.path('event')}/postbacks/{only}")
    expect(signed_in.get_by_text("Nothing else is called at that moment.")).to_be_visible()


def test_a_postback_that_waits_for_a_status_fires_at_the_change(
    signed_in: Page, server: Server, world: World, api: httpx.Client
) -> None:
    open_new(signed_in, server, world, "event")
    signed_in.get_by_label("Destination URL").fill(
        "https://partner.example.com/?s={conversion_status}"
    )
    signed_in.get_by_label("Its conversion status changes to").click()
    signed_in.get_by_role("button", name="Save").click()
    expect(signed_in.get_by_text("Choose at least one status")).to_be_visible()
    signed_in.get_by_label("reversed").click()
    expect(signed_in.get_by_text("Choose at least one status")).to_be_hidden()
    expect(signed_in.get_by_role("group", name="Request URL")).to_have_text(
        "https://partner.example.com/?s=reversed"
    )
    save(signed_in)
    signed_in.reload()
    expect(signed_in.get_by_label("reversed")).to_be_checked()
    expect(signed_in.get_by_label("approved")).not_to_be_checked()
    event_id = world.fire()
    assert world.deliveries(event_id) == []
    change = {"to": "reversed", "reason": "charge-back"}
    answer(api.post(f"/events/{event_id}/conversion-status", json=change))
    assert len(world.deliveries(event_id)) == 1


def test_s11_custom_fields_are_offered_as_macros_where_they_exist(
    signed_in: Page, server: Server, world: World, api: httpx.Client
) -> None:
    field = {"name": "policy_no", "type": "text", "example": "P-7"}
    answer(api.post(f"/campaigns/{world.key}/events/{world.name}/fields", json=field))
    answer(api.post("/campaigns", json={"key": f"{world.key}-2", "name": "Without fields"}))
    open_new(signed_in, server, world, "event")
    option = signed_in.get_by_role("option", name="{field:policy_no}")
    signed_in.get_by_role("button", name="Insert macro").first.click()
    signed_in.get_by_label("Find a macro").fill("policy")
    expect(option).to_contain_text("P-7")
    option.click()
    expect(signed_in.get_by_label("Destination URL")).to_have_value("{field:policy_no}")
    signed_in.get_by_label("Destination URL").fill(
        "https://partner.example.com/?n={field:policy_no}"
    )
    signed_in.get_by_label("Campaign", exact=True).select_option(world.key)
    expect(signed_in.get_by_role("group", name="Request URL")).to_have_text(
        "https://partner.example.com/?n=P-7"
    )
    signed_in.get_by_label("Campaign", exact=True).select_option(f"{world.key}-2")
    signed_in.get_by_role("button", name="Insert macro").first.click()
    signed_in.get_by_label("Find a macro").fill("policy")
    expect(signed_in.get_by_text("No macro matches")).to_be_visible()


@pytest.mark.parametrize("level", ["campaign", "affiliate"])
def test_a_postback_is_not_found_below_another_owner(
    level: str, signed_in: Page, server: Server, world: World
) -> None:
    of_event = world.add("event", url="https://partner.example.com/of-event")
    signed_in.goto(f"{server.url}{world.path(level)}/postbacks/{of_event}")
    expect(signed_in.get_by_text("There is no such postback")).to_be_visible()
    signed_in.get_by_role("link", name=f"All {level}s").click()
    expect(signed_in).to_have_url(re.compile(f"/{level}s/?$"))


@pytest.mark.parametrize("level", LEVELS)
def test_an_owner_that_does_not_exist_has_no_editor(
    level: str, signed_in: Page, server: Server, world: World
) -> None:
    signed_in.goto(f"{server.url}{world.path(level)}-nope/postbacks/new")
    expect(signed_in.get_by_text("There is no such postback")).to_be_visible()


def test_forged_ids_and_owners_change_nothing(
    signed_in: Page, context: BrowserContext, server: Server, world: World, api: httpx.Client
) -> None:
    """A page's handlers know only the postbacks of the owner that the page shows."""
    victim = world.add("campaign", url="https://crm.example.com/untouched")
    before = answer(api.get(f"/postbacks/{victim}"))
    intruder = Intruder(server, cookie=cookie_header(context), token=f"forger-{world.key}")
    listed = (
        "reflex___state____state.dashboard___pages___event___postbacks_state____postbacks_state"
    )
    form = "reflex___state____state.dashboard___pages___postback___state____postback_state"

    async def forge() -> None:
        async with intruder:
            for path in (world.path("event"), f"{world.path('event')}/postbacks/{victim}"):
                await intruder.ask("reflex___state____state.hydrate_and_load", {}, path=path)
                for name, payload in (
                    (f"{listed}.switch", {"postback_id": victim, "is_on": False}),
                    (f"{listed}.ask", {"postback_id": victim}),
                    (f"{listed}.archive", {}),
                    (f"{form}.set_url", {"url": "https://evil.example.com/"}),
                    (f"{form}.set_campaign", {"campaign": world.key}),
                    (f"{form}.keep_mine", {}),
                    (f"{form}.save", {"form": {}}),
                    (f"{form}.take_theirs", {}),
                ):
                    await intruder.ask(name, payload, path=path)
                await intruder.settle()

    logged = len(server.log.read_bytes())
    run_apart(forge())
    assert answer(api.get(f"/postbacks/{victim}")) == before
    assert answer(api.get(f"/event-types/{world.name}/postbacks"))["items"] == []
    assert b"Traceback" not in server.log.read_bytes()[logged:]
    assert any("There is no postback" in text for text in intruder.received)
