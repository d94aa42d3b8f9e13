"""Adds counts up and makes the figures of a report of them: rates and sums, exact to the digit."""

from collections.abc import Collection
from dataclasses import dataclass, field

from models.words import ConversionStatus
from services.reporting.definitions import STATUSES

Amounts = tuple[tuple[str, str], ...]
"""Sums by currency in its order, such as ("EUR", "49.90"); "" stands for no currency."""

_MICROS = 1_000_000


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one row, as `definitions.DEFINITIONS` says.

    `rate` is percent with two digits, "12.50". A currency is in `amounts` when some conversion has
    an amount in it.
    """

    leads: int
    conversions: int
    rate: str | None
    approved: int
    open: int
    rejected: int
    amounts: Amounts
    approved_amounts: Amounts


@dataclass(slots=True)
class Tally:
    """Counts that are still being added up; sums are in millionths."""

    leads: int = 0
    conversions: dict[ConversionStatus, int] = field(default_factory=dict)
    micros: dict[tuple[ConversionStatus, str], int] = field(default_factory=dict)

    def add(self, other: "Tally") -> None:
        """Add the counts of another one."""
        self.leads += other.leads
        for status, number in other.conversions.items():
            self.add_conversions(status, number)
        for (status, currency), micros in other.micros.items():
            self.add_micros(status, currency, micros)

    def add_conversions(self, status: ConversionStatus, number: int) -> None:
        """Add so many conversions."""
        self.conversions[status] = self.conversions.get(status, 0) + number

    def add_micros(self, status: ConversionStatus, currency: str, micros: int) -> None:
        """Add a sum of amounts."""
        key = status, currency
        self.micros[key] = self.micros.get(key, 0) + micros

    def figures(self) -> Figures:
        """Return the figures that these counts make."""
        conversions = sum(self.conversions.values())
        return Figures(
            leads=self.leads,
            conversions=conversions,
            rate=percent(conversions, self.leads),
            approved=self._count("approved"),
            open=self._count("open"),
            rejected=self._count("rejected"),
            amounts=self._amounts(tuple(ConversionStatus)),
            approved_amounts=self._amounts(STATUSES["approved"]),
        )

    def _count(self, figure: str) -> int:
        return sum(self.conversions.get(status, 0) for status in STATUSES[figure])

    def _amounts(self, statuses: Collection[ConversionStatus]) -> Amounts:
        sums: dict[str, int] = {}
        for (status, currency), micros in self.micros.items():
            if status in statuses:
                sums[currency] = sums.get(currency, 0) + micros
        return tuple((currency, amount_text(sums[currency])) for currency in sorted(sums))


def percent(part: int, whole: int) -> str | None:
    """Return a share as percent, halves rounded up: 1 of 8 → "12.50"; `None` of nothing."""
    if not whole:
        return None
    hundredths, rest = divmod(part * 10_000, whole)
    hundredths += 2 * rest >= whole
    return f"{hundredths // 100}.{hundredths % 100:02}"


def amount_text(micros: int) -> str:
    """Return an amount with the digits that it needs, two at least: 49900000 → "49.90"."""
    whole, rest = divmod(abs(micros), _MICROS)
    digits = f"{rest:06}".rstrip("0").ljust(2, "0")
    return f"{'-' if micros < 0 else ''}{whole}.{digits}"
