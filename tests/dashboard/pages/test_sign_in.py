"""The way in and the way out, in a real browser against the real server."""

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.dashboard.pages.conftest import EMAIL, AddCampaign, FirstVisit, at, sign_in
from tests.dashboard.server import Server


def cookie_of(context: BrowserContext) -> dict:
    found = [each for each in context.cookies() if each["name"] == "afterlead_session"]
    assert len(found) == 1, found
    return found[0]


def test_the_first_visitor_becomes_the_owner(first_visit: FirstVisit) -> None:
    assert first_visit.led_to.rstrip("/") == "/setup"
    assert first_visit.arrived_at == "/"
    assert len(set(first_visit.complaints)) == 3, "each mistake has a sentence of its own"


def test_later_visitors_sign_in_and_arrive_where_they_wanted(page: Page, server: Server) -> None:
    sign_in(page, server, path="/campaigns?q=auto")
    expect(page).to_have_url(at(server, "/campaigns/?q=auto"))
    page.goto(f"{server.url}/setup")
    expect(page).to_have_url(at(server, "/"))


def test_a_wrong_password_and_an_unknown_person_sound_the_same(page: Page, server: Server) -> None:
    sentences = set()
    for email in (EMAIL, "nobody@example.com"):
        page.goto(f"{server.url}/login")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill("not this one")
        page.get_by_role("button", name="Sign in").click()
        sentences.add(page.get_by_role("alert").inner_text())
    assert len(sentences) == 1


def test_a_password_never_gets_into_the_address(browser: Browser, server: Server) -> None:
    # What a page is before its scripts run: whatever is submitted then, the browser sends.
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server.url}/login")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill("not this one")
    page.get_by_label("Password").press("Enter")
    page.get_by_role("button", name="Sign in").click(force=True)
    expect(page.get_by_label("Password")).to_have_value("not this one")
    expect(page).to_have_url(at(server, "/login"))
    context.close()


@pytest.mark.parametrize("target", ["https://example.com/", "//example.com", "/\\example.com"])
def test_nobody_is_led_off_this_site(page: Page, server: Server, target: str) -> None:
    sign_in(page, server, path=f"/login?next={target}")
    expect(page).to_have_url(at(server, "/"))


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(
    signed_in: Page, context: BrowserContext
) -> None:
    cookie = cookie_of(context)
    assert cookie["httpOnly"]
    assert (cookie["sameSite"], cookie["path"]) == ("Lax", "/")
    assert cookie["value"] not in signed_in.evaluate("JSON.stringify(sessionStorage)")


def test_a_ticket_is_good_for_nothing_but_one_sign_in(server: Server) -> None:
    answer = httpx.get(f"{server.url}/api/session/never-issued?next=/leads")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert "set-cookie" not in answer.headers


def test_another_site_cannot_sign_anybody_out(
    signed_in: Page, context: BrowserContext, server: Server
) -> None:
    cookies = {"afterlead_session": cookie_of(context)["value"]}
    for headers in ({"Origin": "https://evil.example"}, {}):
        answer = httpx.post(f"{server.url}/api/sign-out", headers=headers, cookies=cookies)
        assert answer.status_code == 403
    signed_in.goto(f"{server.url}/leads")
    expect(signed_in).to_have_url(at(server, "/leads/"))


def test_signing_out_ends_every_tab(
    signed_in: Page, context: BrowserContext, server: Server, add_campaign: AddCampaign
) -> None:
    add_campaign("Before sign out")
    other = context.new_page()
    other.goto(f"{server.url}/campaigns")
    expect(other.get_by_text("Before sign out").first).to_be_visible()
    signed_in.get_by_role("button", name="Account").click()
    signed_in.get_by_role("button", name="Sign out").click()
    expect(signed_in).to_have_url(at(server, "/login/"))
    assert [each["name"] for each in context.cookies()] == ["afterlead_time_zone"]
    # The other tab follows the database: the next change is where it learns of it.
    add_campaign("After sign out")
    expect(other).to_have_url(at(server, "/login/?next=%2Fcampaigns"))
    assert "After sign out" not in other.content()


def test_a_tab_tells_the_next_person_nothing_of_the_one_before(
    signed_in: Page, context: BrowserContext, server: Server, add_campaign: AddCampaign
) -> None:
    add_campaign("Seen by Ann")
    signed_in.goto(f"{server.url}/campaigns")
    expect(signed_in.get_by_text("Seen by Ann").first).to_be_visible()
    frames: list[str] = []
    signed_in.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda text: frames.append(str(text))),
    )
    context.clear_cookies()
    signed_in.goto(f"{server.url}/login")
    expect(signed_in.get_by_label("E-mail")).to_be_visible()
    expect(signed_in.get_by_role("button", name="Sign in")).to_be_enabled()
    signed_in.wait_for_function("() => performance.now() > 500")
    assert frames, "the tab has connected again"
    assert not [text for text in frames if "Seen by Ann" in text or EMAIL in text]
