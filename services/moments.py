"""Times from outside: RFC 3339 with an offset, nothing else."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator

_EXAMPLE = "2026-01-31T12:00:00+00:00"


def read_moment(value: object) -> datetime:
    """Return an aware UTC time; raise ValueError with a sentence for anything else."""
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, str) and len(value) >= 19 and value[10:11] in {"T", "t", " "}:
        try:
            moment = datetime.fromisoformat(value)
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


def _moment_or_none(value: Any) -> datetime | None:
    return None if value is None else read_moment(value)


# Fields of input models; the value is aware UTC.
Moment = Annotated[datetime, BeforeValidator(read_moment)]
OptionalMoment = Annotated[datetime | None, BeforeValidator(_moment_or_none)]
