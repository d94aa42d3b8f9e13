"""The pages' Content-Security-Policy lets the pages work, in Chromium, and nothing else."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from dashboard import routes
from tests.dashboard.server import Server

PAGES = sorted(
    path
    for name, path in vars(routes).items()
    if name.isupper() and isinstance(path, str) and "[" not in path and path.startswith("/")
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
