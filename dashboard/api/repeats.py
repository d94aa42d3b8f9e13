"""`Idempotency-Key`: a POST that comes twice under one is carried out once and answered twice."""

from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar
from functools import wraps
from typing import Any, Final, TypeVar

from fastapi import Request, Response
from fastapi.routing import APIRoute

from services import idempotency
from services.actor import Actor
from services.errors import InvalidInput
from services.idempotency import HEADER, KEY_RULE, Claim, Kept, Pending, Repeated

T = TypeVar("T")
Endpoint = Callable[..., Coroutine[Any, Any, Response]]

REPLAYED: Final = "Idempotency-Replayed"
_HEADER: Final = HEADER.lower()
# What of an answer belongs to its content; the rest is the server's business each time.
_KEPT_HEADERS: Final = ("content-type", "etag", "location")

_ANSWERS_A_SECRET: Final = "answers_a_secret"  # noqa: S105 - the name of a mark
_NO_SECRETS: Final = (
    "The answer to this call holds a secret, and none is kept for a second time. Leave the "
    f"{HEADER} out; if the answer is lost, make another one."
)


class _Call:
    """One call under a key, as far as it is read."""

    def __init__(self, path: str, key: str) -> None:
        self.path = path
        self.key = key
        self.body = b""
        self.pending: Pending | None = None


# The call that this task answers, from its first dependency to its endpoint.
_present: ContextVar[_Call | None] = ContextVar("call_under_a_key", default=None)


def answers_a_secret(endpoint: Endpoint) -> Endpoint:
    """Mark an endpoint whose answer must not be kept."""
    setattr(endpoint, _ANSWERS_A_SECRET, True)
    return endpoint


def note_body(raw: bytes) -> None:
    """Take down what the present call sent: under one key it must be the same each time."""
    call = _present.get()
    if call is not None:
        call.body = raw


async def answered(work: Awaitable[T], render: Callable[[T], Response]) -> Response:
    """Return the answer that is made of a result, kept in the very unit of work that gives it.

    `work` is one call of a service whose result is that of its unit of work. Where an answer
    needs more than that, the endpoint just returns it, and a crash in between loses it.
    """
    call = _present.get()
    if call is not None and call.pending is not None:
        call.pending.render = lambda result: _kept(render(result))
    return render(await work)


def claim_for(request: Request, actor: Actor, body: bytes) -> Claim | None:
    """Return the claim of a call whose service keeps its answer itself, None without a key.

    Raises ValueError with a sentence for a key that cannot be one.
    """
    key = request.headers.get(_HEADER)
    if key is None:
        return None
    if not idempotency.is_key(key):
        raise ValueError(KEY_RULE)
    return idempotency.new_claim(actor_id=actor.id, path=request.scope["path"], key=key, body=body)


class RepeatableRoute(APIRoute):
    """A route whose POST may be sent again under the same key."""

    def __init__(self, path: str, endpoint: Endpoint, **more: Any) -> None:
        self._is_secret = hasattr(endpoint, _ANSWERS_A_SECRET)
        super().__init__(path, _joining(endpoint), **more)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return FastAPI's own handler, with the answers of before in front of it."""
        handle = super().get_route_handler()

        async def handle_once(request: Request) -> Response:
            key = request.headers.get(_HEADER)
            if key is None or request.method != "POST":
                return await handle(request)
            call = _Call(request.scope["path"], key)
            token = _present.set(call)
            try:
                if not idempotency.is_key(key):
                    raise _Unfit(KEY_RULE)
                if self._is_secret:
                    raise _Unfit(_NO_SECRETS)
                response = await handle(request)
            except Repeated as repeated:
                return _again(repeated.kept)
            finally:
                _present.reset(token)
            if call.pending is not None and response.status_code < 300:
                await call.pending.fill(_kept(response))
            return response

        return handle_once


class _Unfit(InvalidInput):
    def __init__(self, sentence: str) -> None:
        super().__init__({HEADER: sentence})


def _joining(endpoint: Endpoint) -> Endpoint:
    """Return the endpoint, whose first unit of work keeps the answer where there is a key."""

    @wraps(endpoint)
    async def endpoint_once(*args: Any, **values: Any) -> Response:
        call, actor = _present.get(), values.get("actor")
        if call is None or not isinstance(actor, Actor):
            return await endpoint(*args, **values)
        claim = idempotency.new_claim(
            actor_id=actor.id, path=call.path, key=call.key, body=call.body
        )
        call.pending = Pending(claim)
        with call.pending.joined():
            return await endpoint(*args, **values)

    return endpoint_once


def _kept(response: Response) -> Kept:
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    return Kept(response.status_code, bytes(response.body).decode(), headers)


def _again(kept: Kept) -> Response:
    response = Response(kept.body.encode(), kept.status, dict(kept.headers))
    response.headers[REPLAYED] = "true"
    return response
