"""Send Test and preview: the rendering, guard and sender of live traffic, but for one call."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from models import Postback, Trial
from models.words import FailureKind, Outcome
from services import database
from services.actor import Actor, Right
from services.clock import Clock, utc_now
from services.contacts import NOBODY, Contact, Mask, mask_for
from services.delivery.outcome import judged
from services.delivery.preparing import finish
from services.delivery.rendering import (
    MacroUse,
    RenderedRequest,
    fill_headers,
    render_postback,
    secret_names,
)
from services.delivery.sample import Sample, TriedPostback, contact_of, sample_values
from services.delivery.secret_cache import PostbackSecrets
from services.delivery.sender import AttemptResult, PreparedRequest, Sender
from services.delivery.signing import BODY_HEADER, REQUEST_HEADER, TIMESTAMP_HEADER
from services.delivery.success_rule import in_words
from services.errors import InvalidInput, TooMany
from services.identifiers import new_id
from services.secret_box import MASK
from services.sig_places import BODY, SHOWN, URL, insert_sig

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

UNSAVED = "Not signed yet: signing can be switched on once the postback is saved."
SIGNING_OFF = "Not signed: signing is switched off for this postback."

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
    """What a Send Test sent and what came back.

    `message` says in words what went wrong, or that the success rule is fulfilled. `not_signed`
    says why the call carried no signature, empty when it carried one.
    """

    outcome: Outcome
    failure: FailureKind | None
    message: str
    request: RequestView
    status_code: int | None
    response_headers: tuple[tuple[str, str], ...]
    response_body: str
    truncated: bool
    duration_ms: int
    not_signed: str


@dataclass(frozen=True, slots=True)
class Preview:
    """The request as it would be sent, each macro with its value, and why it would not go out.

    A signature is shown as a place only: whoever may look could otherwise send a call that the
    partner takes for ours. `not_signed` says why there will be none, empty when there will.
    """

    request: RequestView
    macros: tuple[MacroUse, ...]
    not_sent: str
    not_signed: str


def set_sender(sender: Sender | None) -> None:
    """Name the sender that tests use; `runtime` sets it."""
    global _sender  # noqa: PLW0603 - one sender per process
    _sender = sender


async def preview(
    actor: Actor,
    postback: TriedPostback,
    *,
    sample: Sample,
    postback_id: str | None = None,
    clock: Clock = utc_now,
) -> Preview:
    """Return the exact request for a sample or a chosen lead; sends nothing.

    `postback_id` is that of the stored postback, whose signing it shows. Raises NotFound for an
    unknown lead, InvalidInput for a value of a macro that does not exist.
    """
    actor.require(Right.READ)
    rendered = await _render(postback, sample, clock())
    sealed = await database.read(_signing_secrets, postback_id)
    mask = mask_for(actor)
    contact = await database.read(contact_of, sample.lead_id) if mask.is_on else NOBODY
    return Preview(
        request=_seen(mask, _unsent(rendered, is_signed=sealed is not None), contact),
        macros=tuple(_seen_macro(mask, use, contact) for use in rendered.macros),
        not_sent=mask.text(rendered.reason_text or "", contact),
        not_signed=_not_signed(postback_id, sealed),
    )


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

    It is signed with the stored secrets of `postback_id`, written down as a test, and counts in no
    figure. Raises as `preview` does, TooMany, and UnreadableSecret.
    """
    actor.require(Right.SEND_TESTS)
    if _sender is None:
        raise RuntimeError("The sender is not running.")
    now = clock()
    await database.read(_limit, actor.name, now)
    rendered = await _render(postback, sample, now)
    if rendered.reason is not None:
        raise InvalidInput({"url": rendered.reason_text or "This request cannot be sent."})
    sealed = await database.read(_signing_secrets, postback_id)
    answer = await _sender.send(_finish(rendered, secrets, sealed, now))
    result = judged(answer, postback.success)
    await database.write(_write_down, actor.name, postback_id, result, now)
    message = result.message
    if result.succeeded and postback.success is not None:
        message = f"The answer {in_words(postback.success)}, as the success rule wants."
    mask = mask_for(actor)
    contact = await database.read(contact_of, sample.lead_id) if mask.is_on else NOBODY
    return TrialResult(
        outcome=Outcome.SUCCEEDED if result.succeeded else Outcome.FAILED,
        failure=result.failure,
        message=mask.text(message, contact),
        request=_seen(mask, _as_sent(_finish(rendered, _masks(rendered), sealed, now)), contact),
        status_code=result.status_code,
        response_headers=mask.pairs(result.response_headers, contact),
        response_body=mask.text(result.response_body, contact),
        truncated=result.truncated,
        duration_ms=result.duration_ms,
        not_signed=_not_signed(postback_id, sealed),
    )


def _seen(mask: Mask, request: RequestView, contact: Contact) -> RequestView:
    if not mask.is_on:
        return request
    body = request.body
    return replace(
        request,
        url=mask.text(request.url, contact),
        headers=mask.pairs(request.headers, contact),
        body=None if body is None else mask.text(body, contact),
    )


def _seen_macro(mask: Mask, use: MacroUse, contact: Contact) -> MacroUse:
    if not mask.is_on:
        return use
    return replace(
        use, value=mask.text(use.value, contact), encoded=mask.text(use.encoded, contact)
    )


async def _render(postback: TriedPostback, sample: Sample, now: datetime) -> RenderedRequest:
    values = await database.read(sample_values, postback, sample, now)
    return render_postback(postback, delivery_id=new_id("dlv"), values=values, trace=True)


def _signing_secrets(session: Session, postback_id: str | None) -> str | None:
    postback = session.get(Postback, postback_id) if postback_id else None
    return postback.signing_secrets if postback else None


def _not_signed(postback_id: str | None, sealed: str | None) -> str:
    if sealed is not None:
        return ""
    return SIGNING_OFF if postback_id else UNSAVED


def _finish(
    rendered: RenderedRequest, named: Mapping[str, str], sealed: str | None, now: datetime
) -> PreparedRequest:
    secrets = PostbackSecrets(named=named, sealed_signing=sealed)
    return finish(rendered, places=rendered.sig_at, secrets=secrets, now=now)


def _as_sent(request: PreparedRequest) -> RequestView:
    return RequestView(
        method=str(request.method),
        url=request.url,
        headers=request.headers,
        body=None if request.body is None else request.body.decode(),
    )


def _unsent(rendered: RenderedRequest, *, is_signed: bool) -> RequestView:
    headers = fill_headers(rendered.headers, secrets=_masks(rendered), sig=SHOWN)
    if is_signed:
        headers += tuple((name, MASK) for name in (TIMESTAMP_HEADER, BODY_HEADER, REQUEST_HEADER))
    body = rendered.body
    return RequestView(
        method=rendered.method.value,
        url=insert_sig(rendered.url, rendered.sig_at, URL, sig=SHOWN),
        headers=headers,
        body=None if body is None else insert_sig(body, rendered.sig_at, BODY, sig=SHOWN),
    )


def _masks(rendered: RenderedRequest) -> dict[str, str]:
    return dict.fromkeys(secret_names(rendered.headers), MASK)


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
