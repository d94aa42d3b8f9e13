"""Sends one prepared request once and says what came of it."""

import time
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Protocol

import httpx

from models.words import FailureKind
from services.clock import Clock
from services.delivery.failure_texts import explain_error, explain_status
from services.delivery.limits import STANDARD, Limits
from services.outgoing_headers import MAX_HEADERS_BYTES, header_problem
from services.target_guard import BadTarget, Target, TargetPolicy
from services.target_spelling import DEFAULT_PORTS, MAX_URL_BYTES

USER_AGENT = b"Afterlead/1.0"
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"})


@dataclass(frozen=True, slots=True)
class PreparedRequest:
    """The final request: every macro rendered, every secret filled in."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """What one try brought.

    `message` is "" on success, else a sentence for the person who manages the postback.
    `truncated` tells that the answer was longer than what is kept, or broke off. `left` tells
    that bytes of the request may have left us, so that the partner may have acted on it.
    `answer` is what was read of the body, raw and at most 64 KiB, for the success rule;
    `cut_off` tells that the body went on after that, or broke off.
    """

    succeeded: bool
    status_code: int | None
    failure: FailureKind | None
    message: str
    response_headers: tuple[tuple[str, str], ...]
    response_body: str
    truncated: bool
    started_at: datetime
    duration_ms: int
    retry_after: str | None
    left: bool
    answer: bytes = field(default=b"", repr=False)
    cut_off: bool = False


class Sending(Protocol):
    """Whatever can send: a `Sender`, or a pool of processes that have one each."""

    async def send(self, request: PreparedRequest) -> AttemptResult:
        """Send once and say what came of it."""
        ...


class _Unsendable(Exception):
    """The request itself is at fault; no packet left."""

    def __init__(self, kind: FailureKind, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Sender:
    """Sends requests over the transport that it was given.

    The guard's rules for the URL are checked here; those for the address, when the transport
    dials.
    """

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport,
        *,
        policy: TargetPolicy,
        clock: Clock,
        limits: Limits = STANDARD,
    ) -> None:
        self._transport = transport
        self._policy = policy
        self._clock = clock
        self._limits = limits

    async def send(self, request: PreparedRequest) -> AttemptResult:
        """Send once; never raises for what the partner, the network or the request does wrong.

        2xx is success. A redirection is never followed, nothing is repeated. A blocked or
        malformed request is answered with `left=False` before any packet is sent.
        """
        started_at = self._clock()
        began = time.perf_counter()
        try:
            target = self._check(request)
        except _Unsendable as error:
            return _without_answer(error.kind, str(error), started_at, began, left=False)
        try:
            response = await self._transport.handle_async_request(_as_httpx(request, target))
        except httpx.TransportError as error:
            explanation = explain_error(
                error, target, limits=self._limits, seconds=time.perf_counter() - began
            )
            return _without_answer(
                explanation.kind,
                explanation.message,
                started_at,
                began,
                left=explanation.left,
            )
        answer, cut_off = await self._read(response)
        kept = answer[: self._limits.response_kept]
        status = response.status_code
        succeeded = 200 <= status < 300
        headers = _kept_headers(response.headers.raw)
        return AttemptResult(
            succeeded=succeeded,
            status_code=status,
            failure=None if succeeded else FailureKind.HTTP_STATUS,
            message=""
            if succeeded
            else explain_status(
                status, target, method=request.method, location=_first(headers, "location")
            ),
            response_headers=headers,
            # NUL is the one character that PostgreSQL stores in no text.
            response_body=kept.decode(errors="replace").replace("\x00", "\ufffd"),
            truncated=cut_off or len(answer) > len(kept),
            started_at=started_at,
            duration_ms=_milliseconds(began),
            retry_after=None if succeeded else _first(headers, "retry-after"),
            left=True,
            answer=answer,
            cut_off=cut_off,
        )

    async def aclose(self) -> None:
        """Close the transport's connections."""
        await self._transport.aclose()

    def _check(self, request: PreparedRequest) -> Target:
        """Return the target of a sound request; raise _Unsendable otherwise."""
        if len(request.url) > MAX_URL_BYTES:
            raise _Unsendable(
                FailureKind.TOO_LARGE,
                f"The URL is longer than {MAX_URL_BYTES:,} bytes. Send fewer or shorter values.",
            )
        if request.body is not None and len(request.body) > self._limits.request_body:
            raise _Unsendable(
                FailureKind.TOO_LARGE,
                f"The body is longer than {self._limits.request_body:,} bytes. Send fewer or "
                "shorter values.",
            )
        if request.method not in _METHODS:
            raise _Unsendable(FailureKind.BLOCKED, f"“{request.method[:20]}” is no method we send.")
        size = 0
        for name, value in request.headers:
            size += len(name) + len(value) + 4
            problem = header_problem(name, value)
            if problem is not None:
                raise _Unsendable(FailureKind.BLOCKED, problem)
        if size > MAX_HEADERS_BYTES:
            raise _Unsendable(
                FailureKind.TOO_LARGE,
                f"The headers are longer than {MAX_HEADERS_BYTES:,} bytes together.",
            )
        try:
            return self._policy.check_url(request.url)
        except BadTarget as error:
            raise _Unsendable(FailureKind.BLOCKED, str(error)) from error

    async def _read(self, response: httpx.Response) -> tuple[bytes, bool]:
        """Return the body as far as it may be read, and whether it was longer or broke off.

        The raw stream is read: httpx's own reading would inflate a compressed body. An answer
        whose status is known counts as that answer, however its body ends.
        """
        read = b""
        cut_off: bool = response.extensions.get("cut_off", False)
        stream = response.stream
        if isinstance(stream, httpx.ByteStream):  # already here: spare the asynchronous loop
            read = b"".join(stream)
        else:
            read, cut_off = await self._read_slowly(response)
        answer = read[: self._limits.response_read]
        return answer, cut_off or len(read) > len(answer)

    async def _read_slowly(self, response: httpx.Response) -> tuple[bytes, bool]:
        read = b""
        try:
            async for chunk in response.stream:  # type: ignore[union-attr]
                read += chunk
                if len(read) > self._limits.response_read:
                    return read, True
        except httpx.TransportError:
            return read, True
        finally:
            await response.aclose()
        return read, False


def _as_httpx(request: PreparedRequest, target: Target) -> httpx.Request:
    """Build the request without httpx's parsing, which would cost more than the call itself.

    Its URL is only the origin; path and query travel as `target`, byte for byte, the extension
    that httpx's own transport knows too.
    """
    url, host = _origin(target.scheme, target.host, target.port)
    headers = [(b"Host", host)]
    named = False
    for name, value in request.headers:
        headers.append((name.encode("ascii"), value.encode()))
        named = named or name.lower() == "user-agent"
    if not named:
        headers.append((b"User-Agent", USER_AGENT))
    headers.append((b"Accept-Encoding", b"identity"))
    body = request.body or b""
    if body or request.method in {"POST", "PUT", "PATCH"}:
        headers.append((b"Content-Length", b"%d" % len(body)))
    return httpx.Request(
        request.method,
        url,
        headers=headers,
        stream=httpx.ByteStream(body),
        extensions={
            "target": target.path.encode("ascii"),
            "own_receiver": target.is_own_receiver,
        },
    )


@lru_cache(maxsize=4096)
def _origin(scheme: str, host: str, port: int) -> tuple[httpx.URL, bytes]:
    """Return the URL of the origin and the value of the Host header."""
    netloc = f"[{host}]" if ":" in host else host
    if port != DEFAULT_PORTS[scheme]:
        netloc = f"{netloc}:{port}"
    return httpx.URL(f"{scheme}://{netloc}/"), netloc.encode("ascii")


def _without_answer(
    kind: FailureKind, message: str, started_at: datetime, began: float, *, left: bool
) -> AttemptResult:
    return AttemptResult(
        succeeded=False,
        status_code=None,
        failure=kind,
        message=message,
        response_headers=(),
        response_body="",
        truncated=False,
        started_at=started_at,
        duration_ms=_milliseconds(began),
        retry_after=None,
        left=left,
    )


def _kept_headers(raw: list[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    kept: list[tuple[str, str]] = []
    size = 0
    for name, value in raw:
        size += len(name) + len(value)
        if size > MAX_HEADERS_BYTES:
            break
        kept.append((name.decode("latin-1"), value.decode("latin-1")))
    return tuple(kept)


def _first(headers: tuple[tuple[str, str], ...], wanted: str) -> str | None:
    return next((value for name, value in headers if name.lower() == wanted), None)


def _milliseconds(began: float) -> int:
    return round((time.perf_counter() - began) * 1000)
