"""The input contract of an event, the same for API, incoming URL, dialog and import."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from models.words import ConversionStatus, Verdict
from services.field_values import number_text
from services.moments import OptionalMoment
from services.validation import InputModel

_AMOUNT = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
MAX_IDENTIFIER = 255


def read_amount(value: object) -> str | None:
    """Return an amount exactly as received; raise ValueError with a sentence for anything else.

    Only a number of JSON that has an exponent is written without it.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal | float):
        raise ValueError('Give an amount such as 49.90 or "49.90".')
    text = value if isinstance(value, str) else number_text(value)
    if not _AMOUNT.fullmatch(text):
        raise ValueError(
            "Give an amount such as 49.90: a point, no comma, "
            "at most 12 digits before it and 6 after it."
        )
    return text


def amount_micros(text: str) -> int:
    """Return an amount in millionths of its currency's unit, for sums."""
    return int(Decimal(text) * 1_000_000)


def _one_line(value: str) -> str:
    # Kept as it is, space included: it must come back to the partner unchanged.
    if not value.strip():
        raise ValueError("Give a value, or leave the field out.")
    if len(value) > MAX_IDENTIFIER:
        raise ValueError(f"Use at most {MAX_IDENTIFIER} characters; there are {len(value):,} now.")
    if any(character in value for character in "\n\r\t"):
        raise ValueError("Write this on one line.")
    return value


def _currency(value: str) -> str:
    if not _CURRENCY.fullmatch(value):
        raise ValueError("Give the three-letter code of a currency (ISO 4217), such as USD.")
    return value


def read_conversion_status(value: Any) -> Any:
    """Return a conversion status or `None`; raise ValueError with a sentence for anything else."""
    try:
        return value if value is None else ConversionStatus(value)
    except ValueError:
        names = ", ".join(ConversionStatus)
        raise ValueError(f"Give one of these: {names}.") from None


# An id of the caller's own: 1–255 characters of any Unicode but controls.
Identifier = Annotated[str, AfterValidator(_one_line)]


class EventInput(InputModel):
    """One event as somebody claims it happened. The amount is text, exactly as received."""

    event: Annotated[str, AfterValidator(_one_line)]
    transaction_id: Identifier | None = None
    lead_id: Identifier | None = None
    campaign: Identifier | None = None
    amount: Annotated[str | None, BeforeValidator(read_amount)] = None
    currency: Annotated[str, AfterValidator(_currency)] | None = None
    order_id: Identifier | None = None
    occurred_at: OptionalMoment = None
    conversion_status: Annotated[
        ConversionStatus | None, BeforeValidator(read_conversion_status)
    ] = None
    fields: dict[str, Any] = Field(default_factory=dict)

    missing = MappingProxyType({"event": "Name the event, such as sale."})


@dataclass(frozen=True, slots=True)
class Recorded:
    """The event is on disk, with every delivery that it owes; a test owes none.

    `is_repeated`: the very same call came before, and this is its answer again.
    """

    event_id: str
    deliveries: int
    is_test: bool = False
    is_repeated: bool = False


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The same fact again; `event_id` is the first one's."""

    event_id: str
    is_repeated: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was recorded but the call itself. `fields` has a sentence per wrong field."""

    verdict: Verdict
    message: str
    fields: Mapping[str, str] = field(default_factory=dict)
    submission_id: str = ""
    is_repeated: bool = False

    @property
    def status(self) -> int:
        """Return the HTTP status that says what happened."""
        return ANSWER_STATUS[self.verdict]


Answer = Recorded | Duplicate | Refused


def packed(answer: Answer) -> str:
    """Return an answer as it is kept for a call that comes again."""
    if isinstance(answer, Recorded):
        parts: list[Any] = [answer.event_id, answer.deliveries, answer.is_test]
    elif isinstance(answer, Duplicate):
        parts = [answer.event_id]
    else:
        parts = [answer.verdict, answer.message, dict(answer.fields), answer.submission_id]
    return json.dumps(parts)


def unpacked(text: str) -> Answer:
    """Return the answer that was kept, as a repeated one."""
    match json.loads(text):
        case [event_id, deliveries, is_test]:
            return Recorded(event_id, deliveries, is_test, is_repeated=True)
        case [event_id]:
            return Duplicate(event_id, is_repeated=True)
        case [verdict, message, fields, submission_id]:
            return Refused(Verdict(verdict), message, fields, submission_id, is_repeated=True)
    raise ValueError("this is no answer that was kept")


ANSWER_STATUS: Mapping[Verdict, int] = MappingProxyType(
    {
        Verdict.RECORDED: 201,
        Verdict.DUPLICATE: 200,
        Verdict.UNREADABLE: 400,
        Verdict.NOT_ALLOWED: 403,
        Verdict.UNKNOWN_EVENT: 404,
        Verdict.UNKNOWN_LEAD: 404,
        Verdict.AMBIGUOUS_LEAD: 409,
        Verdict.TOO_LARGE: 413,
        Verdict.UNSUPPORTED_TYPE: 415,
        Verdict.UNKNOWN_FIELD: 422,
        Verdict.INVALID_FIELD: 422,
        Verdict.EVENT_NOT_AVAILABLE: 422,
        Verdict.IDEMPOTENCY_KEY_REUSED: 409,
    }
)
