"""The incoming URL: a partner's own names and words become one event."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.actor import Actor
from services.clock import Clock, utc_now
from services.intake.contract import Answer, Refused


@dataclass(frozen=True, slots=True)
class IncomingCall:
    """A request to `/in` as it was read; `refusal` is set when it could not be read."""

    parameters: Sequence[tuple[str, object]]
    raw: str
    refusal: Refused | None = None


@dataclass(frozen=True, slots=True)
class IncomingAnswer:
    """The answer to one call, the parameters that meant nothing, and the text to answer with."""

    answer: Answer
    ignored: tuple[str, ...]
    test: bool
    returns: str | None


def read_request(*, query: bytes, body: bytes, content_type: str) -> IncomingCall:
    """Return the parameters of a request: those of the query, then those of the body.

    A body is read as JSON when its type says so, or when it has none and begins with `{`; else as
    a form. Never raises: what cannot be read ends in `refusal`.
    """
    raise NotImplementedError


async def record_incoming(
    actor: Actor,
    *,
    parameters: Sequence[tuple[str, object]] | Mapping[str, object],
    raw: str,
    refusal: Refused | None = None,
    clock: Clock = utc_now,
) -> IncomingAnswer:
    """Record the event that a partner's call names, or say why not; either way it is logged.

    `raw` is the query or body as it came. Errors name the parameter as the partner calls it.
    Raises `Unavailable` when the database takes nothing.
    """
    raise NotImplementedError
