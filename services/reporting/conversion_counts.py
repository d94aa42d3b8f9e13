"""Counts conversions, their amounts and leads: the statements behind the conversion report."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from sqlalchemy import ColumnElement, Table, func, literal, select
from sqlmodel import Session, col

from models import Affiliate, Campaign, Event, Lead
from models.words import ConversionStatus
from services.reporting import keyset
from services.reporting.definitions import IS_CONVERSION, STATUSES
from services.reporting.keyset import Search

Amounts = tuple[tuple[str, str], ...]
"""Sums by currency in its order, such as ("EUR", "49.90"); "" stands for no currency."""

By = Literal["day", "campaign", "event", "affiliate"]

_MICROS = 1_000_000
# Sums are made of two parts, since a few amounts of twelve digits in micros overflow 64 bits.
_PART = 1_000_000_000
# Asked for by `IS_CONVERSION`, in words that an index can be made of.
_FLAGS = ("is_conversion", "is_test")


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one row, as `definitions.DEFINITIONS` says; `rate` is percent, "12.50"."""

    leads: int
    conversions: int
    rate: str | None
    approved: int
    open: int
    rejected: int
    amounts: Amounts
    approved_amounts: Amounts


@dataclass(frozen=True, slots=True)
class Group:
    """The counts of one campaign, event or affiliate; the key "" stands for no affiliate."""

    key: str
    name: str
    tally: "Tally"


@dataclass(slots=True)
class Tally:
    """Counts that are still being added up."""

    leads: int = 0
    by_status: dict[ConversionStatus, int] = field(default_factory=lambda: defaultdict(int))
    micros: dict[tuple[ConversionStatus, str], int] = field(default_factory=dict)

    def add(self, other: "Tally") -> None:
        """Add the counts of another one."""
        self.leads += other.leads
        for status, number in other.by_status.items():
            self.by_status[status] += number
        for key, micros in other.micros.items():
            self.micros[key] = self.micros.get(key, 0) + micros

    def figures(self) -> Figures:
        """Return the figures that these counts make."""
        conversions = sum(self.by_status.values())
        counts = {
            name: sum(self.by_status.get(status, 0) for status in statuses)
            for name, statuses in STATUSES.items()
        }
        return Figures(
            leads=self.leads,
            conversions=conversions,
            rate=_percent(conversions, self.leads),
            amounts=self._amounts(tuple(ConversionStatus)),
            approved_amounts=self._amounts(STATUSES["approved"]),
            **counts,
        )

    def _amounts(self, statuses: Iterable[ConversionStatus]) -> Amounts:
        sums: dict[str, int] = {}
        for (status, currency), micros in self.micros.items():
            if status in statuses:
                sums[currency] = sums.get(currency, 0) + micros
        return tuple((currency, _text(sums[currency])) for currency in sorted(sums))


def total(session: Session, search: Search, since: datetime, until: datetime) -> Tally:
    """Return the counts of a range; `search` says which events, its own range is not used."""
    return _tallies(session, search, None, None, since, until).get(None, Tally())


def by_group(
    session: Session, search: Search, by: By, since: datetime, until: datetime
) -> list[Group]:
    """Return the counts of every campaign, event or affiliate that has any, in no order."""
    if by == "event":
        tallies = _tallies(session, search, col(Event.event_name), None, since, until)
        leads = _count_leads(session, search, None, since, until).get(None, 0)
        for tally in tallies.values():
            tally.leads = leads
        return [Group(name, name, tally) for name, tally in tallies.items()]
    if by == "campaign":
        owner: type[Campaign | Affiliate] = Campaign
        of_event, of_lead = col(Event.campaign_id), col(Lead.campaign_id)
    else:
        owner = Affiliate
        of_event, of_lead = col(Event.affiliate_id), col(Lead.affiliate_id)
    tallies = _tallies(session, search, of_event, of_lead, since, until)
    names = {
        row.id: (row.key, row.name)
        for row in session.execute(select(col(owner.id), col(owner.key), col(owner.name)))
    }
    return [Group(*names.get(identity, ("", "")), tally) for identity, tally in tallies.items()]


def _tallies(
    session: Session,
    search: Search,
    of_event: Any,
    of_lead: Any,
    since: datetime,
    until: datetime,
) -> dict[Any, Tally]:
    tallies: dict[Any, Tally] = defaultdict(Tally)
    if search.is_empty:
        return tallies
    key = literal(None) if of_event is None else of_event
    time = search.table.c[search.time]
    micros = col(Event.amount_micros)
    parts = (key, col(Event.conversion_status), col(Event.currency))
    query = (
        select(
            *parts, func.count(), func.count(micros), func.sum(micros // _PART),
            func.sum(micros % _PART),
        )
        .where(IS_CONVERSION, time >= since, time < until, *_conditions(search, search.table))
        .group_by(*parts)
    )  # fmt: skip
    for identity, status, currency, number, amounts, high, low in session.execute(query):
        tally = tallies[identity]
        tally.by_status[status] += number
        if amounts:
            where = (status, currency or "")
            tally.micros[where] = tally.micros.get(where, 0) + int(high) * _PART + int(low)
    if of_event is None or of_lead is not None:
        for identity, number in _count_leads(session, search, of_lead, since, until).items():
            tallies[identity].leads = number
    return tallies


def _count_leads(
    session: Session, search: Search, of_lead: Any, since: datetime, until: datetime
) -> dict[Any, int]:
    leads = Lead.metadata.tables["lead"]
    time = leads.c.created_at if search.time == "received_at" else leads.c.submitted_at
    key = literal(None) if of_lead is None else of_lead
    query = (
        select(key, func.count())
        .where(time >= since, time < until, *_conditions(search, leads))
        .group_by(key)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _conditions(search: Search, table: Table) -> list[ColumnElement[bool]]:
    """Return what the search asks of a table; of a lead that is its campaign and affiliate."""
    return [
        keyset.holds(table.c[condition.column], condition.values)
        for condition in search.conditions
        if condition.column in table.c and condition.column not in _FLAGS
    ]


def _percent(part: int, whole: int) -> str | None:
    if not whole:
        return None
    percent = Decimal(100 * part) / Decimal(whole)
    return str(percent.quantize(Decimal("0.01"), ROUND_HALF_UP))


def _text(micros: int) -> str:
    """Return an amount with as many digits as it needs, at least two: 49900000 → "49.90"."""
    whole, rest = divmod(abs(micros), _MICROS)
    digits = f"{rest:06}".rstrip("0").ljust(2, "0")
    return f"{'-' if micros < 0 else ''}{whole}.{digits}"
