"""Every route, for everybody: refused exactly where the table of rights says so."""

import re

import httpx
import pytest
from fastapi.routing import APIRoute

from dashboard.api.app import create_api
from dashboard.api.does import right_of
from models.words import KeyScope, Role
from services.accounts import sessions, users
from services.accounts.rights import ROLE_RIGHTS, SCOPE_RIGHTS
from services.actor import Right
from services.database import Database
from tests.dashboard.api.calls import BASE, assert_problem
from tests.dashboard.conftest import MakeKey

# Who may call without a key, and why.
OPEN = {
    "/api/session/{ticket}": "a ticket is its own key",
    "/api/sign-out": "ends the session of the cookie that comes along",
    "/echo/{name}": "a partner that only receives",
    "/healthz": "a probe",
    "/readyz": "a probe",
    "/docs": "the description is public",
    "/docs/style.css": "the description is public",
    "/docs/{name}.js": "the description is public",
    "/openapi.json": "the description is public",
}
REFUSED = {401, 403}


def routes() -> list[tuple[str, str, Right | None]]:
    """Return method, path and right of everything that we answer."""
    return [
        (method, route.path, right_of(route))
        for route in create_api().routes
        if isinstance(route, APIRoute)
        for method in sorted(route.methods - {"HEAD", "OPTIONS"})
    ]


def address(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "nothing", path)


async def ask(
    client: httpx.AsyncClient, method: str, path: str, headers: dict[str, str]
) -> httpx.Response:
    takes_body = method in {"POST", "PUT", "PATCH"}
    return await client.request(
        method, address(path), headers=headers, json={} if takes_body else None
    )


def test_every_route_declares_its_right_or_is_known_to_be_open() -> None:
    assert len(routes()) > 80
    undeclared = {path for _, path, right in routes() if right is None}
    assert undeclared == OPEN.keys() & undeclared
    assert {path for path in OPEN if path not in undeclared} <= {"/openapi.json"}


@pytest.mark.parametrize("make_settings", ["sqlite"], indirect=True)
async def test_no_route_but_the_open_ones_answers_a_stranger(
    stranger: httpx.AsyncClient,
) -> None:
    wrong = []
    for method, path, right in routes():
        if right in {None, Right.INCOMING}:
            continue
        for headers in ({}, {"Authorization": "Bearer al_never-made"}, {"Cookie": "x=1"}):
            answer = await ask(stranger, method, path, headers)
            if answer.status_code not in REFUSED:
                wrong.append((method, path, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("scope", list(KeyScope))
@pytest.mark.parametrize("make_settings", ["sqlite"], indirect=True)
async def test_every_route_refuses_exactly_the_keys_without_its_right(
    stranger: httpx.AsyncClient, make_key: MakeKey, scope: KeyScope
) -> None:
    headers = await make_key(scope)
    wrong = []
    for method, path, right in routes():
        if right in {None, Right.INCOMING} or path.startswith("/api/import-files"):
            continue
        answer = await ask(stranger, method, path, headers)
        is_refused = answer.status_code in REFUSED
        if is_refused is (right in SCOPE_RIGHTS[scope]):
            wrong.append((method, path, right, answer.status_code, answer.text[:200]))
    assert wrong == []


@pytest.mark.parametrize("make_settings", ["sqlite"], indirect=True)
async def test_the_key_of_an_incoming_url_learns_nothing_of_any_other_route(
    stranger: httpx.AsyncClient, make_key: MakeKey
) -> None:
    headers = await make_key(KeyScope.INCOMING)
    for method, path, _ in routes():
        if path.startswith(BASE):
            # Neither a broken body nor an unknown parameter tells such a key anything else.
            answer = await stranger.request(
                method, f"{address(path)}?nothing=1", headers=headers, content=b"{"
            )
            assert_problem(answer, 403, "not_allowed")


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("make_settings", ["sqlite"], indirect=True)
async def test_a_cookie_opens_files_alone_and_those_by_the_rights_of_its_person(
    db: Database, stranger: httpx.AsyncClient, role: Role
) -> None:
    person = await users.create_user(
        email=f"{role}@example.com", password="a quiet orange river", role=role
    )
    cookie = await sessions.redeem_ticket(await sessions.issue_ticket(person.id))
    headers = {
        "Cookie": f"{sessions.COOKIE_NAME}={cookie}",
        "Origin": "http://localhost:3000",
        "Sec-Fetch-Site": "same-origin",
    }
    by_cookie = {
        ("GET", "/api/v1/events.csv"),
        ("GET", "/api/v1/audit.csv"),
        ("GET", "/api/v1/imports/templates/{kind}.csv"),
        ("GET", "/api/v1/imports/{import_id}/result.csv"),
        ("POST", "/api/import-files/upload"),
    }
    wrong = []
    for method, path, right in routes():
        if right in {None, Right.INCOMING}:
            continue
        answer = await ask(
            stranger, method, f"{path}?kind=events" if "upload" in path else path, headers
        )
        is_allowed = (method, path) in by_cookie and right in ROLE_RIGHTS[role]
        if (answer.status_code in REFUSED) is is_allowed:
            wrong.append((method, path, right, answer.status_code, answer.text[:200]))
        foreign = {**headers, "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
        answer = await ask(stranger, method, path, foreign)
        if answer.status_code not in REFUSED:
            wrong.append((method, path, "from another site", answer.status_code))
    assert wrong == []
