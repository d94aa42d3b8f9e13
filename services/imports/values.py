"""Cells to the values of our fields, as the file's owner says how they are written: pure."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from services.imports.contract import DateStyle, NumberStyle, known_zones

_THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
_WITH_COMMA = re.compile(r"-?(\d+|\d{1,3}([.'  ]\d{3})+)(,\d+)?", re.ASCII)
_NUMERIC = re.compile(r"-?[\d.,'  ]+", re.ASCII)
_TIME = (
    r"(?:[T ]+(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<part>\d{1,6})\d*)?)?"
    r"\s*(?P<half>[AaPp][Mm])?\s*(?P<offset>[Zz]|UTC|GMT|[+-]\d\d:?\d\d)?)?"
)
_FORMS: Final = MappingProxyType(
    {
        DateStyle.ISO: re.compile(
            rf"(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d){_TIME}", re.ASCII
        ),
        DateStyle.DAY_FIRST: re.compile(
            rf"(?P<day>\d{{1,2}})[./-](?P<month>\d{{1,2}})[./-](?P<year>\d{{4}}),?{_TIME}", re.ASCII
        ),
        DateStyle.MONTH_FIRST: re.compile(
            rf"(?P<month>\d{{1,2}})[./-](?P<day>\d{{1,2}})[./-](?P<year>\d{{4}}),?{_TIME}", re.ASCII
        ),
    }
)
_EXAMPLES: Final = MappingProxyType(
    {
        DateStyle.ISO: "2026-01-31 14:30",
        DateStyle.DAY_FIRST: "31.01.2026 14:30",
        DateStyle.MONTH_FIRST: "01/31/2026 14:30",
    }
)
_OFFSET = re.compile(r"(?:UTC|GMT)?(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d\d)?", re.ASCII)


def number(text: str, style: NumberStyle) -> str:
    """Return a number with a point and no thousands; what is no number stays as it is.

    Raises ValueError for one that is written in another style than the file's.
    """
    if style is NumberStyle.POINT:
        return text.replace(",", "") if _THOUSANDS.fullmatch(text) else text
    if _WITH_COMMA.fullmatch(text):
        return re.sub(r"[.'  ]", "", text).replace(",", ".")
    if _NUMERIC.fullmatch(text):
        raise ValueError(
            f"“{text}” is no number with a decimal comma. Check how the file writes numbers."
        )
    return text


def day(text: str, style: DateStyle) -> str:
    """Return a date as `YYYY-MM-DD`; raise ValueError with a sentence."""
    found = _FORMS[style].fullmatch(text)
    if found is None:
        raise ValueError(_unreadable(text, style, is_day=True))
    return _date(found, text).isoformat()


def moment(text: str, style: DateStyle, zone: str) -> datetime:
    """Return an aware time; raise ValueError with a sentence.

    An offset in the text counts before `zone`, which is an IANA name or an offset. A date alone is
    its midnight there. A local time that the clocks skipped or showed twice is refused.
    """
    found = _FORMS[style].fullmatch(text)
    if found is None:
        raise ValueError(_unreadable(text, style, is_day=False))
    local = datetime.combine(_date(found, text), _clock(found, text))
    own = found["offset"]
    if own:
        return local.replace(tzinfo=UTC if own.upper() in {"Z", "UTC", "GMT"} else _offset(own))
    if not zone:
        raise ValueError("Choose the time zone of this file: this time has no offset of its own.")
    return _in_zone(local, read_zone(zone), zone)


@lru_cache(maxsize=64)
def read_zone(text: str) -> tzinfo:
    """Return the time zone behind an IANA name or an offset; raise ValueError with a sentence."""
    if text in known_zones():
        return ZoneInfo(text)
    if text.upper() in {"Z", "GMT"}:
        return UTC
    if (found := _OFFSET.fullmatch(text)) is not None:
        return _offset(found[0])
    raise ValueError(f"“{text[:64]}” is no time zone. Write Europe/Berlin, UTC or +02:00.")


def _in_zone(local: datetime, zone: tzinfo, name: str) -> datetime:
    first, second = local.replace(tzinfo=zone), local.replace(tzinfo=zone, fold=1)
    if first.utcoffset() == second.utcoffset():
        return first
    shown = f"{local:%Y-%m-%d %H:%M}"
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local:
        raise ValueError(
            f"There was no {shown} in {name}: the clocks were put forward. Give another time."
        )
    raise ValueError(
        f"There were two times {shown} in {name}: the clocks were put back. "
        f"Add the offset, such as {_signed(first)} or {_signed(second)}."
    )


def _signed(moment_: datetime) -> str:
    text = f"{moment_:%z}"
    return f"{text[:3]}:{text[3:5]}"


def _date(found: re.Match[str], text: str) -> date:
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        raise ValueError(f"There is no such date as “{text}”. Check the file's dates.") from None


def _clock(found: re.Match[str], text: str) -> time:
    if found["hour"] is None:
        return time()
    hour, half = int(found["hour"]), (found["half"] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(f"There is no such time as “{text}”.")
        hour = hour % 12 + (12 if half == "pm" else 0)
    part = (found["part"] or "").ljust(6, "0")
    try:
        return time(hour, int(found["minute"]), int(found["second"] or 0), int(part))
    except ValueError:
        raise ValueError(f"There is no such time as “{text}”.") from None


def _offset(text: str) -> timezone:
    found = _OFFSET.fullmatch(text)
    if found is None:
        raise ValueError(f"“{text}” is no offset. Write +02:00.")
    width = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
    if width >= timedelta(hours=24):
        raise ValueError(f"“{text}” is no offset. Write +02:00.")
    return timezone(-width if found["sign"] == "-" else width)


def _unreadable(text: str, style: DateStyle, *, is_day: bool) -> str:
    example = _EXAMPLES[style][:10] if is_day else _EXAMPLES[style]
    kind = "date" if is_day else "time"
    return f"“{text[:40]}” is no {kind} such as {example}. Check how the file writes dates."
