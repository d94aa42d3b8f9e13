"""The section Signing of the postback editor, in a real browser, with the built-in receiver."""

import re
from typing import Any
from zlib import crc32

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect
from standardwebhooks import Webhook

from tests.dashboard.pages.conftest import made
from tests.dashboard.server import Server


@pytest.fixture
def postback(api: httpx.Client, server: Server, request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return a stored postback of an event of the test's own, which calls a receiver of its own."""
    name = f"signed_{crc32(request.node.name.encode())}"
    made(api.post("/event-types", json={"name": name}))
    made(api.post("/echo", json={"name": name}))
    url = f"{server.url}/echo/{name}?t={{transaction_id}}&sig={{sig}}"
    return made(api.post(f"/event-types/{name}/postbacks", json={"url": url}))


@pytest.fixture
def editor(signed_in: Page, server: Server, postback: dict[str, Any]) -> Page:
    """Return the editor of the postback."""
    signed_in.goto(f"{server.url}/settings/events/{postback['event']}/postbacks/{postback['id']}")
    expect(signed_in.get_by_label("Destination URL")).to_have_value(re.compile("/echo/"))
    expect(section(signed_in)).to_contain_text("Calls go out unsigned")
    return signed_in


def section(page: Page) -> Locator:
    return page.locator("section").filter(has=page.get_by_role("heading", name="Signing"))


def secret_of(page: Page) -> str:
    """Return the secret as it stands on the page, this once."""
    shown = section(page).get_by_role("alert").locator("code")
    expect(shown).to_have_text(re.compile("^whsec_"))
    return shown.inner_text()


def press(page: Page, name: str, *, confirm: str = "", saying: str = "") -> None:
    section(page).get_by_role("button", name=name).click()
    if confirm:
        dialog = page.get_by_role("alertdialog")
        expect(dialog).to_contain_text(saying)
        dialog.get_by_role("button", name=confirm).click()
        expect(dialog).to_be_hidden()


def test_a_secret_is_shown_once_and_signs_the_next_test(
    editor: Page, api: httpx.Client, postback: dict[str, Any]
) -> None:
    preview = editor.get_by_role("group", name="Request URL")
    expect(preview).to_contain_text("sig={sig}")
    expect(editor.get_by_text("Not signed: signing is switched off")).to_be_visible()
    press(editor, "Switch signing on")
    secret = secret_of(editor)
    expect(section(editor).get_by_role("button", name="Copy secret")).to_be_visible()
    expect(section(editor)).to_contain_text("On since")
    expect(editor.get_by_text("Not signed: signing is switched off")).to_be_hidden()
    expect(editor.get_by_text("The signature, made when it is sent")).to_be_visible()

    editor.get_by_role("button", name="Send Test").click()
    result = editor.get_by_role("group", name="Test result")
    expect(result).to_contain_text("succeeded")
    (call,) = made(api.get(f"/echo/{postback['event']}"))["items"]
    Webhook(secret).verify("", call["headers"], json_parse=False)
    assert re.search(r"sig=\d{10}\.[0-9a-f]{64}$", call["target"])

    editor.reload()
    expect(section(editor)).to_contain_text("On since")
    assert secret not in editor.content()
    assert "whsec_" not in section(editor).inner_text().replace("whsec_…", "")


def test_the_secret_is_put_away_by_a_click(editor: Page) -> None:
    press(editor, "Switch signing on")
    secret = secret_of(editor)
    press(editor, "I have stored it")
    expect(section(editor).get_by_role("alert")).to_have_text("")
    assert secret not in editor.content()


def test_the_secret_is_changed_with_an_overlap_that_can_be_ended(editor: Page) -> None:
    press(editor, "Switch signing on")
    first = secret_of(editor)
    press(editor, "Change secret", confirm="Make a new secret", saying="signs along for 24 hours")
    expect(section(editor)).to_contain_text("The old secret signs along until")
    second = secret_of(editor)
    assert second != first
    press(
        editor,
        "End the old secret now",
        confirm="End the old secret",
        saying="refuses every call",
    )
    expect(section(editor)).not_to_contain_text("signs along until")
    secret_of(editor)
    press(editor, "Switch off", confirm="Switch off", saying="those that wait")
    expect(section(editor)).to_contain_text("Calls go out unsigned")
    expect(section(editor).get_by_role("alert")).to_have_text("")


def test_signing_takes_nothing_from_what_is_typed_meanwhile(
    editor: Page, postback: dict[str, Any]
) -> None:
    url = editor.get_by_label("Destination URL")
    typed = postback["url"] + "&more=1"
    url.fill(typed)
    expect(editor.get_by_text("Unsaved changes")).to_be_visible()
    press(editor, "Switch signing on")
    secret_of(editor)
    expect(editor.get_by_role("group", name="Request URL")).to_contain_text("more=1")
    expect(editor.get_by_role("button", name="Keep mine")).to_be_hidden()
    expect(url).to_have_value(typed)
    editor.get_by_role("button", name="Save").click()
    expect(editor.get_by_text("All changes saved")).to_be_visible()
    expect(section(editor)).to_contain_text("On since")


def test_a_change_by_a_program_shows_without_a_reload(
    editor: Page, api: httpx.Client, postback: dict[str, Any]
) -> None:
    made(api.post(f"/postbacks/{postback['id']}/signing"))
    expect(section(editor)).to_contain_text("On since")
    expect(section(editor).get_by_role("alert")).to_have_text("")
    api.delete(f"/postbacks/{postback['id']}/signing").raise_for_status()
    expect(section(editor)).to_contain_text("Calls go out unsigned")


def test_the_page_shows_how_the_partner_checks(editor: Page) -> None:
    section(editor).get_by_text("How the partner checks it").click()
    program = section(editor).get_by_role("figure", name="Python")
    expect(program).to_contain_text("def is_genuine(")
    expect(program).to_contain_text("hmac.compare_digest")


def test_an_unsaved_postback_says_that_it_is_not_signed_yet(
    editor: Page, server: Server, postback: dict[str, Any]
) -> None:
    editor.goto(f"{server.url}/settings/events/{postback['event']}/postbacks/new")
    expect(section(editor)).to_contain_text("Save the postback first")
    expect(section(editor).get_by_role("button", name="Switch signing on")).to_be_hidden()
    editor.get_by_label("Destination URL").fill("https://partner.example.com/?s={sig}")
    expect(editor.get_by_text("Not signed yet")).to_be_visible()
    expect(editor.get_by_text("{sig} will be empty until signing")).to_be_visible()
