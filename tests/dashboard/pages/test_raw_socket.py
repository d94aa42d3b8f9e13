"""A program that speaks the pages' websocket without signing in gets nothing, whatever it asks."""

import sqlite3
from contextlib import closing

import httpx
import pytest
import socketio
from playwright.sync_api import BrowserContext, Page, expect

from tests.dashboard.pages.conftest import EMAIL, PASSWORD, AddCampaign, FirstVisit, at
from tests.dashboard.pages.intruder import Intruder, all_handlers, cookie_for, run_apart, ticket_for
from tests.dashboard.server import Server

MARKER = "Only for the signed in"
PAGES = ("/", "/campaigns", "/leads", "/logs", "/settings/events", "/test-receiver")


@pytest.fixture(scope="module")
def handlers() -> dict[str, dict]:
    return {each.name: each.payload for each in all_handlers()}


def cookie_header(context: BrowserContext) -> str:
    return "; ".join(f"{each['name']}={each['value']}" for each in context.cookies())


def betrayed(received: list[str]) -> list[str]:
    return [text for text in received if MARKER in text or EMAIL in text]


async def ask_everything(intruder: Intruder, handlers: dict[str, dict]) -> list[str]:
    async with intruder:
        for path in PAGES:
            await intruder.ask("reflex___state____state.hydrate_and_load", {}, path=path)
            await intruder.settle()
        for name, payload in handlers.items():
            await intruder.ask(name, payload, path="/campaigns")
        await intruder.settle()
    return intruder.received


def test_without_a_cookie_no_handler_gives_anything_away(
    server: Server, handlers: dict[str, dict], add_campaign: AddCampaign
) -> None:
    add_campaign(MARKER)
    received = run_apart(ask_everything(Intruder(server), handlers))
    assert len(handlers) > 20
    assert received, "the server answers at all"
    assert betrayed(received) == []
    assert any("/login" in text for text in received)


def test_a_made_up_cookie_opens_nothing(server: Server, handlers: dict[str, dict]) -> None:
    intruder = Intruder(server, cookie="afterlead_session=made-up", token="made-up")
    assert betrayed(run_apart(ask_everything(intruder, handlers))) == []


def test_another_sites_page_cannot_even_connect(server: Server) -> None:
    intruder = Intruder(server)
    intruder.headers["Origin"] = "https://evil.example"
    with pytest.raises(socketio.exceptions.ConnectionError):
        run_apart(ask_everything(intruder, {}))


def test_with_the_cookie_the_same_program_is_answered(
    signed_in: Page, context: BrowserContext, server: Server
) -> None:
    """Without this the tests above would pass on a server that says nothing to anybody."""
    intruder = Intruder(server, cookie=cookie_header(context), token="honest")

    async def visit() -> None:
        async with intruder:
            await intruder.ask("reflex___state____state.hydrate_and_load", {}, path="/campaigns")
            await intruder.settle()

    run_apart(visit())
    assert betrayed(intruder.received)


def test_the_token_of_anothers_tab_opens_nothing(
    signed_in: Page, server: Server, handlers: dict[str, dict]
) -> None:
    signed_in.goto(f"{server.url}/campaigns")
    expect(signed_in.get_by_text(MARKER).first).to_be_visible()
    token = signed_in.evaluate("() => sessionStorage.getItem('token')")
    assert token
    signed_in.goto("about:blank")  # the tab lets go of its token, its state stays on the server
    received = run_apart(ask_everything(Intruder(server, token=token), handlers))
    assert betrayed(received) == []
    signed_in.goto(f"{server.url}/campaigns")
    expect(signed_in).to_have_url(at(server, "/campaigns"))
    expect(signed_in.get_by_text(MARKER).first).to_be_visible()


def test_an_argument_of_the_wrong_kind_is_refused_before_its_handler(
    signed_in: Page, context: BrowserContext, server: Server, handlers: dict[str, dict]
) -> None:
    name = next(name for name in handlers if name.endswith("logs_state.find"))
    intruder = Intruder(server, cookie=cookie_header(context), token="forger")

    async def forge() -> None:
        async with intruder:
            await intruder.ask("reflex___state____state.hydrate_and_load", {}, path="/logs")
            for wrong in (7, None, ["x"], {"x": 1}):
                await intruder.ask(name, {"text": wrong}, path="/logs")
            await intruder.settle()

    before = len(server.log.read_bytes())
    run_apart(forge())
    assert b"Traceback" not in server.log.read_bytes()[before:]
    assert any("does not fit" in text for text in intruder.received)


def test_a_ticket_that_was_used_opens_nothing(server: Server, first_visit: FirstVisit) -> None:
    ticket = ticket_for(server, EMAIL)
    first = httpx.get(f"{server.url}/api/session/{ticket}?next=/leads")
    assert "afterlead_session=" in first.headers["set-cookie"]
    again = httpx.get(f"{server.url}/api/session/{ticket}?next=/leads")
    assert (again.status_code, again.headers["location"]) == (303, "/login")
    assert "set-cookie" not in again.headers


def test_another_site_cannot_have_a_ticket_opened(server: Server, first_visit: FirstVisit) -> None:
    ticket = ticket_for(server, EMAIL)
    answer = httpx.get(
        f"{server.url}/api/session/{ticket}", headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_the_browser_of_another_person_cannot_be_signed_out(
    server: Server, first_visit: FirstVisit
) -> None:
    """Ids of others, taken from the database: the handler finds only one's own."""
    viewer = "eve@example.com"
    server.command(
        "create-user", "--email", viewer, "--role", "viewer", "--password-stdin", text=PASSWORD
    )
    anns = cookie_for(server, EMAIL)
    path = server.environment["AFTERLEAD_DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, timeout=10)) as connection:
        ids = [
            row[0]
            for row in connection.execute(
                'SELECT s.id FROM user_session s JOIN "user" u ON u.id = s.user_id'
                " WHERE u.email = ?",
                (EMAIL,),
            )
        ]
    assert ids
    end = next(each.name for each in all_handlers() if each.name.endswith("account_state.end"))
    eve = Intruder(server, cookie=cookie_for(server, viewer), token="eve")

    async def forge() -> None:
        async with eve:
            for session_id in ids:
                await eve.ask(end, {"session_id": session_id}, path="/account")
            await eve.settle()

    run_apart(forge())
    assert sum("There is no session" in text for text in eve.received) == len(ids)
    ann = Intruder(server, cookie=anns, token="ann-again")

    async def visit() -> None:
        async with ann:
            await ann.ask("reflex___state____state.hydrate_and_load", {}, path="/account")
            await ann.settle()

    run_apart(visit())
    assert any(EMAIL in text for text in ann.received)
