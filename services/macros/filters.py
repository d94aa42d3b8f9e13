"""The filters: one table that builds them and that the help on screen shows."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.macros.syntax import FilterCall
from services.macros.values import Value, as_moment, as_number, as_text, scrub

Step = Callable[[Value], Value]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WIDE = Context(prec=200, rounding=ROUND_HALF_UP)
_MOST_PLACES = 12
# What Python documents for every platform, without the forms that follow the machine's locale.
_DIRECTIVES = frozenset("aAbBdfGHIjmMpSuUVwWyYzZ%")
_DIRECTIVE = re.compile(r"%(.)", re.DOTALL)


class FilterError(ValueError):
    """A filter that cannot be built; the message is for the person who wrote it."""


@dataclass(frozen=True, slots=True)
class FilterDoc:
    """One filter: how it is written, what it does, one example and its result."""

    name: str
    usage: str
    meaning: str
    example: str
    result: str
    build: Callable[[FilterCall], Step] = field(repr=False, compare=False)


def build(call: FilterCall) -> Step:
    """Return the function that applies the filter.

    An empty value stays empty in every filter but ``default``, and a value that the filter
    cannot read (``fixed`` of a word) passes unchanged. Raises FilterError for an unknown
    filter or a bad argument.
    """
    doc = _BY_NAME.get(call.name)
    if doc is None:
        raise FilterError(f'There is no filter "{call.name}".')
    if call.options and call.name != "date":
        raise FilterError(f'The filter "{call.name}" takes no "{call.options[0][0]}".')
    step = doc.build(call)
    return step if call.name == "default" else _unless_empty(step)


def filter_names() -> tuple[str, ...]:
    """Return the names of all filters."""
    return tuple(_BY_NAME)


def _unless_empty(step: Step) -> Step:
    return lambda value: value if value == "" else step(value)


def _plain(transform: Step) -> Callable[[FilterCall], Step]:
    """Make a builder for a filter without an argument."""

    def build_plain(call: FilterCall) -> Step:
        if call.argument is not None:
            raise FilterError(f'The filter "{call.name}" takes no argument.')
        return transform

    return build_plain


def _on_text(transform: Callable[[str], str]) -> Callable[[FilterCall], Step]:
    return _plain(lambda value: transform(as_text(value)))


def _argument(call: FilterCall, *, example: str) -> str:
    if call.argument is None:
        raise FilterError(f'The filter "{call.name}" needs an argument, like {example}.')
    return scrub(call.argument)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _md5(text: str) -> str:
    # Partners ask for MD5 as an identifier; it protects nothing.
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _rounded(value: Value, *, places: int, shift: int = 0) -> Value:
    number = as_number(value)
    if number is None:
        return value
    try:
        rounded = number.scaleb(shift, _WIDE).quantize(Decimal(1).scaleb(-places), context=_WIDE)
    except InvalidOperation:
        return value
    return rounded.copy_abs() if rounded.is_zero() else rounded  # never "-0.00"


def _fixed(call: FilterCall) -> Step:
    argument = _argument(call, example="fixed:2")
    if not re.fullmatch(r"[0-9]{1,2}", argument) or int(argument) > _MOST_PLACES:
        raise FilterError(f'"fixed" takes a number of decimal places from 0 to {_MOST_PLACES}.')
    places = int(argument)
    return lambda value: _rounded(value, places=places)


def _default(call: FilterCall) -> Step:
    text = _argument(call, example='default:"none"')
    return lambda value: text if value == "" else value


def _unix(*, unit: timedelta) -> Step:
    def step(value: Value) -> Value:
        moment = as_moment(value)
        return value if moment is None else (moment[0] - _EPOCH) // unit

    return step


def _date(call: FilterCall) -> Step:
    template = _argument(call, example='date:"%Y-%m-%d"')
    left_over = _DIRECTIVE.sub("", template)
    unknown = next((d for d in _DIRECTIVE.findall(template) if d not in _DIRECTIVES), None)
    if unknown is not None or "%" in left_over or template == "":
        shown = "%" if unknown is None else f"%{unknown}"
        raise FilterError(f'"{shown}" is no date code. Known: %Y %m %d %H %M %S %z and the like.')
    # Text between the codes stays out of strftime, which is not safe for every character.
    parts = re.split(r"(%.)", template, flags=re.DOTALL)
    zone = _zone(call.options)

    def step(value: Value) -> Value:
        found = as_moment(value)
        if found is None:
            return value
        moment, is_day = found
        try:
            # A day without a time is that day everywhere: moving its midnight would change it.
            local = moment.replace(tzinfo=zone) if is_day else moment.astimezone(zone)
            return "".join(local.strftime(p) if p.startswith("%") else p for p in parts)
        except (OverflowError, ValueError):  # at the edge of the years 1 to 9999
            return value

    return step


def _zone(options: tuple[tuple[str, str], ...]) -> tzinfo:
    zone: tzinfo = UTC
    for name, argument in options:
        if name != "tz":
            raise FilterError(f'The filter "date" takes "tz" only, not "{name}".')
        try:
            zone = ZoneInfo(argument)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise FilterError(
                f'There is no time zone "{argument}". Write it like "America/New_York".'
            ) from error
    return zone


def _map(call: FilterCall) -> Step:
    table: dict[str, str] = {}
    for pair in _argument(call, example='map:"approved=1,rejected=3"').split(","):
        source, equals, target = (part.strip() for part in pair.partition("="))
        if not (source and equals):
            raise FilterError('"map" takes pairs like "approved=1,rejected=3".')
        if source in table:
            raise FilterError(f'"map" names "{source}" twice.')
        table[source] = target

    def step(value: Value) -> Value:
        return table.get(as_text(value), value)

    return step


def _same(value: Value) -> Value:
    return value


FILTERS: tuple[FilterDoc, ...] = (
    FilterDoc(
        "default",
        'default:"text"',
        "Sends this text when the value is empty.",
        '{external_click_id|default:"none"}',
        "none",
        _default,
    ),
    FilterDoc(
        "required",
        "required",
        "Does not send at all when the value is empty; the delivery is logged as skipped.",
        "{external_click_id|required}",
        "clk-7f3a",
        _plain(_same),
    ),
    FilterDoc(
        "fixed",
        "fixed:n",
        "A number with n decimal places, halves rounded away from zero.",
        "{amount|fixed:2}",
        "49.90",
        _fixed,
    ),
    FilterDoc(
        "cents",
        "cents",
        "A number times 100, as a whole number.",
        "{amount|cents}",
        "4990",
        _plain(lambda value: _rounded(value, places=0, shift=2)),
    ),
    FilterDoc(
        "map",
        'map:"a=1,b=2"',
        "Replaces listed values; any other passes unchanged.",
        '{conversion_status|map:"approved=1,rejected=3"}',
        "1",
        _map,
    ),
    FilterDoc(
        "lower", "lower", "Lower case.", "{email|lower}", "ann@example.com", _on_text(str.lower)
    ),
    FilterDoc("upper", "upper", "Upper case.", "{currency|upper}", "USD", _on_text(str.upper)),
    FilterDoc(
        "trim", "trim", "Without space at both ends.", "{sub1|trim}", "news", _on_text(str.strip)
    ),
    FilterDoc(
        "digits",
        "digits",
        "The digits 0 to 9 only.",
        "{phone|digits}",
        "12025550143",
        _on_text(lambda text: re.sub(r"[^0-9]+", "", text)),
    ),
    FilterDoc(
        "sha256",
        "sha256",
        "SHA-256 of the UTF-8 text, in lower-case hexadecimal.",
        "{email|trim|lower|sha256}",
        _sha256("ann@example.com"),
        _on_text(_sha256),
    ),
    FilterDoc(
        "md5",
        "md5",
        "MD5 of the UTF-8 text, in lower-case hexadecimal.",
        "{email|trim|lower|md5}",
        _md5("ann@example.com"),
        _on_text(_md5),
    ),
    FilterDoc(
        "unix",
        "unix",
        "A time as whole seconds since 1970, UTC.",
        "{occurred_at|unix}",
        "1767323045",
        _plain(_unix(unit=timedelta(seconds=1))),
    ),
    FilterDoc(
        "unix_ms",
        "unix_ms",
        "A time as milliseconds since 1970, UTC.",
        "{occurred_at|unix_ms}",
        "1767323045678",
        _plain(_unix(unit=timedelta(milliseconds=1))),
    ),
    FilterDoc(
        "date",
        'date:"%Y-%m-%d",tz:"America/New_York"',
        "A time in a format and zone of your choice (UTC without tz).",
        '{occurred_at|date:"%Y-%m-%d %H:%M",tz:"America/New_York"}',
        "2026-01-01 22:04",
        _date,
    ),
    FilterDoc(
        "raw",
        "raw",
        "In the path or query of a URL only: without encoding, except space, # and line breaks.",
        "{sub1|raw}",
        "a=1&b=2",
        _plain(_same),
    ),
)
_BY_NAME = {doc.name: doc for doc in FILTERS}
