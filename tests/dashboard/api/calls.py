"""Calls that many tests of the API make, and how they read a refusal."""

import httpx

BASE = "/api/v1"
MEMBERS = {"type", "title", "status", "code", "detail", "errors"}


async def create(api: httpx.AsyncClient, path: str, **body: object) -> dict:
    """Return what was made of the body; fail unless it is new."""
    response = await api.post(f"{BASE}{path}", json=body)
    assert response.status_code == 201, response.text
    return response.json()


async def items(api: httpx.AsyncClient, path: str, **query: object) -> list[dict]:
    """Return the rows of a list."""
    response = await api.get(f"{BASE}{path}", params=query)
    assert response.status_code == 200, response.text
    return response.json()["items"]


def fields_of(response: httpx.Response) -> dict[str, str]:
    """Return the sentence per wrong field."""
    return {error["field"]: error["message"] for error in response.json()["errors"]}


def assert_problem(
    response: httpx.Response, status: int, code: str, fields: set[str] | None = None
) -> None:
    """Check the one shape of all refusals, and which fields are named."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert set(body) >= MEMBERS
    assert (body["status"], body["code"]) == (status, code)
    assert body["detail"]
    if fields is not None:
        assert set(fields_of(response)) == fields


def assert_stale(response: httpx.Response, *, yours: int, current: int) -> None:
    """Check that somebody who was too late is told both versions."""
    assert_problem(response, 409, "stale_version")
    body = response.json()
    assert (body["your_version"], body["current_version"]) == (yours, current)
