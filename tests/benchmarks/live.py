"""Latency through the whole application: events over HTTP, and a browser that watches the log."""

import asyncio
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from playwright.sync_api import Error, Page, expect, sync_playwright

from models.words import KeyScope
from services import database
from services.accounts import keys
from services.settings import Settings
from tests.benchmarks.databases import POSTGRES, SQLITE
from tests.benchmarks.filling import define
from tests.benchmarks.latency import Latency, await_arrivals, fire_steadily, latency_of
from tests.benchmarks.posting import poster
from tests.benchmarks.run import Run
from tests.benchmarks.sink import Sink, running_sink
from tests.dashboard.server import Server, launch_chromium, running_server

_RATE = 200
_BODY = b'{"event":"sale","transaction_id":"t-1","amount":"49.90","currency":"USD"}'
_WATCH = """() => {
    window.changes = 0;
    new MutationObserver(seen => { window.changes += seen.length; })
        .observe(document.body, {subtree: true, childList: true, characterData: true});
}"""


@dataclass(frozen=True, slots=True)
class Seen:
    """Latency since the answer of the API, and since the call began."""

    since_answer: Latency
    since_call: Latency


def measure_live(run: Run) -> None:
    """Print the latency at 200/s without a page and with the log open in Chromium."""
    for kind in (SQLITE, POSTGRES):
        settings = run.databases.make(kind)
        try:
            with running_sink(1) as sink:
                key = asyncio.run(_prepare(settings, sink))
                run.progress(f"{kind}: building and starting the dashboard, this takes a while")
                with running_server(
                    run.databases.folder / f"server-{kind}",
                    pages="bench",
                    database_url=settings.database_url,
                    secret_key=settings.secret_key,
                ) as server:
                    _measure_pages(run, kind, server, sink, key)
        except (AssertionError, Error) as error:
            reason = str(error).strip().splitlines()[0]
            run.say(f"latency with a live dashboard, {kind}", f"left out: {reason}")
        finally:
            run.databases.remove(settings)


async def _prepare(settings: Settings, sink: Sink) -> str:
    database.open_database(settings)
    try:
        await define({"sale": [sink.url(0)]})
        return (await keys.create_key(name="bench", scope=KeyScope.WRITE)).key
    finally:
        database.close_database()


def _measure_pages(run: Run, kind: str, server: Server, sink: Sink, key: str) -> None:
    seconds = run.sizes.seconds / 2
    _say(run, f"HTTP at {_RATE}/s, no page open, {kind}", _in_thread(server, sink, key, seconds))
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        page = browser.new_page()
        _become_owner(page, server)
        page.goto(f"{server.url}/logs")
        expect(page.get_by_role("row").filter(has_text="t-1").first).to_be_visible()
        page.evaluate(_WATCH)
        found = _in_thread(server, sink, key, seconds)
        changes = page.evaluate("() => window.changes")
        browser.close()
    _say(run, f"HTTP at {_RATE}/s, /logs open in Chromium, {kind}", found)
    run.progress(f"the page changed {changes:,} times meanwhile" if changes else "THE PAGE SLEPT")


def _say(run: Run, what: str, found: Seen) -> None:
    run.say(what, f"from the answer: {found.since_answer}", "p95 ≤ 50 ms")
    run.say("", f"from the call:   {found.since_call}")


def _become_owner(page: Page, server: Server) -> None:
    page.goto(server.url)
    page.wait_for_url(re.compile("/setup"))
    page.get_by_label("E-mail").fill("ann@example.com")
    page.get_by_label("Password", exact=True).fill("a quiet orange river")
    page.get_by_label("Password again").fill("a quiet orange river")
    page.get_by_role("button", name="Create owner").click()
    page.wait_for_url(re.compile(re.escape(server.url) + "/?$"))


def _in_thread(server: Server, sink: Sink, key: str, seconds: float) -> Seen:
    # Playwright holds the event loop of this thread.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(_post(server, sink, key, seconds))).result()


async def _post(server: Server, sink: Sink, key: str, seconds: float) -> Seen:
    called: dict[str, float] = {}
    answered: dict[str, float] = {}
    async with poster(server.port, key) as program:

        async def one(_number: int) -> None:
            began = time.time()
            answer = await program.post("/api/v1/events", _BODY)
            event_id = json.loads(answer)["event_id"]
            called[event_id], answered[event_id] = began, time.time()

        await fire_steadily(one, per_second=_RATE, count=_RATE)
        await await_arrivals(sink, answered)
        called.clear()
        answered.clear()
        await fire_steadily(one, per_second=_RATE, count=int(_RATE * seconds))
        arrived = await await_arrivals(sink, answered)
    return Seen(latency_of(answered, arrived), latency_of(called, arrived))
