"""The cookie: given for a one-time ticket, taken back at sign-out."""

from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from dashboard import routes
from dashboard.client_address import came_by_tls, client_address, is_own_origin
from dashboard.session import SESSION_PATH, SIGN_OUT_PATH, same_site_path
from services.accounts import sessions
from services.errors import NotAllowed, NotSignedIn

router = APIRouter(include_in_schema=False)

COOKIE_SECONDS: Final = int(sessions.ABSOLUTE_LIFETIME.total_seconds())


@router.get(SESSION_PATH + "/{ticket}")
async def open_session(ticket: str, request: Request, next: str = "/") -> Response:  # noqa: A002 - the name in the address
    """Change a ticket into the cookie and go on to `next`, a path of this site.

    A ticket that is old or used leads back to the sign-in page.
    """
    if request.headers.get("sec-fetch-site") == "cross-site":
        raise NotAllowed("Sign in on this site's own page.")
    try:
        cookie = await sessions.redeem_ticket(
            ticket,
            address=client_address(request),
            browser=request.headers.get("user-agent", ""),
            replacing=request.cookies.get(sessions.COOKIE_NAME, ""),
        )
    except NotSignedIn:
        return _see_other(routes.LOGIN)
    response = _see_other(same_site_path(next))
    response.set_cookie(
        sessions.COOKIE_NAME,
        cookie,
        max_age=COOKIE_SECONDS,
        path="/",
        httponly=True,
        samesite="lax",
        secure=came_by_tls(request),
    )
    return response


@router.post(SIGN_OUT_PATH)
async def sign_out(request: Request) -> Response:
    """End the session and take the cookie back; only for a form of our own pages."""
    if not is_own_origin(request.headers.get("origin", ""), request):
        raise NotAllowed("Sign out with the button on this site's own pages.")
    cookie = request.cookies.get(sessions.COOKIE_NAME)
    if cookie:
        await sessions.end(cookie, address=client_address(request))
    response = _see_other(routes.LOGIN)
    response.delete_cookie(
        sessions.COOKIE_NAME,
        path="/",
        httponly=True,
        samesite="lax",
        secure=came_by_tls(request),
    )
    return response


def _see_other(path: str) -> Response:
    # Neither a browser's history nor a proxy may keep an answer that carries a ticket or a cookie.
    return RedirectResponse(
        path, 303, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    )
