"""Imports over the API, and the way of a file from the page."""

import httpx
import pytest

from models.words import KeyScope, Role
from services.accounts import sessions, users
from services.database import Database
from services.imports import work
from tests.dashboard.api.calls import BASE, assert_problem, create, items
from tests.dashboard.conftest import MakeKey

CSV = {"content-type": "text/csv"}
FILE = b"event,transaction_id,amount\nsale,t-1,49.90\nsale,t-9,1\n"


@pytest.fixture
async def defined(api: httpx.AsyncClient) -> None:
    await create(api, "/campaigns", key="auto-us", name="Auto US")
    await create(api, "/event-types", name="sale", is_conversion=True)
    await create(api, "/leads", campaign="auto-us", transaction_id="t-1")


async def upload(api: httpx.AsyncClient, data: bytes = FILE, kind: str = "events") -> dict:
    answer = await api.post(
        f"{BASE}/imports", params={"kind": kind, "name": "jan.csv"}, content=data, headers=CSV
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_file_goes_all_its_way_over_the_api(
    api: httpx.AsyncClient, db: Database, defined: None
) -> None:
    row = await upload(api)
    path = f"{BASE}/imports/{row['id']}"
    assert row["mapping"]["columns"]["amount"] == "amount"
    assert_problem(await api.post(f"{path}/apply"), 409, "import_not_verified")
    assert_problem(
        await api.put(f"{path}/mapping", json={"columns": {"nothing": "event"}, "dates": "x"}),
        422,
        "invalid_input",
    )
    mapped = await api.put(f"{path}/mapping", json={"send_postbacks": False})
    assert mapped.json()["mapping"]["send_postbacks"] is False
    preview = (await api.get(f"{path}/preview")).json()["rows"]
    assert preview[0]["values"] == {"event": "sale", "transaction_id": "t-1", "amount": "49.90"}
    assert (await api.post(f"{path}/verify")).json()["status"] == "verifying"
    await work.work(db, rest=0)
    checked = (await api.get(path)).json()
    assert checked["verified"] == {"ready": 1, "duplicate": 0, "refused": 1}
    assert [(each["result"], each["rows"]) for each in checked["reasons"]] == [("refused", [3])]
    assert (await api.post(f"{path}/apply")).status_code == 200
    await work.work(db, rest=0)
    (event,) = await items(api, "/events", source="import")
    assert event["status"] == "none"
    result = await api.get(f"{path}/result.csv", params={"only": "bad"})
    assert result.headers["content-disposition"] == 'attachment; filename="jan-result.csv"'
    assert [line.split(",")[3] for line in result.text.splitlines()] == [
        "afterlead_result",
        "refused",
    ]
    dry = await api.post(f"{path}/undo", json={"dry_run": True})
    assert dry.json() == {"dry_run": True, "rows": 1, "sent": 0, "blocked": 0}
    await api.post(f"{path}/undo")
    await work.work(db, rest=0)
    assert (await items(api, "/imports"))[0]["undone"]["undone"] == 1
    assert await items(api, "/events") == []
    other = await upload(api)
    assert (await api.delete(f"{BASE}/imports/{other['id']}")).status_code == 204


async def test_what_is_no_csv_file_or_too_large_is_refused_in_words(
    api: httpx.AsyncClient,
) -> None:
    post = f"{BASE}/imports"
    query = {"kind": "events"}
    json_type = {"content-type": "multipart/form-data; boundary=x"}
    assert_problem(
        await api.post(post, params=query, content=b"x", headers=json_type), 415, "not_csv"
    )
    assert_problem(
        await api.post(post, params=query, content=b"PK\x03\x04", headers=CSV),
        400,
        "unreadable_file",
    )
    wrong = await api.post(post, params={"kind": "sales"}, content=FILE, headers=CSV)
    assert_problem(wrong, 422, "invalid_input", {"kind"})
    big = CSV | {"content-length": str(60 * 1024 * 1024)}
    assert_problem(await api.post(post, params=query, content=b"x", headers=big), 413, "too_large")
    assert await items(api, "/imports") == []
    template = await api.get(f"{BASE}/imports/templates/events.csv")
    assert template.text.startswith("event,transaction_id,")


async def test_a_key_that_only_reads_imports_nothing(
    api: httpx.AsyncClient, make_key: MakeKey
) -> None:
    headers = await make_key(KeyScope.READ)
    row = await upload(api)
    path = f"{BASE}/imports/{row['id']}"
    for step in ("verify", "apply", "cancel", "undo"):
        assert_problem(await api.post(f"{path}/{step}", headers=headers), 403, "not_allowed")
    assert_problem(await api.delete(path, headers=headers), 403, "not_allowed")


async def test_the_page_uploads_with_its_cookie_from_our_own_origin_alone(
    stranger: httpx.AsyncClient, api: httpx.AsyncClient
) -> None:
    post = "/api/import-files/upload"
    origin = {"origin": "http://localhost:3000", **CSV}
    query = {"kind": "events", "name": "jan.csv"}
    refused = await stranger.post(post, params=query, content=FILE, headers=origin)
    assert_problem(refused, 401, "not_signed_in")
    cookie = await signed_in(Role.OWNER)
    stranger.cookies.set(sessions.COOKIE_NAME, cookie)
    for other in ({}, {"origin": "https://evil.example"}):
        evil = await stranger.post(post, params=query, content=FILE, headers=CSV | other)
        assert_problem(evil, 403, "not_allowed")
    done = await stranger.post(post, params=query, content=FILE, headers=origin)
    assert done.status_code == 201, done.text
    assert [row["id"] for row in await items(api, "/imports")] == [done.json()["id"]]
    viewer = await signed_in(Role.VIEWER)
    stranger.cookies.set(sessions.COOKIE_NAME, viewer)
    assert_problem(
        await stranger.post(post, params=query, content=FILE, headers=origin), 403, "not_allowed"
    )


async def signed_in(role: Role) -> str:
    email = f"{role}@example.com"
    user = await users.create_user(email=email, password="a long password, really", role=role)
    return await sessions.redeem_ticket(await sessions.issue_ticket(user.id))
