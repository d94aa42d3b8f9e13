"""What every answer carries, whoever is served, and from where a call may come."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from dashboard import client_address
from dashboard.api.app import before_pages
from dashboard.client_address import client_address as address_of
from services.accounts import keys, sessions
from services.actor import Actor
from services.database import Database
from services.settings import Settings
from tests.dashboard.api.calls import assert_problem

OWN = "http://localhost:3000"
FOREIGN = "https://evil.example"
COOKIE = {"Cookie": f"{sessions.COOKIE_NAME}=x"}
PAGE = "<html><head><script>let a = 1</script><script src='/x.js'></script></head></html>"

SetTo = Callable[..., Settings]


@pytest.fixture
def set_to(monkeypatch: pytest.MonkeyPatch) -> SetTo:
    """Return a maker of the settings that the calls are judged by."""

    def set_to(**changes: object) -> Settings:
        changed = Settings(_env_file=None, **changes)
        monkeypatch.setattr(client_address, "get_settings", lambda: changed)
        return changed

    return set_to


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    built = tmp_path / "built"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text(PAGE)
    (built / "assets" / "root-abc.js").write_text("1")
    return built


@pytest.fixture
async def site(folder: Path, set_to: SetTo, db: Database) -> AsyncIterator[httpx.AsyncClient]:
    """Return a client of the whole surface; behind it stands a page, as Reflex brings it."""
    set_to()
    files = StaticFiles(directory=folder, html=True)
    upload = Route("/_upload", lambda _: PlainTextResponse("taken"), methods=["POST"])
    pages = Starlette(routes=[upload, Mount("/", files, name="frontend")])
    transport = httpx.ASGITransport(before_pages(pages))
    async with httpx.AsyncClient(transport=transport, base_url=OWN) as client:
        yield client


@pytest.mark.parametrize(
    "path", ["/", "/assets/root-abc.js", "/nothing", "/api/v1/leads", "/api/x", "/in/x", "/healthz"]
)
async def test_every_answer_forbids_frames_and_guessing(site: httpx.AsyncClient, path: str) -> None:
    headers = (await site.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["referrer-policy"] in {"same-origin", "no-referrer"}
    assert "geolocation=()" in headers["permissions-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "strict-transport-security" not in headers


async def test_a_page_runs_the_scripts_of_its_build_alone(site: httpx.AsyncClient) -> None:
    policy = (await site.get("/")).headers["content-security-policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    # sha256("let a = 1"), as a browser counts it
    assert rules["script-src"] == "'self' 'sha256-LAfYd7pbFUgwfQu8b4q135PeTG2z+/coPEUYCd74eCQ='"
    assert rules["default-src"] == "'none'"
    assert "unsafe" not in policy.replace("style-src 'self' 'unsafe-inline'", "")


async def test_data_is_never_stored_by_a_cache_and_named_files_for_long(
    site: httpx.AsyncClient,
) -> None:
    for path in ("/api/v1/leads", "/api/v1/nothing", "/in/x", "/healthz", "/openapi.json"):
        assert (await site.get(path)).headers["cache-control"] == "no-store"
    page = await site.get("/")
    assert page.headers["cache-control"] == "no-cache"
    assert "immutable" in (await site.get("/assets/root-abc.js")).headers["cache-control"]
    same = await site.get("/", headers={"If-None-Match": page.headers["etag"]})
    assert same.status_code == 304
    assert "content-security-policy" not in same.headers, "the browser would lose that of its copy"


@pytest.mark.parametrize("origin", [None, FOREIGN, "null", "http://localhost:3001", f"{OWN}.x"])
async def test_a_change_by_cookie_comes_from_our_own_pages(
    site: httpx.AsyncClient, origin: str | None
) -> None:
    headers = {**COOKIE, **({"Origin": origin} if origin else {})}
    for path in ("/api/sign-out", "/api/v1/campaigns", "/api/anything"):
        assert_problem(await site.post(path, headers=headers), 403, "not_allowed")
    left = await site.post("/api/sign-out", headers={**COOKIE, "Origin": OWN})
    assert left.status_code == 303


async def test_a_key_is_asked_for_no_origin(site: httpx.AsyncClient) -> None:
    headers = {**COOKIE, "Authorization": "Bearer x", "Origin": FOREIGN}
    assert_problem(await site.post("/api/v1/campaigns", headers=headers), 401, "not_signed_in")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
async def test_nothing_is_uploaded_past_our_own_routes(
    site: httpx.AsyncClient, method: str
) -> None:
    for path in ("/_upload", "/_upload/a.csv", "/_health"):
        assert_problem(await site.request(method, path), 404, "not_found")


async def test_a_foreign_name_shows_no_page_but_programs_may_use_it(
    site: httpx.AsyncClient, set_to: SetTo
) -> None:
    rebound = {"Host": "evil.example:3000"}
    refused = await site.get("/login", headers=rebound)
    assert refused.status_code == 421
    assert "add http://evil.example:3000 to AFTERLEAD_ORIGINS" in refused.text
    assert (await site.get("/api/session/x", headers=rebound)).status_code == 421
    assert (await site.get("/api/v1/leads", headers=rebound)).status_code == 401
    set_to(origins="https://afterlead.example.com")
    assert (await site.get("/", headers={"Host": "afterlead.example.com"})).status_code == 200
    assert (await site.get("/", headers={"Host": "127.0.0.1:3000"})).status_code == 200
    set_to(proxy_hops=1)
    assert (await site.get("/", headers=rebound)).status_code == 200


async def test_behind_tls_browsers_are_told_to_stay_there(
    site: httpx.AsyncClient, set_to: SetTo
) -> None:
    forwarded = {"X-Forwarded-Proto": "https"}
    assert "strict-transport-security" not in (await site.get("/", headers=forwarded)).headers
    set_to(proxy_hops=1)
    assert "strict-transport-security" in (await site.get("/", headers=forwarded)).headers
    set_to(origins="https://afterlead.example.com")
    told = await site.get("/", headers={"Host": "afterlead.example.com"})
    assert told.headers["strict-transport-security"] == "max-age=31536000"


async def handshake(app: Starlette, origin: str | None) -> list[dict[str, object]]:
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return {"type": "websocket.connect"}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    headers = [(b"host", b"localhost:3000")] + ([(b"origin", origin.encode())] if origin else [])
    scope = {"type": "websocket", "path": "/_event", "query_string": b"", "headers": headers}
    await app(scope | {"scheme": "ws", "server": ("localhost", 3000)}, receive, send)
    return sent


async def test_a_foreign_page_opens_no_websocket(set_to: SetTo) -> None:
    set_to()

    async def accepts(_scope: object, _receive: object, send: Callable[..., object]) -> None:
        await send({"type": "websocket.accept"})

    app = before_pages(accepts)
    for origin in (OWN, None):
        accepted = (await handshake(app, origin))[0]
        assert accepted["type"] == "websocket.accept"
        assert (b"x-content-type-options", b"nosniff") in accepted["headers"]
    assert (await handshake(app, FOREIGN))[0]["type"] == "websocket.close"


FORWARDED = [
    (0, ["9.9.9.9"], "10.0.0.7"),
    (1, [], "10.0.0.7"),
    (1, ["9.9.9.9"], "9.9.9.9"),
    (1, ["1.1.1.1, 9.9.9.9"], "9.9.9.9"),
    (2, ["1.1.1.1, 9.9.9.9", "10.1.1.1"], "9.9.9.9"),
    (3, ["1.1.1.1, 9.9.9.9"], "10.0.0.7"),
    (1, ["[2001:DB8::1]:4711"], "2001:db8::1"),
    (1, ["9.9.9.9:80"], "9.9.9.9"),
    (1, ["<script>"], "10.0.0.7"),
]


@pytest.mark.parametrize(("hops", "lines", "address"), FORWARDED)
def test_an_address_is_believed_as_far_as_our_proxies_wrote_it(
    set_to: SetTo, hops: int, lines: list[str], address: str
) -> None:
    set_to(proxy_hops=hops)
    headers = [(b"x-forwarded-for", line.encode()) for line in lines]
    scope = {"type": "http", "headers": headers, "client": ("10.0.0.7", 1)}
    assert address_of(client_address.HTTPConnection(scope)) == address


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[Actor]:
    """Return who asked for the list of campaigns."""
    from services.catalog import campaigns
    from services.paging import Page

    asked: list[Actor] = []

    async def list_page(actor: Actor, *_: object, **__: object) -> Page[object]:
        asked.append(actor)
        return Page([], next_cursor=None)

    monkeypatch.setattr(campaigns, "list_page", list_page)
    return asked


async def test_a_program_acts_from_its_address(
    site: httpx.AsyncClient, set_to: SetTo, seen: list[Actor]
) -> None:
    from models.words import KeyScope

    set_to(proxy_hops=1)
    created = await keys.create_key(name="a program", scope=KeyScope.READ)
    headers = {"Authorization": f"Bearer {created.key}", "X-Forwarded-For": "9.9.9.9"}
    assert (await site.get("/api/v1/campaigns", headers=headers)).status_code == 200
    assert [actor.address for actor in seen] == ["9.9.9.9"]
