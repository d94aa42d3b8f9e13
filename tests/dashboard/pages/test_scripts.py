"""Script in every field that a person or a partner can fill is text in the browser, and stays text.

The context fails a test whose page tried anything against its policy, so an escape that only the
policy stops fails as well.
"""

import csv
import io
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from dashboard import routes
from tests.dashboard.pages.conftest import EMAIL, PASSWORD, made
from tests.dashboard.pages.intruder import ticket_for
from tests.dashboard.server import Server

EVIL = """"><script>ran()</script><img src=x onerror=ran()><svg/onload=ran()>'{{7*7}}${ran()}"""
FORMULA = "=HYPERLINK(1)"
# For a list of one line: told apart from what other tests leave.
MARK = "evil"
WATCH = "window.ranTimes = 0; window.ran = () => { window.ranTimes += 1; };"


class _Hostile(BaseHTTPRequestHandler):
    """A partner whose answer is script, in body and header."""

    def do_GET(self) -> None:
        self.send_response(500)
        self.send_header("X-Evil", EVIL)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(EVIL.encode())

    do_POST = do_GET  # noqa: N815 - http.server names them

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def hostile_partner() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Hostile) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def ids(empty_server: Server, first_visit: object, api: httpx.Client) -> Iterator[dict[str, str]]:
    """Fill everything that can be filled, and return what the pages' addresses need."""
    with hostile_partner() as partner:
        filled = _fill(empty_server, api, partner)
        yield filled
        # The server is shared: nothing of this may stand on the pages of other tests.
        assert api.delete(f"/notice-channels/{filled['channel_id']}").is_success
        made(api.post(f"/event-lists/{filled['event_list_id']}/archive"))
        for noun in ("event-types", "campaigns", "affiliates"):
            made(api.post(f"/{noun}/{MARK}/archive"))
        made(api.post(f"/keys/{filled['key_id']}/revoke"))


def _fill(server: Server, api: httpx.Client, partner: str) -> dict[str, str]:
    def post(path: str, **body: Any) -> dict[str, Any]:
        return made(api.post(path, json=body))

    post("/event-types", name=MARK, description=EVIL, is_conversion=True, multi_trigger=True)
    post("/campaigns", key=MARK, name=f"{EVIL} campaign")
    post("/affiliates", key=MARK, name=f"{EVIL} affiliate")
    post(f"/campaigns/{MARK}/events/{MARK}/fields", name="colour", type="text")
    lists = post("/event-lists", name=f"{EVIL} {MARK}", events=[MARK])
    postback = post(
        f"/event-types/{MARK}/postbacks",
        url=f"{partner}/%22%3E%3Cscript%3Eran()%3C/script%3E?lead={{last_name}}",
        method="POST",
        body=EVIL.replace("{{7*7}}${ran()}", "") + "{first_name}",
        headers={"X-Say": "<script>ran()</script>{last_name}"},
        retry="none",
    )
    incoming = post("/incoming-urls", name=f"{EVIL} URL", parameters={"transaction_id": "txid"})
    channel = post("/notice-channels", name=f"{EVIL} ch", kind="url", target=f"{partner}/?q=<b>")
    key = post("/keys", name=f"{EVIL} key"[:100], scope="read")
    post("/echo", name=MARK)
    contact = {"first_name": EVIL[:100], "last_name": EVIL[:100], "phone": "+49 30 1234567"}
    lead = post(
        "/leads",
        campaign=MARK,
        transaction_id=FORMULA,
        affiliate=MARK,
        external_click_id=EVIL,
        email="evil@example.com",
        sub1=EVIL,
        fields={"note": EVIL},
        **contact,
    )
    event = post(
        "/events",
        event=MARK,
        transaction_id=FORMULA,
        order_id=EVIL,
        amount="1",
        fields={"colour": EVIL},
    )
    changed = {"to": "rejected", "reason": EVIL}
    post(f"/events/{event['event_id']}/conversion-status", **changed)
    httpx.post(f"{server.url}/echo/{MARK}?q={EVIL}", content=EVIL, headers={"X-Evil": "<b>"})
    refused = api.post("/events", json={"event": EVIL, "transaction_id": EVIL, EVIL: EVIL})
    assert refused.status_code in {404, 422}
    httpx.get(
        f"{server.url}/in/{incoming['key']}", params={"event": EVIL, "txid": EVIL, EVIL: EVIL}
    )
    file = api.post(
        f"/imports?kind=events&name={EVIL}.csv",
        content=f'event,transaction_id,"{EVIL.replace(chr(34), chr(34) * 2)}"\n{MARK},=1+1,x\n',
        headers={"Content-Type": "text/csv"},
    )
    ticket = ticket_for(server, EMAIL, PASSWORD)
    httpx.get(f"{server.url}/api/session/{ticket}", headers={"User-Agent": EVIL})
    return {
        "campaign_key": MARK,
        "affiliate_key": MARK,
        "event_name": MARK,
        "receiver_name": MARK,
        "postback_id": postback["id"],
        "event_list_id": lists["id"],
        "incoming_url_id": incoming["id"],
        "channel_id": channel["id"],
        "lead_id": lead["lead_id"],
        "event_id": event["event_id"],
        "import_id": made(file)["id"],
        "submission_id": refused.json()["submission_id"],
        "link_token": "x",
        "key_id": key["id"],
    }


def pages() -> list[str]:
    return sorted(
        path
        for name, path in vars(routes).items()
        if name.isupper() and isinstance(path, str) and not path.startswith("/api/")
    )


def test_no_page_runs_what_it_shows(
    signed_in: Page, server: Server, ids: dict[str, str], api: httpx.Client
) -> None:
    signed_in.context.add_init_script(WATCH)
    seen = ""
    for path in pages():
        address = re.sub(r"\[(\w+)\]", lambda found: ids[found[1]], path)
        if path in {routes.LOGIN, routes.SETUP}:
            continue
        signed_in.goto(f"{server.url}{address}")
        expect(signed_in.locator("h1").first).to_be_visible()
        signed_in.wait_for_function("() => !document.querySelector('.al-skeleton')")
        assert signed_in.evaluate("() => window.ranTimes") == 0, path
        assert signed_in.locator("script:text('ran()'), img[src=x]").count() == 0, path
        seen += signed_in.locator("body").inner_text()
    # It was there to be seen: the walk shows more than empty pages.
    assert seen.count("<script>ran()</script>") > 20


def test_what_a_partner_answered_is_text_in_every_tab_of_the_entry(
    signed_in: Page, server: Server, ids: dict[str, str]
) -> None:
    signed_in.context.add_init_script(WATCH)
    signed_in.goto(f"{server.url}/logs/{ids['event_id']}")
    for button in signed_in.get_by_role("button", expanded=False).all():
        if button.is_visible():
            button.click()
    expect(signed_in.get_by_text("<script>ran()</script>").first).to_be_visible()
    assert signed_in.evaluate("() => window.ranTimes") == 0


@pytest.mark.parametrize(
    "path",
    [
        f"/logs?transaction_id={EVIL}",
        f"/leads?q={EVIL}",
        f"/settings/audit?key={EVIL}&who_name={EVIL}&who=x",
        f"/login?next={EVIL}",
        f"/campaigns?q={EVIL}",
        f"/reports?campaign={EVIL}",
        f"/logs/incoming?event={EVIL}",
    ],
)
def test_what_stands_in_the_address_is_text(signed_in: Page, server: Server, path: str) -> None:
    signed_in.context.add_init_script(WATCH)
    signed_in.goto(f"{server.url}{path}")
    expect(signed_in.locator("h1").first).to_be_visible()
    signed_in.wait_for_function("() => !document.querySelector('.al-skeleton')")
    assert signed_in.evaluate("() => window.ranTimes") == 0


def test_no_exported_cell_begins_like_a_formula(ids: dict[str, str], api: httpx.Client) -> None:
    for name in ("events.csv", "audit.csv"):
        answer = api.get(f"/{name}")
        assert answer.is_success
        cells = [cell for row in csv.reader(io.StringIO(answer.text)) for cell in row]
        assert len(cells) > 30
        risky = [cell for cell in cells if cell[:1] in set("=+-@\t\r")]
        assert [cell for cell in risky if not re.fullmatch(r"-?[0-9.]+", cell)] == []
        if name == "events.csv":
            assert f"'{FORMULA}" in cells
