"""Who fetches a file: a program with its key, or a person signed in on our own pages."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request

from dashboard.api.request import bearer, caller, refuse_unknown_query
from dashboard.api.routing import BASE, operation_id
from dashboard.client_address import client_address
from services.accounts import sessions
from services.actor import Actor, Right
from services.errors import NotAllowed, NotSignedIn

# What a browser says of a click on one of our own pages, or of an address that was typed.
_OWN: Final = frozenset({"same-origin", "none"})


async def signed_in(request: Request) -> Actor:
    """Return the person behind the cookie; raise NotSignedIn, and NotAllowed for another's link."""
    # A link on another site would at most fill the person's disk; it has no business here either.
    if request.headers.get("sec-fetch-site", "same-origin") not in _OWN:
        raise NotAllowed("Fetch this file from this site's own pages.")
    cookie = request.cookies.get(sessions.COOKIE_NAME, "")
    found = await sessions.actor_of(cookie, address=client_address(request))
    if found is None:
        raise NotSignedIn("You are not signed in any more. Sign in and fetch the file again.")
    return found


async def caller_or_visitor(request: Request) -> Actor:
    """Return the program behind a key, or else the person who is signed in on our own pages."""
    if "authorization" not in request.headers and request.cookies.get(sessions.COOKIE_NAME):
        return await signed_in(request)
    actor = await caller(request)
    if Right.INCOMING in actor.rights:
        raise NotAllowed("This is the key of an incoming URL. It works there and nowhere else.")
    return actor


Visitor = Annotated[Actor, Depends(caller_or_visitor)]


def files(tag: str) -> APIRouter:
    """Return the router of files that a GET fetches, for programs and for our own pages alike."""
    return APIRouter(
        prefix=BASE,
        tags=[tag],
        dependencies=[Depends(bearer), Depends(_known_query)],
        generate_unique_id_function=operation_id,
    )


def _known_query(request: Request, _actor: Visitor) -> None:
    refuse_unknown_query(request)
