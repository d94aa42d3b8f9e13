"""Which errors a route can answer, by its method and path, and how OpenAPI says so."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from dashboard.answers import title_of
from dashboard.api.does import Does
from dashboard.api.problem import MEDIA_TYPE
from services.actor import Right

_STALE: Final = "StaleVersion"

# name of the component, what it means, its code, the sentence that stands in the example
_KNOWN: Final[Mapping[int, tuple[str, str, str, str]]] = {
    400: ("BrokenJson", "The body is no JSON.", "broken_json", "The JSON breaks off in line 1."),
    401: (
        "NotSignedIn",
        "No key, or one that does not exist.",
        "not_signed_in",
        "Send your API key as the header “Authorization: Bearer <key>”.",
    ),
    403: (
        "NotAllowed",
        "The key lacks the right.",
        "not_allowed",
        "Campaign tool may not do this: the right “edit_definitions” is missing.",
    ),
    404: ("NotFound", "There is none of this name.", "not_found", "There is no event “sale”."),
    409: (
        "Conflict",
        "The present state forbids it: taken, in use, or changed meanwhile.",
        "conflict",
        "There is an event called “sale” already; it may be archived. Choose another name.",
    ),
    413: ("TooLarge", "The body is too long.", "too_large", "A body may be at most 1024 KiB long."),
    415: (
        "NotJson",
        "The body says that it is no JSON.",
        "not_json",
        "Send JSON, with the header “Content-Type: application/json”.",
    ),
    422: (
        "Invalid",
        "Fields or parameters are wrong; every wrong one is named.",
        "invalid_input",
        "Give a name.",
    ),
    429: ("TooMany", "Wait as long as `Retry-After` says.", "too_many", "Wait 12 seconds."),
    503: (
        "Unavailable",
        "The database takes nothing now. Nothing was stored.",
        "unavailable",
        "The database cannot store anything now. Try again in a moment.",
    ),
}
_WAIT: Final = {"Retry-After": {"description": "seconds to wait", "schema": {"type": "integer"}}}
_FIELD: Final[Mapping[int, str]] = {422: "name", 409: "name"}


def implied_problems(
    mark: Does, method: str, *, path: str, takes_json: bool, is_plain: bool
) -> frozenset[int]:
    """Return the statuses of all errors that a route can answer, beside bugs."""
    found = set(mark.problems)
    if mark.right is not None:
        found |= {401, 403, 422, 429, 503}
    if "{" in path:
        found.add(404)
    if takes_json and mark.right is not None:
        found |= {400, 413, 415}
    if method != "GET" and mark.right not in {Right.READ, Right.SEND_TESTS, Right.INCOMING}:
        found.add(409)
    if method != "GET" and is_plain:
        found |= {400, 413}
    return frozenset(found)


def problem_components() -> dict[str, Any]:
    """Return every error once, for `#/components/responses`."""
    components = {name: _response(status, "Problem") for status, (name, *_) in _KNOWN.items()}
    components[_STALE] = _response(409, "StaleVersionProblem")
    return components


def problem_reference(status: int, *, stale: bool = False) -> dict[str, str]:
    """Return the reference to one of them; `stale`: a version can be one of the reasons."""
    return {"$ref": f"#/components/responses/{_STALE if stale else _KNOWN[status][0]}"}


def _response(status: int, shape: str) -> dict[str, Any]:
    _, meaning, code, detail = _KNOWN[status]
    field = _FIELD.get(status)
    example: dict[str, Any] = {
        "type": f"urn:afterlead:problem:{code}",
        "title": title_of(HTTPStatus(status)),
        "status": status,
        "code": code,
        "detail": detail,
        "errors": [{"field": field, "message": detail}] if field else [],
    }
    schema: dict[str, Any] = {"$ref": "#/components/schemas/Problem"}
    if shape != "Problem":
        code = "stale_version"
        detail = (
            "This event was changed by somebody else meanwhile: you have version 3, the current "
            "one is 4. Reload it and make your change again."
        )
        example |= {"type": f"urn:afterlead:problem:{code}", "code": code, "detail": detail}
        example |= {"errors": [], "your_version": 3, "current_version": 4}
        schema = {"anyOf": [{"$ref": f"#/components/schemas/{shape}"}, schema]}
    described: dict[str, Any] = {
        "description": meaning,
        "content": {MEDIA_TYPE: {"schema": schema, "example": example}},
    }
    if status in {429, 503}:
        described["headers"] = _WAIT
    return described
