"""Service error → `application/problem+json` (RFC 9457). The only such mapping for HTTP."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from dashboard.answers import PROBLEM_TYPE, problem_content
from dashboard.api.answer import json_bytes
from services.errors import (
    AppError,
    Busy,
    Conflict,
    InvalidInput,
    NotAllowed,
    NotFound,
    NotSignedIn,
    StaleVersion,
    TooMany,
    Unavailable,
)
from services.json_text import BrokenJson

MEDIA_TYPE: Final = PROBLEM_TYPE
RETRY_SECONDS: Final = 1


class BodyTooLarge(AppError):
    """The body is longer than a call may be; the rest of it was not read."""

    code = "too_large"


class NotJson(AppError):
    """The body says of itself that it is something else than JSON."""

    code = "not_json"


class NoSuchPath(AppError):
    """Nothing answers at this address."""

    code = "not_found"


class WrongMethod(AppError):
    """The address exists, but not for this method."""

    code = "method_not_allowed"

    def __init__(self, message: str, *, allowed: Sequence[str]) -> None:
        super().__init__(message)
        self.allowed = tuple(allowed)


# The first class that fits decides.
_STATUS: Final[tuple[tuple[type[AppError], HTTPStatus], ...]] = (
    (NotSignedIn, HTTPStatus.UNAUTHORIZED),
    (NotAllowed, HTTPStatus.FORBIDDEN),
    (NotFound, HTTPStatus.NOT_FOUND),
    (NoSuchPath, HTTPStatus.NOT_FOUND),
    (WrongMethod, HTTPStatus.METHOD_NOT_ALLOWED),
    (Conflict, HTTPStatus.CONFLICT),
    (BodyTooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (NotJson, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    (InvalidInput, HTTPStatus.UNPROCESSABLE_ENTITY),
    (TooMany, HTTPStatus.TOO_MANY_REQUESTS),
    (Unavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (BrokenJson, HTTPStatus.BAD_REQUEST),
    (AppError, HTTPStatus.BAD_REQUEST),
)


def problem(
    status: int,
    *,
    code: str,
    detail: str,
    fields: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    **more: object,
) -> Response:
    """Return an answer in the one shape of all errors; `more` become members of their own."""
    content = problem_content(status, code=code, detail=detail, fields=fields, **more)
    return Response(json_bytes(content), status, headers, media_type=MEDIA_TYPE)


def problem_of(error: AppError) -> Response:
    """Return the answer for an error that the caller can understand."""
    status = next(status for kind, status in _STATUS if isinstance(error, kind))
    fields = error.fields if isinstance(error, InvalidInput | Conflict) else None
    headers: dict[str, str] = {}
    more: dict[str, object] = {}
    detail = error.message
    if isinstance(error, NotSignedIn):
        headers["WWW-Authenticate"] = "Bearer"
    elif isinstance(error, TooMany | Busy):
        headers["Retry-After"] = str(error.retry_after_seconds)
    elif isinstance(error, Unavailable):
        headers["Retry-After"] = str(RETRY_SECONDS)
    elif isinstance(error, WrongMethod):
        headers["Allow"] = ", ".join(error.allowed)
    elif isinstance(error, StaleVersion):
        more = {"your_version": error.yours, "current_version": error.current}
    elif isinstance(error, InvalidInput):
        sentences = list(error.fields.values())
        detail = sentences[0] if len(sentences) == 1 else "Some fields are wrong."
    return problem(status, code=error.code, detail=detail, fields=fields, headers=headers, **more)


def broken_off() -> Response:
    """Return the answer to a body that ended before it was whole."""
    return problem(
        HTTPStatus.BAD_REQUEST,
        code="broken_body",
        detail="The body broke off before its end. Send the call again.",
    )


def install(api: FastAPI) -> None:
    """Have every error of the API answered as a problem; a bug says nothing of itself."""

    @api.exception_handler(AppError)
    async def _known(_request: Request, error: AppError) -> Response:
        return problem_of(error)

    @api.exception_handler(RequestValidationError)
    async def _wrong_parameter(_request: Request, error: RequestValidationError) -> Response:
        fields = {str(each["loc"][1]): _sentence(each) for each in error.errors()}
        return problem_of(InvalidInput(fields))

    @api.exception_handler(HTTPException)
    async def _of_the_framework(_request: Request, error: HTTPException) -> Response:
        code = HTTPStatus(error.status_code).name.lower()
        return problem(
            error.status_code, code=code, detail=str(error.detail), headers=error.headers
        )

    # Broken chunks look like this too, and their sender still listens.
    @api.exception_handler(ClientDisconnect)
    async def _broken_off(_request: Request, _error: ClientDisconnect) -> Response:
        return broken_off()

    # The server below logs the traceback, once: Starlette raises the error again after this.
    @api.exception_handler(Exception)
    async def _bug(_request: Request, _error: Exception) -> Response:
        return problem(
            HTTPStatus.INTERNAL_SERVER_ERROR,
            code="internal_error",
            detail="Something went wrong on our side. It was logged; the call may be repeated.",
        )


def _sentence(error: Mapping[str, object]) -> str:
    context = error.get("ctx")
    limits = context if isinstance(context, Mapping) else {}
    if error["type"] == "value_error":
        return str(limits["error"])
    if "ge" in limits:
        return f"Give a number of at least {limits['ge']}."
    if "le" in limits:
        return f"Give a number of at most {limits['le']}."
    if "expected" in limits:
        return f"Give one of these: {limits['expected']}."
    return "Give a whole number." if "int" in str(error["type"]) else "This value does not fit."
