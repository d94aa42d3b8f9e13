"""Send Test and preview: the rendering, guard and sender of live traffic, but for one call."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from models import Trial
from models.words import FailureKind, Outcome
from services import database
from services.actor import Actor, Right
from services.clock import Clock, utc_now
from services.delivery.rendering import (
    MacroUse,
    RenderedRequest,
    fill_headers,
    render_postback,
)
from services.delivery.sample import Sample, TriedPostback, sample_values
from services.delivery.sender import AttemptResult, PreparedRequest, Sender
from services.errors import InvalidInput, TooMany
from services.identifiers import new_id
from services.secret_box import MASK

__all__ = [
    "MAX_PER_MINUTE",
    "MacroUse",
    "Preview",
    "RequestView",
    "Sample",
    "TrialResult",
    "preview",
    "send_test",
    "set_sender",
]

# A test goes out at once, so a person or a program could aim it: at most so many a minute each.
MAX_PER_MINUTE = 60

_sender: Sender | None = None


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request as it went out or would; the values of secrets are masked."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: str | None


@dataclass(frozen=True, slots=True)
class TrialResult:
    """What a Send Test sent and what came back; `message` says it in words."""

    outcome: Outcome
    failure: FailureKind | None
    message: str
    request: RequestView
    status_code: int | None
    response_headers: tuple[tuple[str, str], ...]
    response_body: str
    truncated: bool
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Preview:
    """The request as it would be sent, each macro with its value, and why it would not go out."""

    request: RequestView
    macros: tuple[MacroUse, ...]
    not_sent: str


def set_sender(sender: Sender | None) -> None:
    """Name the sender that tests use; `runtime` sets it."""
    global _sender  # noqa: PLW0603 - one sender per process
    _sender = sender


async def preview(
    actor: Actor, postback: TriedPostback, *, sample: Sample, clock: Clock = utc_now
) -> Preview:
    """Return the exact request for a sample or a chosen lead; sends nothing.

    Raises NotFound for an unknown lead, InvalidInput for a value of a macro that does not exist.
    """
    actor.require(Right.READ)
    rendered = await _render(postback, sample, clock())
    return Preview(_view(rendered), rendered.macros, rendered.reason_text or "")


async def send_test(
    actor: Actor,
    postback: TriedPostback,
    *,
    secrets: Mapping[str, str],
    sample: Sample,
    postback_id: str | None = None,
    clock: Clock = utc_now,
) -> TrialResult:
    """Send one request with sample values, once, and return what happened.

    It is written down as a test and counts in no figure. Raises as `preview` does, and TooMany.
    """
    actor.require(Right.SEND_TESTS)
    if _sender is None:
        raise RuntimeError("The sender is not running.")
    now = clock()
    await database.read(_limit, actor.name, now)
    rendered = await _render(postback, sample, now)
    if rendered.reason is not None:
        raise InvalidInput({"url": rendered.reason_text or "This request cannot be sent."})
    result = await _sender.send(
        PreparedRequest(
            method=rendered.method,
            url=rendered.url,
            headers=fill_headers(rendered.headers, secrets=secrets),
            body=None if rendered.body is None else rendered.body.encode(),
        )
    )
    await database.write(_write_down, actor.name, postback_id, result, now)
    return TrialResult(
        outcome=Outcome.SUCCEEDED if result.succeeded else Outcome.FAILED,
        failure=result.failure,
        message=result.message,
        request=_view(rendered),
        status_code=result.status_code,
        response_headers=result.response_headers,
        response_body=result.response_body,
        truncated=result.truncated,
        duration_ms=result.duration_ms,
    )


async def _render(postback: TriedPostback, sample: Sample, now: datetime) -> RenderedRequest:
    values = await database.read(sample_values, postback, sample, now)
    return render_postback(postback, delivery_id=new_id("dlv"), values=values, trace=True)


def _view(rendered: RenderedRequest) -> RequestView:
    names = {
        part["secret"]
        for _, parts in rendered.headers
        for part in parts  # type: ignore[attr-defined]
        if not isinstance(part, str)
    }
    return RequestView(
        method=rendered.method.value,
        url=rendered.url,
        headers=fill_headers(rendered.headers, secrets=dict.fromkeys(names, MASK)),
        body=rendered.body,
    )


def _limit(session: Session, actor_name: str, now: datetime) -> None:
    recent = session.execute(
        select(col(Trial.id))
        .where(col(Trial.tried_at) > now - timedelta(minutes=1))
        .where(col(Trial.actor_name) == actor_name)
        .limit(MAX_PER_MINUTE)
    ).all()
    if len(recent) >= MAX_PER_MINUTE:
        raise TooMany(
            f"At most {MAX_PER_MINUTE} tests a minute. Wait a moment.", retry_after_seconds=60
        )


def _write_down(
    session: Session,
    actor_name: str,
    postback_id: str | None,
    result: AttemptResult,
    now: datetime,
) -> None:
    session.add(
        Trial(
            id=new_id("trl"),
            tried_at=now,
            actor_name=actor_name,
            postback_id=postback_id,
            outcome=Outcome.SUCCEEDED if result.succeeded else Outcome.FAILED,
            status_code=result.status_code,
            duration_ms=result.duration_ms,
        )
    )
