"""The description at /openapi.json is whole, leads nowhere wrong, and its examples hold."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest
from fastapi.routing import APIRoute

from dashboard.api.app import create_api
from dashboard.api.body_examples import BODIES
from dashboard.api.does import does_of, right_of
from services.actor import Right
from services.validation import InputModel, validate

ROOT = Path(__file__).resolve().parents[3]
API = create_api()
DESCRIBED: dict[str, Any] = json.loads(json.dumps(API.openapi()))
ROUTES = [route for route in API.routes if isinstance(route, APIRoute) and route.include_in_schema]
OPERATIONS = [
    (method, path, call)
    for path, calls in DESCRIBED["paths"].items()
    for method, call in calls.items()
]


def found_at(reference: str) -> dict[str, Any]:
    found: Any = DESCRIBED
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def contents() -> Iterator[tuple[str, dict[str, Any]]]:
    """Return every content of every answer, and where it stands."""
    for method, path, call in OPERATIONS:
        for status, answer in call["responses"].items():
            whole = found_at(answer["$ref"]) if "$ref" in answer else answer
            for content in whole.get("content", {}).values():
                yield f"{method} {path} {status}", content


async def test_it_is_served_as_openapi_3_1(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/openapi.json")
    assert answer.json() == DESCRIBED
    assert DESCRIBED["openapi"].startswith("3.1")


def test_every_reference_leads_somewhere() -> None:
    references = set(re.findall(r'"\$ref": "(#/[^"]+)"', json.dumps(DESCRIBED)))
    assert len(references) > 20
    for reference in references:
        assert found_at(reference)


def test_every_operation_has_a_name_of_its_own_and_a_chapter() -> None:
    names = [call["operationId"] for _, _, call in OPERATIONS]
    assert len(names) == len(set(names))
    assert all(re.fullmatch("[a-z]+(_[a-z]+)+|healthz|readyz", name) for name in names)
    chapters = {chapter["name"] for chapter in DESCRIBED["tags"]}
    assert {tag for _, _, call in OPERATIONS for tag in call["tags"]} == chapters


@pytest.mark.parametrize(
    ("method", "path", "call"), OPERATIONS, ids=[f"{m} {p}" for m, p, _ in OPERATIONS]
)
def test_every_operation_is_told_in_full(method: str, path: str, call: dict[str, Any]) -> None:
    assert call["summary"]
    assert not call["summary"].endswith(".")
    statuses = set(call["responses"])
    assert any(status.startswith("2") for status in statuses)
    if call["security"]:
        assert statuses >= {"401", "403", "429", "503"}
        assert "Needs the right" in call["description"]
    if "requestBody" in call:
        assert statuses >= {"400", "413", "422"}
        content = call["requestBody"]["content"]["application/json"]
        assert content["example"] is not None
        assert content["schema"]["type"] == "object"
    if method in {"put", "patch"}:
        assert "requestBody" in call
        # How a file is read has no version: it is a draft, and ends when it is imported.
        names = {each["name"] for each in call["parameters"]}
        assert "If-Match" in names or path.endswith("/imports/{import_id}/mapping")
    if "{" in path:
        assert "404" in statuses
    in_path = {each["name"] for each in call.get("parameters", ()) if each["in"] == "path"}
    assert in_path == set(re.findall(r"\{(\w+)\}", path))


def test_every_example_of_an_answer_is_one() -> None:
    for place, content in contents():
        schema = {**content["schema"], "components": DESCRIBED["components"]}
        problems = [str(each) for each in jsonschema_rs.iter_errors(schema, content["example"])]
        assert problems == [], place


def test_every_id_in_a_path_has_an_example_as_we_make_them() -> None:
    made = re.compile(r'(?:new_id\(|id_prefix=)"([a-z]+)"')
    prefixes = {
        prefix
        for path in (ROOT / "services").rglob("*.py")
        for prefix in made.findall(path.read_text(encoding="utf-8"))
    }
    examples = {
        each["name"]: each.get("example", "")
        for _, _, call in OPERATIONS
        for each in call.get("parameters", ())
        if each["in"] == "path" and each["name"].endswith("_id")
    }
    assert len(examples) > 10
    assert [name for name, id_ in examples.items() if id_.partition("_")[0] not in prefixes] == []


def test_every_example_of_a_body_is_accepted() -> None:
    bodies = {mark.body for route in ROUTES if (mark := does_of(route)) and mark.body}
    assert {body.__name__ for body in bodies} == set(BODIES)
    for body in bodies:
        assert issubclass(body, InputModel)
        validate(body, BODIES[body.__name__])


def test_every_route_says_what_right_it_needs() -> None:
    silent = [route.path for route in ROUTES if does_of(route) is None]
    assert silent == []
    open_to_all = {route.path for route in ROUTES if right_of(route) is None}
    assert open_to_all == {"/echo/{name}", "/healthz", "/readyz"}
    assert {route.path for route in ROUTES if right_of(route) is Right.INCOMING} == {"/in/{key}"}


def test_the_incoming_url_takes_query_form_and_json() -> None:
    paths = DESCRIBED["paths"]
    names = {each["name"] for each in paths["/in/{key}"]["get"]["parameters"]}
    assert names >= {"key", "event", "transaction_id", "status", "return", "test"}
    forms = paths["/in/{key}"]["post"]["requestBody"]["content"]
    assert set(forms) == {"application/json", "application/x-www-form-urlencoded"}
