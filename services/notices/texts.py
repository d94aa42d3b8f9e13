"""Says each notice in words: for the banner, the page, e-mails and URLs alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from models.words import DeliveryReason, LagCause, NoticeKind, NoticeState, PauseReason
from services.notices.subjects import Subject


@dataclass(frozen=True, slots=True)
class Words:
    """What it is, in one line, and what to know and do about it."""

    title: str
    text: str


_GIVEN_UP = {
    DeliveryReason.EXHAUSTED: "The partner accepted none of the tries.",
    DeliveryReason.REFUSED_BY_PARTNER: "The partner refused what was sent.",
    DeliveryReason.GONE: "The partner answered that the address is gone for good.",
    DeliveryReason.DEADLINE: "Nothing got through before the deadline.",
    DeliveryReason.BLOCKED: "The address is one that postbacks may not reach.",
    DeliveryReason.TOO_LARGE: "The request is larger than a postback may be.",
    DeliveryReason.INVALID_REQUEST: "The values made a URL or header that is not valid.",
    DeliveryReason.SECRET_UNREADABLE: "A secret of the postback cannot be read; enter it again.",
    DeliveryReason.POISON: "Sending it stopped the sender several times.",
    DeliveryReason.UNKNOWN: "Whether the partner received it is not known, and this postback never "
    "sends twice.",
}

_HELD = "Its deliveries are held meanwhile; none is lost."


def describe(
    kind: NoticeKind,
    subject: Subject,
    *,
    state: NoticeState,
    count: int,
    data: Mapping[str, Any],
) -> Words:
    """Return the words of a notice as it stands."""
    is_over = state is NoticeState.RESOLVED
    match kind:
        case NoticeKind.DELIVERY_FAILING:
            return Words(
                f"Postback {subject.name} {'was' if is_over else 'is'} failing",
                f"{_deliveries(count)} failed at the fourth try.{_latest(data)} What waits is "
                "tried again by itself.",
            )
        case NoticeKind.DELIVERY_RECOVERED:
            return Words(
                f"Postback {subject.name} works again",
                "A delivery got through after failures. What still waits is sent by itself.",
            )
        case NoticeKind.DELIVERY_FAILED:
            return Words(
                f"{_deliveries(count)} of postback {subject.name} failed for good",
                f"{_reason(data)}{_latest(data)} Mend the cause, then resend.",
            )
        case NoticeKind.POSTBACK_PAUSED:
            reason = PauseReason(data.get("reason", PauseReason.BY_HAND))
            if is_over:
                return Words(
                    f"Postback {subject.name} is paused no more",
                    f"It was resumed or archived. {_was_paused(reason, data)}",
                )
            return Words(
                f"Postback {subject.name} is paused", f"{_is_paused(reason, data)} {_HELD}"
            )
        case NoticeKind.QUEUE_LAGGING:
            return _lag(data, is_over=is_over)


def _is_paused(reason: PauseReason, data: Mapping[str, Any]) -> str:
    match reason:
        case PauseReason.GONE:
            return (
                "The partner answered 410: the address is gone for good. Ask the partner for the "
                "new URL, change the postback and resume it."
            )
        case PauseReason.FAILING:
            since, failures = _fruitless(data)
            nothing = (
                f"Nothing has got through since {since}; {failures} tries failed."
                if since
                else "Nothing got through to the partner for days."
            )
            return (
                f"{nothing}{_latest(data)} Mend the cause, try it with Send Test, then resume the "
                "postback."
            )
        case PauseReason.BY_HAND:
            who = data.get("paused_by") or "somebody"
            return f"It was paused by {who}. Resume it to send what is held."


def _was_paused(reason: PauseReason, data: Mapping[str, Any]) -> str:
    match reason:
        case PauseReason.GONE:
            return "It was paused when the partner answered 410."
        case PauseReason.FAILING:
            since, failures = _fruitless(data)
            when = (
                f"after {failures} failed tries since {since}"
                if since
                else "when nothing got through for days"
            )
            return f"It was paused {when}.{_latest(data)}"
        case PauseReason.BY_HAND:
            return f"It was paused by {data.get('paused_by') or 'somebody'}."


def _fruitless(data: Mapping[str, Any]) -> tuple[str, str]:
    """Return since when nothing has got through and how many tries failed; empty if not known."""
    if not data.get("failing_since"):
        return "", ""
    since = datetime.fromisoformat(data["failing_since"]).astimezone(UTC)
    return f"{since:%Y-%m-%d %H:%M} UTC", f"{data.get('failures', 0):,}"


def _lag(data: Mapping[str, Any], *, is_over: bool) -> Words:
    is_gone = data.get("cause") == LagCause.NO_WORKER
    if is_over:
        cause = " For a while no sender was running." if is_gone else ""
        return Words("Deliveries are sent in time again", f"What waited is being sent.{cause}")
    if is_gone:
        return Words(
            "Postbacks are not sent",
            "No sender is running. Nothing is lost: what is due is sent as soon as one is. Start "
            "the server without AFTERLEAD_WORKER=off, or start a worker.",
        )
    seconds = int(data.get("oldest_seconds", 0))
    where = data.get("destination") or "a partner"
    return Words(
        "Deliveries wait though they could be sent",
        f"The oldest, to {where}, was due for {_duration(seconds)} when this was noticed. Look at "
        "the load of this machine and of the database, and at the log of the worker.",
    )


def _deliveries(count: int) -> str:
    return f"{count:,} {'delivery' if count == 1 else 'deliveries'}"


def _reason(data: Mapping[str, Any]) -> str:
    reason = data.get("reason")
    return _GIVEN_UP.get(DeliveryReason(reason), "") if reason else "Nobody tries again."


def _latest(data: Mapping[str, Any]) -> str:
    message = str(data.get("message") or "").strip()
    return f" The latest answer: {message.rstrip('.')}." if message else ""


def _duration(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7_200 else f"{seconds // 3600} h"
