"""Which key opens which route: asked of every route that there is."""

import re

import httpx
from fastapi.routing import APIRoute

from dashboard.api.app import create_api
from models.words import KeyScope
from tests.dashboard.api.calls import BASE, assert_problem
from tests.dashboard.conftest import MakeKey

# A preview changes nothing.
READING = {"/postbacks/preview", "/event-lists/preview"}

ROUTES = sorted(
    (method, route.path)
    for route in create_api().routes
    if isinstance(route, APIRoute) and route.path.startswith(BASE)
    for method in route.methods
)


def address(path: str) -> str:
    return re.sub(r"\{[a-z_]+\}", "unknown", path)


def test_the_walk_over_all_routes_finds_them() -> None:
    assert len(ROUTES) > 50


async def test_without_a_key_every_route_is_closed(stranger: httpx.AsyncClient) -> None:
    for method, path in ROUTES:
        assert_problem(await stranger.request(method, address(path)), 401, "not_signed_in")


async def test_a_key_of_an_incoming_url_opens_no_route(
    stranger: httpx.AsyncClient, make_key: MakeKey
) -> None:
    stranger.headers.update(await make_key(KeyScope.INCOMING))
    for method, path in ROUTES:
        # Neither a broken body nor an unknown name nor parameter tells such a key anything else.
        response = await stranger.request(method, f"{address(path)}?nothing=1", content=b"{")
        assert_problem(response, 403, "not_allowed")


async def test_a_key_that_may_only_read_is_refused_where_something_changes(
    stranger: httpx.AsyncClient, make_key: MakeKey
) -> None:
    stranger.headers.update(await make_key(KeyScope.READ))
    for method, path in ROUTES:
        response = await stranger.request(method, address(path), json={})
        if method == "GET" or path.removeprefix(BASE) in READING:
            assert response.status_code in {200, 404, 422}, (method, path)
        else:
            assert (response.status_code, method, path) == (403, method, path)
