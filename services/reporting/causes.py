"""Why deliveries fail, as one word each: an answer's code, a kind of failure, or a reason."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import ColumnElement, String, Table, case, cast, func, literal, select, type_coerce

from models import Attempt
from models.words import DeliveryReason, FailureKind

ATTEMPT: Table = Attempt.__table__  # type: ignore[attr-defined]

# What `cause_of` reads of a delivery, besides its id.
NEEDS: Final = ("reason", "response_code", "attempts")
NONE: Final = "none"

# These say only that the tries ended; what went wrong at the last one is the cause.
_ENDED: Final = (
    DeliveryReason.EXHAUSTED,
    DeliveryReason.DEADLINE,
    DeliveryReason.GONE,
    DeliveryReason.REFUSED_BY_PARTNER,
)
_TELLING: Final = tuple(reason.value for reason in DeliveryReason if reason not in _ENDED)
_CODE: Final = re.compile(r"[1-9][0-9]{2}", re.ASCII)
_WORDS: Final = frozenset(
    {NONE, *(reason.value for reason in DeliveryReason), *(kind.value for kind in FailureKind)}
)

_TEXTS: Mapping[str, str] = MappingProxyType(
    {
        FailureKind.DNS.value: "The host name was not found",
        FailureKind.CONNECT.value: "No connection",
        FailureKind.TLS.value: "No secure connection",
        FailureKind.TIMEOUT.value: "No answer in time",
        FailureKind.PROTOCOL.value: "The answer was no HTTP, or broke off",
        FailureKind.HTTP_STATUS.value: "Refused",
        FailureKind.BODY_RULE.value: "Accepted, but the answer's text says no",
        DeliveryReason.BLOCKED.value: "The address is not allowed",
        DeliveryReason.TOO_LARGE.value: "The request is too large",
        DeliveryReason.INVALID_REQUEST.value: "The request is not valid",
        DeliveryReason.REQUIRED_MACRO_EMPTY.value: "A required value was empty",
        DeliveryReason.SAME_REQUEST.value: "Another postback sends the same",
        DeliveryReason.SECRET_UNREADABLE.value: "A secret cannot be read",
        DeliveryReason.POISON.value: "Sending it stopped the sender",
        DeliveryReason.UNKNOWN.value: "Unclear whether it arrived",
        DeliveryReason.DISCARDED.value: "Discarded",
        DeliveryReason.ERASED.value: "The lead was erased",
        DeliveryReason.EXHAUSTED.value: "Every try failed",
        DeliveryReason.DEADLINE.value: "The deadline passed",
        DeliveryReason.GONE.value: "The address is gone for good",
        DeliveryReason.REFUSED_BY_PARTNER.value: "Refused",
        NONE: "The reason is not known",
    }
)


def is_cause(word: str) -> bool:
    """Tell whether a word can be a cause: a response code, a failure kind or a reason."""
    return word in _WORDS or _CODE.fullmatch(word) is not None


def cause_text(cause: str) -> str:
    """Return a cause in a manager's words; a response code stays a number."""
    return _TEXTS.get(cause, cause)


def cause_of(row: Any) -> ColumnElement[str]:
    """Return the SQL of a failed delivery's cause; `row` has `id` and the columns of `NEEDS`.

    That is its reason where this tells more than that the tries ended, else how the last try
    failed.
    """
    reason = type_coerce(row.reason, String)
    code = row.response_code
    return case(
        (reason.in_(_TELLING), reason),
        # An answer that would be a success has failed by its text.
        (code.between(200, 299), literal(FailureKind.BODY_RULE.value, String)),
        (code.is_not(None), cast(code, String)),
        else_=func.coalesce(last_failure_of(row), reason, literal(NONE, String)),
    )


def last_failure_of(row: Any) -> ColumnElement[str]:
    """Return the SQL of the kind of failure of a delivery's last try, found by its number."""
    return (
        select(type_coerce(ATTEMPT.c.failure, String))
        .where(ATTEMPT.c.delivery_id == row.id, ATTEMPT.c.number == row.attempts)
        .scalar_subquery()
    )
