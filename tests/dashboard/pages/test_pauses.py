"""Pausing a postback and choosing what becomes of what it holds, in a real browser."""

import re
from zlib import crc32

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.dashboard.pages.test_postback_levels import LEVELS, World, answer
from tests.dashboard.server import Server

GRAVE = {"serious", "critical"}


@pytest.fixture
def world(api: httpx.Client, request: pytest.FixtureRequest) -> World:
    name = f"pz_{crc32(request.node.name.encode())}"
    made = World(api, name)
    event = {"name": name, "is_affiliate_conversion": True, "multi_trigger": True}
    answer(api.post("/event-types", json=event))
    answer(api.post("/campaigns", json={"key": made.key, "name": f"Campaign {name}"}))
    answer(api.post("/affiliates", json={"key": made.key, "name": f"Source {name}"}))
    lead = {"campaign": made.key, "transaction_id": made.lead, "affiliate": made.key}
    answer(api.post("/leads", json=lead))
    answer(api.post("/echo", json={"name": made.key}))
    return made


def receiver(server: Server, world: World, query: str = "") -> str:
    return f"{server.url}/echo/{world.key}?e={{event_id}}{query}"


def open_editor(page: Page, server: Server, world: World, level: str, postback_id: str) -> None:
    page.goto(f"{server.url}{world.path(level)}/postbacks/{postback_id}")
    expect(page.get_by_label("Destination URL")).to_be_visible()


def banner(page: Page, title: str) -> Locator:
    return page.locator(".al-banner").filter(has=page.get_by_text(title, exact=True))


def statuses(world: World, postback_id: str) -> list[str]:
    found = answer(world.api.get("/deliveries", params={"postback": postback_id}))["items"]
    assert isinstance(found, list)
    return sorted(row["status"] for row in found)


def test_a_paused_postback_says_so_holds_and_is_resumed_with_a_choice(
    signed_in: Page, server: Server, world: World
) -> None:
    own = world.add("event", url=receiver(server, world))
    open_editor(signed_in, server, world, "event", own)
    signed_in.get_by_role("button", name="Pause", exact=True).click()
    expect(signed_in.get_by_role("alertdialog")).to_contain_text("held, not lost")
    signed_in.get_by_role("button", name="Pause postback").click()
    paused = banner(signed_in, "Paused")
    expect(paused).to_contain_text("By hand")
    expect(paused).to_contain_text("nothing held yet")
    world.fire()
    expect(paused).to_contain_text("1 held")  # by itself
    paused.get_by_role("button", name="Resume…").click()
    dialog = signed_in.get_by_role("dialog")
    expect(dialog).to_contain_text("What becomes of the 1 delivery that it holds?")
    world.fire()
    expect(dialog).to_contain_text("What becomes of the 2 deliveries that it holds?")
    found = Axe().run(signed_in)
    assert [each["id"] for each in found.response["violations"] if each["impact"] in GRAVE] == []
    dialog.get_by_label("Discard all").click()
    dialog.get_by_role("button", name="Resume").click()
    expect(signed_in.get_by_text("Resumed. 2 are cancelled.")).to_be_visible()
    expect(paused).to_be_hidden()
    expect(signed_in.get_by_text(re.compile("0 sent, 2 cancelled"))).to_be_visible()
    assert statuses(world, own) == ["cancelled", "cancelled"]
    expect(signed_in.get_by_role("button", name="Pause", exact=True)).to_be_visible()


def test_send_all_sends_what_was_held(signed_in: Page, server: Server, world: World) -> None:
    own = world.add("campaign", url=receiver(server, world))
    answer(world.api.post(f"/postbacks/{own}/pause"))
    event_id = world.fire()
    open_editor(signed_in, server, world, "campaign", own)
    banner(signed_in, "Paused").get_by_role("button", name="Resume…").click()
    dialog = signed_in.get_by_role("dialog")
    expect(dialog.get_by_label("Send all")).to_be_checked()
    dialog.get_by_role("button", name="Resume").click()
    expect(signed_in.get_by_text("Resumed. 1 is sent.")).to_be_visible()
    signed_in.goto(f"{server.url}/logs/{event_id}")
    expect(signed_in.locator(".al-badge", has_text="delivered").first).to_be_visible()


def test_since_a_moment_counts_both_sides_of_it_in_the_viewers_zone(
    signed_in: Page, server: Server, world: World
) -> None:
    own = world.add("event", url=receiver(server, world))
    answer(world.api.post(f"/postbacks/{own}/pause"))
    world.fire()
    open_editor(signed_in, server, world, "event", own)
    banner(signed_in, "Paused").get_by_role("button", name="Resume…").click()
    dialog = signed_in.get_by_role("dialog")
    dialog.get_by_label("Send those since a moment").click()
    since = dialog.get_by_label("Since", exact=True)
    since.fill("2100-01-01T00:00")
    expect(dialog).to_contain_text("0 are sent; 1 is older and cancelled.")
    expect(dialog).to_contain_text("Europe/Berlin")
    since.fill("2020-01-01T00:00")
    expect(dialog).to_contain_text("1 is sent; 0 are older and cancelled.")
    since.fill("")
    expect(dialog.locator("#since-error")).to_contain_text("Give a date and a time.")
    dialog.get_by_role("button", name="Resume").click()
    expect(dialog.locator("#since-error")).to_contain_text("Give a date and a time.")
    assert statuses(world, own) == ["held"]


def test_a_dialog_that_stood_open_does_not_follow_to_the_next_page(
    signed_in: Page, server: Server, world: World
) -> None:
    own = world.add("event", url=receiver(server, world))
    answer(world.api.post(f"/postbacks/{own}/pause"))
    open_editor(signed_in, server, world, "event", own)
    banner(signed_in, "Paused").get_by_role("button", name="Resume…").click()
    expect(signed_in.get_by_role("dialog")).to_be_visible()
    signed_in.goto(f"{server.url}{world.path('event')}")
    expect(signed_in.get_by_role("list", name="Postbacks")).to_contain_text("Paused")
    expect(signed_in.get_by_role("dialog")).to_be_hidden()


@pytest.mark.parametrize("level", LEVELS)
def test_every_list_of_postbacks_shows_the_pause_and_ends_it(
    level: str, signed_in: Page, server: Server, world: World
) -> None:
    own = world.add(level, url=receiver(server, world))
    tab = "" if level == "event" else "?tab=postbacks"
    signed_in.goto(f"{server.url}{world.path(level)}{tab}")
    line = signed_in.get_by_role("list", name="Postbacks").get_by_role("listitem")
    line.get_by_role("button", name="Pause").click()
    signed_in.get_by_role("button", name="Pause postback").click()
    expect(line).to_contain_text("Paused")
    world.fire()
    expect(line).to_contain_text("By hand,")
    expect(line).to_contain_text("1 held")
    line.get_by_role("button", name="Archive").click()
    expect(signed_in.get_by_role("alertdialog")).to_contain_text("with 1 held")
    signed_in.get_by_role("button", name="Cancel").click()
    line.get_by_role("button", name="Resume…").click()
    signed_in.get_by_role("dialog").get_by_role("button", name="Resume").click()
    expect(line).not_to_contain_text("Paused")
    expect(line).to_contain_text("delivered")
    assert statuses(world, own) == ["delivered"]


def test_a_failing_postback_says_so_before_it_is_paused(
    signed_in: Page, server: Server, world: World
) -> None:
    own = world.add("event", url=receiver(server, world, "&status=500"))
    open_editor(signed_in, server, world, "event", own)
    world.fire()
    failing = banner(signed_in, "Failing")
    expect(failing).to_contain_text("1 failed try, the first")
    expect(failing).to_contain_text("500")
    expect(failing).to_contain_text("paused by itself")
    signed_in.goto(f"{server.url}{world.path('event')}")
    expect(signed_in.get_by_role("list", name="Postbacks")).to_contain_text("Failing")


def test_a_partner_whose_address_is_gone_pauses_the_postback(
    signed_in: Page, server: Server, world: World
) -> None:
    own = world.add("event", url=receiver(server, world, "&status=410"))
    open_editor(signed_in, server, world, "event", own)
    world.fire()
    expect(banner(signed_in, "Paused")).to_contain_text("this address is gone")


def test_somebody_else_who_resumes_it_is_heard_of_in_the_open_dialog(
    signed_in: Page, server: Server, world: World
) -> None:
    own = world.add("event", url=receiver(server, world))
    answer(world.api.post(f"/postbacks/{own}/pause"))
    world.fire()
    open_editor(signed_in, server, world, "event", own)
    banner(signed_in, "Paused").get_by_role("button", name="Resume…").click()
    dialog = signed_in.get_by_role("dialog")
    expect(dialog).to_contain_text("What becomes of the 1 delivery that it holds?")
    answer(world.api.post(f"/postbacks/{own}/resume", json={"held": "discard"}))
    expect(dialog).to_contain_text("This postback is not paused")
