"""Contacts behind a mask, looked at one by one, and a lead that is erased; in a real browser."""

from zlib import crc32

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.dashboard.pages.conftest import made, sign_in
from tests.dashboard.server import Server

EMAIL, PHONE = "jane.roe@example.com", "+1 415 555 0132"
MASKED = ("j••••@e••••.com", "••••32")
GRAVE = {"serious", "critical"}


@pytest.fixture
def lead(api: httpx.Client, request: pytest.FixtureRequest) -> str:
    """Record a lead of which one delivery is held, and return its id."""
    name = f"pv_{crc32(request.node.name.encode())}"
    made(api.post("/event-types", json={"name": name}))
    made(api.post("/campaigns", json={"key": name, "name": f"Campaign {name}"}))
    url = {"url": "https://partner.example.com/?e={email}"}
    postback = made(api.post(f"/event-types/{name}/postbacks", json=url))["id"]
    made(api.post(f"/postbacks/{postback}/pause"))
    details = {"campaign": name, "transaction_id": name, "first_name": "Jane"}
    contact = {"email": EMAIL, "phone": PHONE, "sub1": f"from {EMAIL}"}
    lead_id = made(api.post("/leads", json={**details, **contact}))["lead_id"]
    made(api.post("/events", json={"event": name, "lead_id": lead_id}))
    return str(lead_id)


def visit(page: Page, server: Server, path: str, *, role: str) -> None:
    email = f"{role}-of-privacy@example.com"
    arguments = ("--email", email, "--role", role, "--password-stdin")
    server.command("create-user", *arguments, text="a quiet orange river")
    sign_in(page, server, email=email)
    page.goto(f"{server.url}{path}")


def test_a_viewer_sees_no_contact_and_nothing_to_reveal_or_erase(
    page: Page, server: Server, lead: str
) -> None:
    visit(page, server, f"/leads/{lead}", role="viewer")
    for text in MASKED:
        expect(page.get_by_text(text, exact=True)).to_be_visible()
    assert EMAIL not in page.content()
    for name in ("Reveal contact", "Erase lead", "Edit", "Trigger Event"):
        expect(page.get_by_role("button", name=name)).to_be_hidden()
    page.goto(f"{server.url}/leads?q={EMAIL}")
    expect(page.get_by_role("link", name="Jane")).to_be_visible()


def test_an_operator_reveals_a_contact_for_one_view_and_never_saves_the_mask_over_it(
    page: Page, server: Server, lead: str, api: httpx.Client
) -> None:
    visit(page, server, f"/leads/{lead}", role="operator")
    page.get_by_role("button", name="Reveal contact").click()
    for text in (EMAIL, PHONE, f"from {EMAIL}"):
        expect(page.get_by_text(text, exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Reveal contact")).to_be_hidden()
    page.reload()
    expect(page.get_by_text(MASKED[0], exact=True)).to_be_visible()
    page.get_by_role("button", name="Edit").click()
    form = page.get_by_role("dialog")
    form.get_by_label("First name").fill("Janet")
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Janet")).to_be_visible()
    assert made(api.get(f"/leads/{lead}"))["email"] == EMAIL
    page.get_by_role("button", name="Edit").click()
    form.get_by_label("E-mail").fill(f"x{MASKED[0]}")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("This is the masked value")).to_be_visible()
    assert made(api.get(f"/leads/{lead}"))["email"] == EMAIL


def test_a_lead_is_erased_after_what_waits_was_named(
    signed_in: Page, server: Server, lead: str, api: httpx.Client
) -> None:
    signed_in.goto(f"{server.url}/leads/{lead}")
    expect(signed_in.get_by_text(EMAIL, exact=True)).to_be_visible()
    signed_in.get_by_role("button", name="Erase lead").click()
    dialog = signed_in.get_by_role("dialog")
    found = Axe().run(signed_in).response["violations"]
    assert [each["id"] for each in found if each["impact"] in GRAVE] == []
    dialog.get_by_role("button", name="Erase for good").click()
    expect(dialog).to_contain_text("1 delivery of this lead is still to be sent or held")
    assert made(api.get(f"/leads/{lead}"))["erased_at"] is None
    dialog.get_by_role("button", name="Give them up and erase").click()
    expect(signed_in.get_by_text("This lead was erased")).to_be_visible()
    expect(signed_in.get_by_role("heading", name="Erased lead")).to_be_visible()
    assert EMAIL not in signed_in.content()
    for name in ("Edit", "Erase lead"):
        expect(signed_in.get_by_role("button", name=name)).to_be_hidden()
    stored = made(api.get(f"/leads/{lead}"))
    assert (stored["email"], stored["first_name"], stored["fields"]) == (None, None, {})
    assert stored["erased_at"] is not None
    event = made(api.get("/events", params={"lead_id": lead}))["items"][0]["event_id"]
    signed_in.goto(f"{server.url}/logs/{event}")
    expect(signed_in.get_by_text("The lead was erased", exact=True)).to_be_visible()
    expect(signed_in.get_by_text("cancelled when the lead was erased")).to_be_visible()
    expect(signed_in.get_by_role("button", name="Resend")).to_have_count(0)
