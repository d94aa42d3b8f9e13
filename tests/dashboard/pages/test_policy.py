"""The pages' Content-Security-Policy lets the pages work, in Chromium, and nothing else."""

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from dashboard import routes
from tests.dashboard.server import Server

PAGES = sorted(
    path
    for name, path in vars(routes).items()
    if name.isupper()
    and isinstance(path, str)
    and "[" not in path
    and path.startswith("/")
    and not path.startswith("/api/")
)
EVIL = """() => {
    const tag = document.createElement('script');
    tag.textContent = 'window.ran = true';
    document.body.append(tag);
    const image = document.createElement('img');
    image.setAttribute('onerror', 'window.ran = true');
    image.src = 'data:,';
    document.body.append(image);
}"""


def test_every_page_works_under_its_policy(signed_in: Page, server: Server) -> None:
    """The context fails a test whose page broke its policy."""
    assert len(PAGES) > 12
    for path in PAGES:
        signed_in.goto(f"{server.url}{path}")
        expect(signed_in.locator("h1").first).to_be_visible()
        if signed_in.locator(".al-shell").count():
            # The websocket is there: the server has told the page who looks at it.
            expect(signed_in.get_by_text("Times in Europe/Berlin")).to_be_attached()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_scripts_of_the_build_run_and_a_smuggled_one_does_not(
    browser, server: Server, scheme: str
) -> None:
    visitor: BrowserContext = browser.new_context(color_scheme=scheme, timezone_id="Asia/Tokyo")
    page = visitor.new_page()
    page.goto(f"{server.url}/login")
    expect(page.locator("html")).to_have_class(scheme)
    zone = [each for each in visitor.cookies() if each["name"] == "afterlead_time_zone"]
    assert zone[0]["value"] == "Asia%2FTokyo"
    # The policy does not bind Playwright's own code, but what that adds to the page.
    page.evaluate(EVIL)
    page.wait_for_function("() => [...document.images].every((image) => image.complete)")
    assert page.evaluate("() => window.ran") is None
    policy = page.evaluate(
        "async () => (await fetch('/login')).headers.get('content-security-policy')"
    )
    assert "unsafe-eval" not in policy
    visitor.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_description_can_be_read_searched_and_tried(
    browser, server: Server, api: httpx.Client, scheme: str
) -> None:
    visitor = browser.new_context(color_scheme=scheme, viewport={"width": 390, "height": 800})
    page = visitor.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: said.append(request.url))
    page.goto(f"{server.url}/docs")
    expect(page.locator("html")).to_have_class(scheme)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_label("Find a call").fill("list_campaigns")
    expect(page.locator(".operation[id]:visible")).to_have_count(1)
    call = page.locator("#list_campaigns")
    expect(call).to_contain_text(f"curl {server.url}/api/v1/campaigns")
    call.get_by_role("tab", name="Python").click()
    expect(call).to_contain_text("requests.get(")
    call.get_by_text("Try it").click()
    page.get_by_label("Your API key").fill(api.headers["authorization"].removeprefix("Bearer "))
    call.get_by_role("button", name="Send").click()
    expect(call.get_by_role("status")).to_contain_text('"next_cursor":')
    assert [word for word in said if not word.startswith(server.url)] == []
    serious = [
        violation["id"]
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in {"serious", "critical"}
    ]
    assert serious == []
    visitor.close()
