"""Send Test and preview: the rendering, guard and sender of live traffic, but for one call."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import cast

from sqlalchemy import select
from sqlmodel import Session, col

from models import Campaign, EventType, Lead, Trial
from models.words import ConversionStatus, FailureKind, Outcome
from services import database
from services.actor import Actor, Right
from services.clock import Clock, utc_now
from services.delivery.rendering import (
    MacroUse,
    PostbackLike,
    RenderedRequest,
    fill_headers,
    render_postback,
)
from services.delivery.sender import AttemptResult, PreparedRequest, Sender
from services.delivery.values import LEAD_MACROS, LeadLike, event_values, lead_values
from services.errors import InvalidInput, NotFound, TooMany
from services.identifiers import is_id, new_id
from services.macros import VOCABULARY
from services.macros.vocabulary import canonical, is_known
from services.secret_box import MASK
from services.validation import is_storable

SAMPLE_EVENT = "sale"
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


@dataclass(frozen=True, slots=True)
class Sample:
    """What a test is made of: an event's name, a chosen lead, and values that replace theirs."""

    event: str | None = None
    lead_id: str | None = None
    values: Mapping[str, object] | None = None


def set_sender(sender: Sender | None) -> None:
    """Name the sender that tests use; `runtime` sets it."""
    global _sender  # noqa: PLW0603 - one sender per process
    _sender = sender


async def preview(
    actor: Actor, postback: PostbackLike, *, sample: Sample, clock: Clock = utc_now
) -> Preview:
    """Return the exact request for a sample or a chosen lead; sends nothing.

    Raises NotFound for an unknown lead, InvalidInput for a value of a macro that does not exist.
    """
    actor.require(Right.READ)
    rendered = await _render(postback, sample, clock())
    return Preview(_view(rendered), rendered.macros, rendered.reason_text or "")


async def send_test(
    actor: Actor,
    postback: PostbackLike,
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


async def _render(postback: PostbackLike, sample: Sample, now: datetime) -> RenderedRequest:
    values = await database.read(_values, sample, now)
    return render_postback(postback, delivery_id=new_id("dlv"), values=values, trace=True)


def _values(
    session: Session, sample: Sample, now: datetime
) -> dict[str, str | int | Decimal | datetime | None]:
    event = _event_name(session, sample.event)
    found = _lead(session, sample.lead_id) if sample.lead_id else None
    lead, campaign = found or (_sample_lead(), None)
    values = lead_values(lead) | event_values(
        event_id=new_id("evt"),
        event_name=event,
        event_count=1,
        amount="49.90",
        currency="USD",
        order_id="order-1042",
        conversion_status=ConversionStatus.APPROVED,
        occurred_at=now,
        received_at=now,
        fields={},
        campaign_key=campaign.key if campaign else "sample-campaign",
        campaign_name=campaign.name if campaign else "Sample campaign",
        is_test=True,
    )
    return values | _given(sample.values or {})


def _given(values: Mapping[str, object]) -> dict[str, str | None]:
    given: dict[str, str | None] = {}
    wrong: dict[str, str] = {}
    for name, value in values.items():
        plain, colon, key = str(name).lower().partition(":")
        key_or_none = key if colon else None
        if plain == "secret" or not is_known(plain, key=key_or_none):
            wrong[f"values.{name}"[:120]] = "There is no macro of this name."
        elif isinstance(value, bool | dict | list):
            wrong[f"values.{name}"[:120]] = "Give text or a number."
        else:
            given[canonical(plain, key=key_or_none)] = None if value is None else str(value)
    if wrong:
        raise InvalidInput(wrong)
    return given


def _event_name(session: Session, name: str | None) -> str:
    if name is None:
        return SAMPLE_EVENT
    known = select(col(EventType.id)).where(col(EventType.name) == name)
    if not is_storable(name) or session.scalar(known) is None:
        raise NotFound("event", name)
    return name


def _lead(session: Session, lead_id: str) -> tuple[Lead, Campaign]:
    lead = session.get(Lead, lead_id) if is_id(lead_id) else None
    campaign = session.get(Campaign, lead.campaign_id) if lead else None
    if lead is None or campaign is None:
        raise NotFound("lead", lead_id)
    return lead, campaign


def _sample_lead() -> LeadLike:
    examples = {doc.name: doc.example for doc in VOCABULARY}
    lead = SimpleNamespace(
        **{name: examples.get(name) for name in LEAD_MACROS},
        id=examples["lead_id"],
        fields={},
    )
    return cast("LeadLike", lead)


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
