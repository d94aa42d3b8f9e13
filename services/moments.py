"""Times from outside: RFC 3339 with an offset, nothing else."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator

_EXAMPLE = "2026-01-31T12:00:00+00:00"
# RFC 3339 §5.6, small letters and a space included. The offset may be missing here, so that the
# sentence can say what is wrong. Python reads more, and more with each version.
_RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]([01]\d|2[0-3]):\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)?", re.ASCII
)
# In a query or a form an unescaped "+" of the offset arrives as a space.
_LOST_SIGN = re.compile(r"(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?) (\d\d:\d\d)", re.ASCII)


def read_moment(value: object) -> datetime:
    """Return an aware UTC time; raise ValueError with a sentence for anything else."""
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, str) and _RFC_3339.fullmatch(value):
        try:
            moment = datetime.fromisoformat(value.upper())
        except ValueError:
            raise ValueError(f"Give a time such as {_EXAMPLE}.") from None
    else:
        raise ValueError(f"Give a time such as {_EXAMPLE}.")
    if moment.tzinfo is None:
        raise ValueError(f"Give the time with its offset, such as {_EXAMPLE}.")
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"Give a time such as {_EXAMPLE}.") from None
    if not 1970 <= moment.year <= 2200:
        raise ValueError("Give a time between the years 1970 and 2200.")
    return moment


def with_sign(text: str) -> str:
    """Return a time of a query or a form with the `+` of its offset, which came as a space.

    Any other text comes back as it is.
    """
    found = _LOST_SIGN.fullmatch(text)
    return f"{found[1]}+{found[2]}" if found else text


def _moment_or_none(value: Any) -> datetime | None:
    return None if value is None else read_moment(value)


# Fields of input models; the value is aware UTC.
Moment = Annotated[datetime, BeforeValidator(read_moment)]
OptionalMoment = Annotated[datetime | None, BeforeValidator(_moment_or_none)]
