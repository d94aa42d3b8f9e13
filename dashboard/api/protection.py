"""What protects every answer and refuses foreign callers, in front of API, pages and websocket."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.api.page_policy import page_policy
from dashboard.api.problem import problem_of
from dashboard.client_address import came_by_tls, is_own_host, is_own_origin
from services.accounts import sessions
from services.errors import NotAllowed

# For every answer. A partner's page may hold /in as a picture, so nothing here forbids embedding
# of answers; frames are forbidden, and what is not told to be a script is none.
_ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), "
        "gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=(), "
        "clipboard-read=(), clipboard-write=(self)"
    ),
}
# What is no page loads and runs nothing, should a browser ever show it as one.
_NO_PAGE: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_YEAR_SECONDS: Final = 31_536_000
_HSTS: Final = f"max-age={_YEAR_SECONDS}"

# Here a key says who calls, by whatever name he knows us; elsewhere a browser's cookie counts.
_FOR_PROGRAMS: Final = (
    "/api/v1/",
    "/in/",
    "/echo/",
    "/healthz",
    "/readyz",
    "/metrics",
    "/openapi.json",
)
_OURS: Final = (*_FOR_PROGRAMS, "/api/", "/docs")
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class Protection:
    """An ASGI layer: refuses what comes from elsewhere, and adds the headers to what goes out."""

    def __init__(self, app: ASGIApp, *, pages: ASGIApp) -> None:
        self._app = app
        self._page_policy = page_policy(pages)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call, or have it answered by what stands behind."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        call = HTTPConnection(scope)
        answer = refused(call)
        guarded = self._guarded(call, send)
        if answer is None:
            await self._app(scope, receive, guarded)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "foreign origin"})
        else:
            await answer(scope, receive, guarded)

    def _guarded(self, call: HTTPConnection, send: Send) -> Send:
        async def guarded(message: Message) -> None:
            if message["type"] in {"http.response.start", "websocket.accept"}:
                self._protect(call, message)
            await send(message)

        return guarded

    def _protect(self, call: HTTPConnection, message: Message) -> None:
        message.setdefault("headers", [])
        headers = MutableHeaders(raw=list(message["headers"]))
        for name, text in _ALWAYS.items():
            headers.setdefault(name, text)
        if came_by_tls(call):
            headers.setdefault("Strict-Transport-Security", _HSTS)
        if message["type"] == "http.response.start":
            for name, text in self._by_kind(call, message["status"], headers).items():
                headers.setdefault(name, text)
        message["headers"] = headers.raw

    def _by_kind(
        self, call: HTTPConnection, status: int, headers: Mapping[str, str]
    ) -> dict[str, str]:
        """Return policy and caching: for data, for a page, and for the files of the build."""
        path: str = call.scope["path"]
        if path.startswith(_OURS):
            return {"Content-Security-Policy": _NO_PAGE, "Cache-Control": "no-store"}
        if status == HTTPStatus.NOT_MODIFIED:
            # Headers of such an answer would replace those that the browser keeps with its copy.
            return {}
        if headers.get("content-type", "").startswith("text/html"):
            # Without data, but with the names of files that the next build replaces.
            return {"Content-Security-Policy": self._page_policy, "Cache-Control": "no-cache"}
        found = {"Content-Security-Policy": _NO_PAGE}
        if path.startswith("/assets/") and status == HTTPStatus.OK:
            # The build puts a hash of what is in a file into its name.
            found["Cache-Control"] = f"public, max-age={_YEAR_SECONDS}, immutable"
        return found


def refused(call: HTTPConnection) -> Response | None:
    """Return the answer to a call that another site's page may have made, None for a good one."""
    path: str = call.scope["path"]
    origin = call.headers.get("origin")
    if call.scope["type"] == "websocket":
        # Programs send no Origin, and have no cookie that they did not ask for.
        return _foreign() if origin is not None and not is_own_origin(origin, call) else None
    if not path.startswith(_FOR_PROGRAMS) and not is_own_host(call):
        return _unknown_name(call)
    changes = call.scope["method"] not in _SAFE_METHODS
    by_cookie = sessions.COOKIE_NAME in call.cookies and "authorization" not in call.headers
    if changes and by_cookie and not (origin and is_own_origin(origin, call)):
        return _foreign()
    return None


def _foreign() -> Response:
    return problem_of(
        NotAllowed("Only this site's own pages may do this. Open Afterlead and do it there.")
    )


def _unknown_name(call: HTTPConnection) -> Response:
    scheme = "https" if came_by_tls(call) else "http"
    name = call.headers.get("host", "")[:255]
    return PlainTextResponse(
        f"Afterlead is not known by the name {name}.\n\n"
        f"If people are to use it, add {scheme}://{name} to AFTERLEAD_ORIGINS and start again.\n"
        "Behind a proxy, have it pass the Host header on, or set AFTERLEAD_PROXY_HOPS.\n",
        HTTPStatus.MISDIRECTED_REQUEST,
        {"Cache-Control": "no-store"},
    )
