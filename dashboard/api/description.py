"""Writes /openapi.json from the routes and from what each says of itself (`does`)."""

import json
import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final, cast

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from dashboard.api.answer import JSON_TYPE
from dashboard.api.body_examples import BODIES, TEXTS
from dashboard.api.does import Does, does_of
from dashboard.api.examples import example_of
from dashboard.api.request import expected_version, json_object
from dashboard.api.response_problems import implied_problems, problem_components, problem_reference
from dashboard.api.routing import PlainRoute, json_body
from dashboard.api.shapes.envelopes import Problem, StaleVersionProblem
from dashboard.api.tags import INTRODUCTION, TAGS
from services.accounts.rights import SCOPE_RIGHTS
from services.actor import Right

Json = dict[str, Any]

_REFERENCE: Final = "#/components/schemas/{model}"
_PAGE: Final = re.compile(r"Listed_(\w+?)_(?=\W)")
# What all definitions have, after what they are.
_LAST: Final = frozenset({"version", "created_at", "updated_at", "archived_at"})
_BEARER: Final = {
    "type": "http",
    "scheme": "bearer",
    "description": "A key, made under Settings → API keys or by `create-key`.",
}
_ETAG: Final = {
    "description": "the version; send it back as `If-Match`",
    "schema": {"type": "string", "examples": ['"3"']},
}
_LOCATION: Final = {"description": "where it is", "schema": {"type": "string"}}
_IF_MATCH: Final = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "the version that you know; 409 with both when it is another by now",
    "schema": {"type": "string", "pattern": '^(|(W/)?"[0-9]{1,9}(-[0-9a-f]+)?"|[0-9]{1,9}|\\*)$'},
    "example": '"3"',
}
_IF_NONE_MATCH: Final = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "the `ETag` that you hold; 304 when nothing has changed",
    "schema": {"type": "string"},
    "example": '"3"',
}


def describe(api: FastAPI) -> Json:
    """Return the description of every route that is not hidden."""
    routes = [
        route for route in api.routes if isinstance(route, APIRoute) and route.include_in_schema
    ]
    document = get_openapi(
        title="Afterlead",
        version="1",
        summary="What happens after a lead is submitted.",
        description=INTRODUCTION,
        routes=routes,
        tags=[dict(tag) for tag in TAGS],
    )
    schemas, definitions = _schemas(routes)
    for route in routes:
        mark = does_of(route)
        if mark is not None:
            for method in route.methods:
                operation = document["paths"][route.path_format][method.lower()]
                _complete(operation, route, mark, method, schemas, definitions)
    document["components"] = {
        "securitySchemes": {"key": _BEARER},
        "schemas": definitions,
        "responses": problem_components(),
    }
    # pydantic names a generic shape after its parts.
    return cast("Json", json.loads(_PAGE.sub(r"\1Page", json.dumps(document) + " ")))


def _schemas(routes: Iterable[APIRoute]) -> tuple[dict[Any, Json], Json]:
    """Return the schema of each answer, and all definitions that they refer to."""
    shapes: dict[Any, TypeAdapter[Any]] = {
        shape: TypeAdapter(shape)
        for route in routes
        if (mark := does_of(route)) is not None
        for shape in (mark.answer, *mark.also.values())
        if shape is not None
    }
    shapes |= {shape: TypeAdapter(shape) for shape in (Problem, StaleVersionProblem)}
    found, shared = TypeAdapter.json_schemas(
        [(shape, "serialization", adapter) for shape, adapter in shapes.items()],
        ref_template=_REFERENCE,
    )
    definitions = dict(shared["$defs"])
    for definition in definitions.values():
        members = definition.get("properties", {})
        if members:
            ordered = sorted(members.items(), key=lambda each: each[0] in _LAST)
            definition["properties"] = dict(ordered)
    return {shape: schema for (shape, _), schema in found.items()}, definitions


def _complete(
    operation: Json,
    route: APIRoute,
    mark: Does,
    method: str,
    schemas: Mapping[Any, Json],
    definitions: Json,
) -> None:
    """Say of one operation all that FastAPI cannot know, since handlers answer by themselves."""
    operation["summary"], operation["description"] = _told(route, mark)
    # The key of an incoming URL stands in its address.
    by_key = mark.right not in {None, Right.INCOMING}
    operation["security"] = [{"key": []}] if by_key else []
    if mark.right is not None:
        operation["x-required-right"] = mark.right.value
    called = set(_calls(route.dependant))
    if mark.body is not None:
        body = json_body(mark.body, partial=mark.partial)["requestBody"]
        content = body["content"]["application/json"]
        content["example"] = BODIES[mark.body.__name__]
        operation["requestBody"] = body
    parameters = list(operation.get("parameters", ()))
    parameters += [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)", route.path)
        if name not in {each["name"] for each in parameters}
    ]
    if mark.right is not Right.INCOMING:
        parameters = [_constrained(each) for each in parameters]
    if expected_version in called:
        parameters.append(dict(_IF_MATCH))
    if mark.versioned and method == "GET":
        parameters.append(dict(_IF_NONE_MATCH))
    if parameters:
        operation["parameters"] = parameters
    operation["responses"] = _responses(route, mark, method, schemas, definitions)
    takes_json = json_object in called or (isinstance(route, PlainRoute) and method == "POST")
    problems = implied_problems(
        mark, method, path=route.path, takes_json=takes_json, is_plain=isinstance(route, PlainRoute)
    )
    for status in sorted(problems - {int(status) for status in operation["responses"]}):
        stale = status == HTTPStatus.CONFLICT and expected_version in called
        operation["responses"][str(status)] = problem_reference(status, stale=stale)


def _told(route: APIRoute, mark: Does) -> tuple[str, str]:
    """Return the summary, one line, and the description of what a function says of itself."""
    text = (route.endpoint.__doc__ or route.name).strip()
    first, _, rest = text.partition("\n")
    told = " ".join(line.strip() for line in rest.strip().splitlines())
    # A menu has room for the first part of a sentence; what follows is told below it.
    head, _, tail = first.strip().rstrip(".").partition("; ")
    more = f"{tail[:1].upper()}{tail[1:]}." if tail else ""
    summary = route.summary or head
    sentences = [first.strip() if route.summary else more, told]
    if mark.right is not None:
        scopes = [scope.value for scope, rights in SCOPE_RIGHTS.items() if mark.right in rights]
        right = mark.right.value.replace("_", " ")
        named = " or ".join([", ".join(scopes[:-1]), scopes[-1]] if scopes[1:] else scopes)
        sentences.append(f"Needs the right “{right}”: a key of scope {named}.")
    return summary, "\n\n".join(each for each in sentences if each)


def _responses(
    route: APIRoute,
    mark: Does,
    method: str,
    schemas: Mapping[Any, Json],
    definitions: Json,
) -> Json:
    status = int(route.status_code or HTTPStatus.OK)
    answers = {status: mark.answer, **mark.also}
    found: Json = {}
    for code, shape in answers.items():
        response: Json = {"description": HTTPStatus(code).phrase}
        if shape is not None:
            schema = schemas[shape]
            example = example_of(schema, definitions)
            response["content"] = {JSON_TYPE: {"schema": schema, "example": example}}
        if mark.text:
            text = {"schema": {"type": "string"}, "example": TEXTS[mark.text]}
            response.setdefault("content", {})[mark.text] = text
        headers = {}
        if mark.versioned:
            headers["ETag"] = _ETAG
        if code == HTTPStatus.CREATED and mark.body is not None and route.path.startswith("/api"):
            headers["Location"] = _LOCATION
        if headers and not isinstance(route, PlainRoute):
            response["headers"] = headers
        found[str(code)] = response
    if mark.versioned and method == "GET":
        found["304"] = {"description": "Nothing has changed since", "headers": {"ETag": _ETAG}}
    return found


def _constrained(parameter: Json) -> Json:
    """Return a parameter with the rule and an example of its name, where it has one."""
    rule = _PARAMETERS.get((parameter["in"], parameter["name"]))
    if rule is None:
        return parameter
    given = dict(rule)
    example = given.pop("example")
    text = given.pop("description")
    schema = {**parameter["schema"], **given}
    return {"description": text, **parameter, "schema": schema, "example": example}


def _calls(dependant: Dependant) -> Iterable[Any]:
    yield dependant.call
    for below in dependant.dependencies:
        yield from _calls(below)


_KEY: Final = {"pattern": "^[a-z0-9][a-z0-9_-]{0,63}$", "description": "its key"}
_NAME: Final = {"pattern": "^[a-z][a-z0-9_]{0,63}$"}
_PARAMETERS: Final[Mapping[tuple[str, str], Json]] = {
    ("path", "key"): {**_KEY, "example": "auto-us"},
    ("path", "name"): {**_NAME, "description": "the name of an event", "example": "sale"},
    ("path", "field"): {**_NAME, "description": "the name of a field", "example": "policy_no"},
    **{
        ("path", f"{noun}_id"): {
            "maxLength": 64,
            "description": f"its id, which begins with `{prefix}_`",
            "example": f"{prefix}_01kg8m2q9d3f5h7j9k1m3p5r7t",
        }
        for noun, prefix in {
            "bulk_replay": "rpl",
            "bulk_resend": "rsd",
            "channel": "nch",
            "delivery": "dlv",
            "entry": "aud",
            "event": "evt",
            "import": "imp",
            "key": "key",
            "lead": "ld",
            "list": "el",
            "notice": "ntc",
            "postback": "pb",
            "submission": "sub",
            "url": "in",
        }.items()
    },
}
