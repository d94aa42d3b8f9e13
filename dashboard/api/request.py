"""What every route asks of a call: its key, its JSON object, its page, its version."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import Depends, Query, Request
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from pydantic import AfterValidator
from starlette.requests import ClientDisconnect
from starlette.types import Message

from dashboard.api.problem import BodyTooLarge, NotJson
from dashboard.api.repeats import note_body
from dashboard.client_address import client_address
from models.words import CallWay
from services.accounts import keys
from services.actor import Actor, Right
from services.errors import InvalidInput, NotAllowed, NotSignedIn
from services.inbox import bad_keys
from services.json_text import read_object
from services.moments import read_moment
from services.paging import MAX_LIMIT, PageRequest
from services.validation import InputModel

MAX_BODY_BYTES: Final = 1024 * 1024

# What follows a hyphen is a digest of what the version does not count; see `answer_versioned`.
_ETAG = re.compile(r'(?:W/)?"([0-9]{1,9})(?:-[0-9a-f]+)?"|([0-9]{1,9})')

# Only for the OpenAPI description; `caller` reads the header itself, with messages of its own.
bearer = HTTPBearer(auto_error=False, description="An API key.")


class CopyInput(InputModel):
    """The name of a copy; without one it is made from the original's."""

    name: str | None = None


async def caller(request: Request) -> Actor:
    """Return the program behind the call's key; raise NotSignedIn."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        bad_keys.note(client_address(request), CallWay.API, key="")
        raise NotSignedIn("Send your API key as the header “Authorization: Bearer <key>”.")
    return await actor_behind(request, secret.strip(), CallWay.API)


async def actor_behind(request: Request, key: str, way: CallWay) -> Actor:
    """Return the program behind a key, with its address; a bad key is counted and NotSignedIn."""
    address = client_address(request)
    try:
        return await keys.actor_of_key(key, address=address)
    except NotSignedIn:
        bad_keys.note(address, way, key=key)
        raise


async def read_at_most(request: Request, limit: int) -> bytes:
    """Return the body, or its first `limit` + 1 bytes; the rest of a longer one is not read."""
    message = await request.receive()
    raw = _chunk(message)
    if message.get("more_body"):
        chunks = [raw]
        size = len(raw)
        while message.get("more_body") and size <= limit:
            message = await request.receive()
            chunks.append(_chunk(message))
            size += len(chunks[-1])
        raw = b"".join(chunks)
    return raw[: limit + 1] if len(raw) > limit else raw


def _chunk(message: Message) -> bytes:
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    chunk: bytes = message.get("body", b"")
    return chunk


async def json_object(request: Request) -> dict[str, object]:
    """Return the body as a JSON object; no body at all is an empty one.

    Raises BodyTooLarge beyond 1 MiB, NotJson and BrokenJson.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > MAX_BODY_BYTES:
        raise _too_large()
    raw = await read_at_most(request, MAX_BODY_BYTES)
    if len(raw) > MAX_BODY_BYTES:
        raise _too_large()
    note_body(raw)
    if not raw:
        return {}
    media_type = request.headers.get("content-type", "application/json").partition(";")[0]
    media_type = media_type.strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise NotJson("Send JSON, with the header “Content-Type: application/json”.")
    return read_object(raw)


def expected_version(request: Request) -> int | None:
    """Return the version in `If-Match`, or None for a caller who does not care."""
    text = request.headers.get("if-match", "").strip()
    if text in {"", "*"}:
        return None
    found = _ETAG.fullmatch(text)
    if found is None:
        raise InvalidInput({"If-Match": 'Give the version in quotes, such as "3".'})
    return int(found[1] or found[2])


def page(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="rows wanted")] = 50,
    cursor: Annotated[str, Query(description="`next_cursor` of the page before")] = "",
) -> PageRequest:
    """Return which page of a list is wanted."""
    return PageRequest(limit=limit, cursor=cursor)


def three_way(text: str) -> bool | None:
    """Return what `true`, `false` or `any` means; raise ValueError for another word."""
    meanings = {"true": True, "1": True, "false": False, "0": False, "any": None}
    if text not in meanings:
        raise ValueError("Give true, false or any.")
    return meanings[text]


def words(given: Iterable[str]) -> tuple[str, ...]:
    """Return the words of a parameter that may be repeated or hold several between commas."""
    return tuple(word for text in given for word in text.split(",") if word)


def moment(text: str) -> datetime | None:
    """Return a time of the query, or None for an empty one; raise ValueError."""
    if not text:
        return None
    # In a query an unescaped "+" of the offset arrives as a space.
    return read_moment(text[:10] + text[10:].replace(" ", "+") if "T" in text else text)


def fits(read: Callable[[Any], object]) -> AfterValidator:
    """Return the rule that `read` must understand a parameter, which stays as it is.

    All parameters are judged before any is used, so that every wrong one is named at once;
    `read` says what is wrong with one by a ValueError.
    """

    def _check(given: Any) -> Any:
        read(given)
        return given

    return AfterValidator(_check)


def one_of(known: Iterable[str]) -> AfterValidator:
    """Return the rule that a parameter is empty, or consists of known words."""
    possible = tuple(known)

    def _read(given: str | list[str]) -> None:
        if not set(words([given] if isinstance(given, str) else given)) <= set(possible):
            raise ValueError(f"Give one of {', '.join(possible)}.")

    return fits(_read)


ThreeWay = Annotated[str, fits(three_way)]
MomentText = Annotated[str, fits(moment)]


def archived_too(
    archived: Annotated[ThreeWay, Query(description="true, false or any")] = "false",
) -> bool | None:
    """Return whether archived ones are wanted; None means both."""
    return three_way(archived)


async def no_incoming_key(actor: Annotated[Actor, Depends(caller)]) -> None:
    """Refuse the key of an incoming URL: it stands in a partner's hands, and only `/in` takes it.

    Before anything else of the call is judged, so that such a key learns nothing of us.
    """
    if Right.INCOMING in actor.rights:
        raise NotAllowed("This is the key of an incoming URL. It works there and nowhere else.")


def only_known_query(request: Request, _actor: Annotated[Actor, Depends(caller)]) -> None:
    """Refuse unknown query parameters, once the key is good; see `refuse_unknown_query`."""
    refuse_unknown_query(request)


def refuse_unknown_query(request: Request) -> None:
    """Refuse a query parameter that the route does not name: a misspelt one would be lost."""
    if not request.scope["query_string"]:
        return
    known = _query_names(request.scope["route"])
    unknown = {name for name in request.query_params if name not in known}
    if unknown:
        raise InvalidInput(
            {name[:64]: "There is no query parameter of this name." for name in sorted(unknown)},
            code="unknown_query_parameter",
        )


def _query_names(route: APIRoute) -> frozenset[str]:
    names: set[str] = set()
    waiting = [route.dependant]
    while waiting:
        dependant = waiting.pop()
        names.update(field.alias for field in dependant.query_params)
        waiting.extend(dependant.dependencies)
    return frozenset(names)


def _too_large() -> BodyTooLarge:
    return BodyTooLarge(f"A body may be at most {MAX_BODY_BYTES // 1024} KiB long.")


Caller = Annotated[Actor, Depends(caller)]
JsonObject = Annotated[dict[str, Any], Depends(json_object)]
PageOf = Annotated[PageRequest, Depends(page)]
ExpectedVersion = Annotated[int | None, Depends(expected_version)]
Archived = Annotated[bool | None, Depends(archived_too)]
Search = Annotated[str, Query(max_length=200, description="part of a name")]
