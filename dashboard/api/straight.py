"""The way in of the calls that come by the thousand: past routing and FastAPI's own layers.

Those cost more than storing an event. Everything else about such a call is as elsewhere: the same
endpoint, the same errors in the same shape, and whatever stands in front of the API is in front of
this.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from fastapi import Request, Response
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.api.problem import broken_off, problem_of
from services.errors import AppError

Endpoint = Callable[[Request], Awaitable[Response]]

_IN: Final = "/in/"


class Straight:
    """An ASGI layer that answers some calls itself: by method and path, and those below `/in/`."""

    def __init__(
        self, app: ASGIApp, *, endpoints: Mapping[tuple[str, str], Endpoint], incoming: Endpoint
    ) -> None:
        self._app = app
        self._endpoints = endpoints
        self._incoming = incoming

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call, or hand it on."""
        endpoint = self._endpoint(scope) if scope["type"] == "http" else None
        if endpoint is None:
            await self._app(scope, receive, send)
            return
        try:
            response = await endpoint(Request(scope, receive, send))
        except AppError as error:
            response = problem_of(error)
        except ClientDisconnect:
            response = broken_off()
        await response(scope, receive, send)

    def _endpoint(self, scope: Scope) -> Endpoint | None:
        path: str = scope["path"]
        endpoint = self._endpoints.get((scope["method"], path))
        if endpoint is None and path.startswith(_IN) and scope["method"] in {"GET", "POST"}:
            key = path[len(_IN) :]
            if key and "/" not in key:
                scope["path_params"] = {"key": key}
                return self._incoming
        return endpoint
