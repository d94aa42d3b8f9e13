"""What a GET answers of all there is: the members that were asked for, or that nothing changed."""

from typing import Annotated, Any, get_args, get_origin

from fastapi import Query, Request, Response
from starlette.routing import BaseRoute

from dashboard.api.does import does_of
from dashboard.api.request import Caller, words
from dashboard.api.shapes.envelopes import Listed
from services.errors import InvalidInput


def chosen_members(
    request: Request,
    _actor: Caller,
    fields: Annotated[
        list[str] | None,
        Query(description="members wanted, separated by commas; of a list, those of each item"),
    ] = None,
) -> None:
    """Refuse names that are no members of the answer, once the key is good."""
    if fields is None:
        return
    possible = _members(request.scope["route"])
    if not words(fields):
        raise InvalidInput({"fields": f"Name a member. There are {', '.join(possible)}."})
    unknown = [name for name in words(fields) if name not in possible]
    if unknown:
        named = ", ".join(f"“{name[:64]}”" for name in unknown)
        sentence = f"There is no member {named} here. There are {', '.join(possible)}."
        raise InvalidInput({"fields": sentence})


def is_list(route: BaseRoute) -> bool:
    """Tell whether a route answers items."""
    mark = does_of(route)
    return mark is not None and get_origin(mark.answer) is Listed


def is_known(request: Request, response: Response) -> bool:
    """Tell whether the caller holds this very answer: `If-None-Match` (RFC 9110 §13.1.2)."""
    held = request.headers.get("if-none-match", "")
    tag = response.headers.get("etag")
    if not held or tag is None:
        return False
    known = {each.strip().removeprefix("W/") for each in held.split(",")}
    return "*" in known or tag in known


def _members(route: BaseRoute) -> tuple[str, ...]:
    mark = does_of(route)
    shape: Any = mark.answer if mark is not None else None
    if get_origin(shape) is Listed:
        shape = get_args(shape)[0]
    return tuple(getattr(shape, "__annotations__", ()))
