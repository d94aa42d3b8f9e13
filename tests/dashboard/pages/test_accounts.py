"""People in the browser: invited, shown what they may do, signed in by two steps, and on record."""

import base64
import time

import httpx
import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from playwright.sync_api import Browser, Page, expect

from tests.dashboard.pages.conftest import PASSWORD, at, made, sign_in
from tests.dashboard.server import Server


def invite(page: Page, server: Server, email: str, role: str) -> str:
    """Invite a person as the owner, and return the link that is shown once."""
    page.goto(f"{server.url}/settings/users")
    page.get_by_role("button", name="+ Invite").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("E-mail").fill(email)
    dialog.get_by_label("Role").select_option(role)
    dialog.get_by_role("button", name="Invite").click()
    link = page.locator("code", has_text="/welcome/")
    expect(link).to_be_visible()
    return link.inner_text()


def accept(page: Page, server: Server, link: str) -> None:
    page.goto(server.url + link[link.index("/welcome/") :])
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Save and sign in").click()
    expect(page).to_have_url(at(server, "/"))


def fresh(browser: Browser) -> Page:
    return browser.new_context().new_page()


def test_an_invited_viewer_signs_in_and_sees_no_way_to_change_anything(
    signed_in: Page, browser: Browser, server: Server, api: httpx.Client
) -> None:
    made(api.post("/event-types", json={"name": "seen_by_eve"}))
    link = invite(signed_in, server, "eve@accounts.example", "viewer")
    eve = fresh(browser)
    accept(eve, server, link)
    eve.goto(f"{server.url}/settings/events")
    expect(eve.get_by_text("seen_by_eve").first).to_be_visible()
    expect(eve.get_by_role("link", name="+ New Event")).to_be_hidden()
    navigation = eve.get_by_role("navigation", name="Main", exact=True)
    expect(navigation.get_by_role("link", name="Alerts")).to_be_visible()
    expect(navigation.get_by_role("link", name="Users")).to_be_hidden()
    eve.goto(f"{server.url}/settings/events/seen_by_eve")
    expect(eve.get_by_text("You may look at this and not change it.")).to_be_visible()
    expect(eve.get_by_label("Description")).to_be_disabled()
    expect(eve.get_by_role("button", name="Save")).to_be_hidden()
    expect(eve.get_by_role("button", name="More actions")).to_be_hidden()
    eve.goto(f"{server.url}/settings/users")
    expect(eve.get_by_text("This page is not for you")).to_be_visible()
    # The link was used up by her.
    other = fresh(browser)
    other.goto(server.url + link[link.index("/welcome/") :])
    expect(other.get_by_role("alert")).to_contain_text("used already")


def test_the_owner_changes_a_role_and_switches_a_person_off(
    signed_in: Page, browser: Browser, server: Server
) -> None:
    accept(
        bob := fresh(browser), server, invite(signed_in, server, "bob@accounts.example", "viewer")
    )
    bob.goto(f"{server.url}/settings/events")
    expect(bob.get_by_role("link", name="+ New Event")).to_be_hidden()
    signed_in.get_by_role("button", name="Manage bob@accounts.example").click()
    dialog = signed_in.get_by_role("dialog")
    dialog.get_by_label("Role").select_option("manager")
    dialog.get_by_role("button", name="Save role").click()
    expect(signed_in.get_by_text("bob@accounts.example is manager now.")).to_be_visible()
    bob.reload()
    expect(bob.get_by_role("link", name="+ New Event")).to_be_visible()
    dialog.get_by_role("button", name="Switch off", exact=True).click()
    dialog.get_by_role("alert").or_(dialog.get_by_role("status")).get_by_role(
        "button", name="Switch off"
    ).click()
    expect(signed_in.get_by_text("bob@accounts.example cannot sign in any more.")).to_be_visible()
    bob.reload()
    expect(bob).to_have_url(at(server, "/login/?next=%2Fsettings%2Fevents"))
    bob.get_by_label("E-mail").fill("bob@accounts.example")
    bob.get_by_label("Password").fill(PASSWORD)
    bob.get_by_role("button", name="Sign in").click()
    expect(bob.get_by_role("alert")).to_contain_text("is wrong")


def test_two_steps_are_set_up_asked_for_and_a_recovery_code_opens(
    page: Page, browser: Browser, server: Server
) -> None:
    email = "two@accounts.example"
    server.command(
        "create-user", "--email", email, "--role", "operator", "--password-stdin", text=PASSWORD
    )
    sign_in(page, server, email=email)
    page.goto(f"{server.url}/account")
    page.get_by_role("button", name="Set up").click()
    secret = page.locator(".al-id .al-mono").inner_text()
    code = TOTP(base64.b32decode(secret), 6, SHA1(), 30).generate(int(time.time())).decode()
    page.get_by_label("2. The code that the app shows now").fill(f"{code[:3]} {code[3:]}")
    page.get_by_label("3. Your password").fill("not this one")
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("This is not your password.")).to_be_visible()
    page.get_by_label("3. Your password").fill(PASSWORD)
    page.get_by_role("button", name="Switch on").click()
    codes = page.get_by_role("list", name="Recovery codes").get_by_role("listitem")
    expect(codes).to_have_count(10)
    recovery = codes.first.inner_text()
    page.get_by_role("button", name="I have kept them").click()
    expect(page.get_by_text("Each sign-in asks for a code of your app.")).to_be_visible()

    again = fresh(browser)
    again.goto(f"{server.url}/login")
    again.get_by_label("E-mail").fill(email)
    again.get_by_label("Password").fill(PASSWORD)
    again.get_by_role("button", name="Sign in").click()
    again.get_by_label("Code").fill("000000")
    again.get_by_role("button", name="Sign in").click()
    expect(again.get_by_role("alert")).to_contain_text("code is wrong")
    again.get_by_label("Code").fill(recovery)
    again.get_by_role("button", name="Sign in").click()
    expect(again).to_have_url(at(server, "/"))


def test_ones_browsers_are_listed_and_signed_out_and_the_password_changed(
    page: Page, browser: Browser, server: Server
) -> None:
    email = "many@accounts.example"
    server.command(
        "create-user", "--email", email, "--role", "viewer", "--password-stdin", text=PASSWORD
    )
    other = fresh(browser)
    sign_in(other, server, email=email)
    sign_in(page, server, email=email)
    page.goto(f"{server.url}/account")
    expect(page.get_by_text("This browser")).to_have_count(1)
    page.get_by_role("button", name="Sign out everywhere else").click()
    expect(page.get_by_text("1 browser was signed out.")).to_be_visible()
    expect(page.get_by_role("button", name="Sign out everywhere else")).to_be_hidden()
    other.goto(f"{server.url}/account")
    expect(other).to_have_url(at(server, "/login/?next=%2Faccount"))
    page.get_by_label("Present password").fill("wrong")
    page.get_by_label("New password", exact=True).fill("another quiet river")
    page.get_by_label("New password again").fill("another quiet river")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("This is not your password.")).to_be_visible()
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("The password is changed.")).to_be_visible()


def test_the_audit_tells_who_changed_what_from_what_to_what(
    signed_in: Page, server: Server, api: httpx.Client
) -> None:
    made(api.post("/event-types", json={"name": "audited", "description": "before"}))
    made(api.patch("/event-types/audited", json={"description": "<b>after</b>"}))
    signed_in.goto(f"{server.url}/settings/audit?key=audited")
    rows = signed_in.get_by_role("table", name="Audit").get_by_role("row")
    expect(rows).to_have_count(3)
    changed = rows.nth(1)
    expect(changed).to_contain_text("changed event audited")
    expect(changed).to_contain_text("beside the browser")
    expect(changed.locator("del:visible")).to_have_text("before")
    expect(changed.locator("ins:visible")).to_have_text("<b>after</b>")
    # A deed by a person, live and filtered by a click on the name.
    signed_in.goto(f"{server.url}/settings/audit?action=signed_in")
    signed_in.get_by_role("button", name="ann@example.com").first.click()
    expect(
        signed_in.get_by_role("button", name="Remove filter Who ann@example.com")
    ).to_be_visible()


@pytest.mark.parametrize("path", ["/welcome/nonsense", "/welcome/%22%3E%3Cscript%3E"])
def test_a_link_that_is_none_says_what_to_do(page: Page, server: Server, path: str) -> None:
    page.goto(server.url + path)
    expect(page.get_by_role("alert")).to_contain_text("Ask an owner for another")
    expect(page.get_by_role("link", name="Go to sign in")).to_be_visible()
