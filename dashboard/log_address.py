"""What the addresses of logs share: reading, writing, and the filters that are set as chips."""

from collections.abc import Collection, Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import ClassVar, Final, Self
from zoneinfo import ZoneInfo

from dashboard import time_ranges

Chip = tuple[str, str, str]
"""One filter that is set: its name, its label, and its value in words."""

_IN_ADDRESS: Final = {"start": "from", "end": "to"}


class LogAddress:
    """The filters and the page as they stand in an address; nothing in here has been checked.

    A log's own address is a frozen dataclass that adds its filters, in the order in which they
    stand in the address. A filter of many words is a tuple, with commas in the address. It says
    as `href` where it leads, and by `wanted` what the service is asked.
    """

    __slots__ = ()

    LABELS: ClassVar[Mapping[str, str]]
    """What each filter is called, in the order of the chips."""
    cursor: str

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Self:
        """Return what an address asks for."""
        given = {}
        for each in fields(cls):
            text = query.get(_IN_ADDRESS.get(each.name, each.name))
            if text is not None:
                given[each.name] = _words(text) if isinstance(each.default, tuple) else text
        return cls(**given)

    def query(self) -> dict[str, str]:
        """Return the parts of the address by their names; empty ones need not stand in it."""
        return {
            _IN_ADDRESS.get(each.name, each.name): _text(getattr(self, each.name))
            for each in fields(self)
        }

    @property
    def plain(self) -> Self:
        """Return the address of the same page without any filter."""
        return type(self)()

    @property
    def has_filters(self) -> bool:
        """Tell whether a filter is set."""
        return any(getattr(self, name) for name in self.LABELS)

    def chips_in(self, words: Mapping[str, Mapping[str, str]]) -> list[Chip]:
        """Return each filter that is set; `words` holds by filter how its values are shown."""
        chips = []
        for name, label in self.LABELS.items():
            value, known = getattr(self, name), words.get(name, {})
            if isinstance(value, tuple):
                chips += [(f"{name}:{word}", label, known.get(word, word)) for word in value]
            elif value:
                chips.append((name, label, known.get(value, value)))
        return chips

    def with_filter(self, name: str, value: str) -> Self:
        """Return the address with one filter changed, at its first page; unknown names do nothing.

        An empty value takes the filter away.
        """
        return replace(self, **{name: value}, cursor="") if name in self.LABELS else self

    def without(self, chip: str) -> Self:
        """Return the address without one of its chips; an unknown chip changes nothing."""
        name, _, word = chip.partition(":")
        value = getattr(self, name) if name in self.LABELS else ""
        if isinstance(value, tuple):
            kept = tuple(each for each in value if each != word)
            return replace(self, **{name: kept}, cursor="")
        return self.with_filter(name, "")

    def cleared(self) -> Self:
        """Return where “Clear filters” leads."""
        return self.plain

    def mended(self, wrong: Collection[str]) -> Self:  # noqa: ARG002 - see RangedAddress
        """Return where “Try again” leads once the service has refused the parts `wrong`."""
        return self.plain


class RangedAddress(LogAddress):
    """The address of a log with any time range, which shows new rows by itself or holds still."""

    __slots__ = ()

    range: str
    start: str
    end: str
    live: bool

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Self:
        """Return what an address asks for."""
        return replace(super().from_query(query), live=query.get("live") != "off")

    def query(self) -> dict[str, str]:
        """Return the parts of the address by their names; what is usual need not stand in it."""
        parts = super().query() | {
            "range": "" if self.range == self.plain.range else self.range,
            "live": "" if self.live else "off",
        }
        return parts if self.range == time_ranges.CUSTOM else parts | {"from": "", "to": ""}

    @property
    def plain(self) -> Self:
        """Return the address of the same page without any filter, in its usual range."""
        return type(self)(live=self.live)

    def span(self, *, now: datetime, zone: ZoneInfo) -> time_ranges.Span:
        """Return the time span; raises `InvalidInput` for one that is not."""
        if self.range == time_ranges.CUSTOM:
            return time_ranges.custom(self.start, self.end, zone=zone)
        return time_ranges.preset(self.range, now=now, zone=zone)

    def cleared(self) -> Self:
        """Return the address without its filters; where only the time range was left, widen it."""
        plain = self.plain
        is_usual = not self.has_filters and self.range == plain.range
        return replace(plain, range="30d") if is_usual else plain

    def mended(self, wrong: Collection[str]) -> Self:
        """Return the address without the parts that the service refused."""
        names = [each.name for each in fields(self) if each.name in wrong]
        return replace(self, **{name: getattr(self.plain, name) for name in names})


def _text(value: object) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, text.split(","))))
