"""Says in a manager's words how a delivery stands, and what to do about it."""

from collections.abc import Mapping
from types import MappingProxyType

from models.words import DeliveryReason, DeliveryStatus

REASONS: Mapping[DeliveryReason, str] = MappingProxyType(
    {
        DeliveryReason.REQUIRED_MACRO_EMPTY: (
            "Not sent: a value that the postback requires was empty. Add the value to the lead or "
            "the event, or give the macro a default, and fire the event again."
        ),
        DeliveryReason.SAME_REQUEST: (
            "Not sent: another postback sends exactly the same request for this event, so the "
            "partner hears of it once. Nothing need be done."
        ),
        DeliveryReason.BLOCKED: (
            "Not sent: the address is one that postbacks may not reach, such as a private network. "
            "Correct the URL, or ask the administrator to allow the network."
        ),
        DeliveryReason.INVALID_REQUEST: (
            "Not sent: the values made a URL or header that is not valid. Look at the request "
            "below, and correct the postback or the value."
        ),
        DeliveryReason.TOO_LARGE: (
            "Not sent: the request is larger than a postback may be. Shorten the values, or send "
            "fewer of them."
        ),
        DeliveryReason.EXHAUSTED: (
            "Given up: the partner did not accept it at any try of the schedule. Ask the partner "
            "what is wrong, then resend it."
        ),
        DeliveryReason.GONE: (
            "Given up: the partner answered that this address is gone for good. A postback that "
            "still uses it is paused, so that what follows is held and not lost. Ask the partner "
            "for the new URL, change the postback and resume it."
        ),
        DeliveryReason.REFUSED_BY_PARTNER: (
            "Given up: the partner refused the request, and refuses it again however often it is "
            "sent. Read the answer below, correct the postback, then fire or resend."
        ),
        DeliveryReason.DEADLINE: (
            "Given up: it could not be delivered before its deadline. Resend it when the partner "
            "is back."
        ),
        DeliveryReason.POISON: (
            "Given up: sending it stopped the sender several times. Look at the request below "
            "and tell the administrator before you resend it."
        ),
        DeliveryReason.DISCARDED: (
            "Given up: cancelled when the postback was resumed or archived, since what it held was "
            "discarded then. Resend it if the partner should have it."
        ),
        DeliveryReason.ERASED: (
            "Given up: cancelled when the lead was erased, so that nothing more is sent about this "
            "person. It cannot be sent again."
        ),
        DeliveryReason.SECRET_UNREADABLE: (
            "Not sent: a secret of the postback was encrypted under another key. Enter the secret "
            "again in the postback, or make a new one where it is the signing secret, then resend."
        ),
        DeliveryReason.UNKNOWN: (
            "Given up: the partner may have received it, but what became of it is not known, and "
            "this postback is sent at most once. Ask the partner, and resend it only if it never "
            "arrived."
        ),
    }
)


_PLAIN: Mapping[DeliveryStatus, str] = MappingProxyType(
    {
        DeliveryStatus.PENDING: "Waiting to be sent.",
        DeliveryStatus.HELD: (
            "Held: the postback is paused. Resume the postback to send it; nothing is lost."
        ),
        DeliveryStatus.CANCELLED: (
            "Cancelled: it is not sent any more. Resend it if the partner should have it."
        ),
    }
)


def explain(
    *,
    status: DeliveryStatus,
    reason: DeliveryReason | None,
    attempts: int,
    last_message: str,
) -> str:
    """Return one or two sentences about a delivery; times stand in fields of their own.

    `last_message` is what the last attempt said about its failure; it may be empty.
    """
    if status in _PLAIN and reason is None:
        return _PLAIN[status]
    if status is DeliveryStatus.DELIVERED:
        return "Delivered at the first try." if attempts == 1 else f"Delivered at try {attempts}."
    if status is DeliveryStatus.SENDING:
        return f"Being sent now: try {attempts + 1}."
    if status is DeliveryStatus.RETRYING:
        failed = f"Try {attempts} failed" if attempts else "It could not be sent"
        why = f": {last_message.rstrip('.')}." if last_message else "."
        return f"{failed}{why} It is tried again by itself."
    if reason is not None:
        return REASONS[reason]
    is_skipped = status is DeliveryStatus.SKIPPED
    return "Not sent." if is_skipped else "Given up. Read the attempts below, then resend it."
