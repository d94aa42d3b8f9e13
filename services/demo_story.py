"""What the invented lead-generation company of the demo lived through: pure and repeatable."""

import json
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from models.words import Source
from services.catalog.slugs import slug
from services.demo_company import AFFILIATES, MARKETS

DAYS = 14


@dataclass(frozen=True, slots=True)
class Capture:
    """A lead as it came in."""

    at: datetime
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Firing:
    """One incoming call about an event, right or wrong."""

    at: datetime
    body: bytes
    source: Source


# Calls per hour of the day in UTC: little at night, most in the afternoon.
_HOURS = (2, 1, 1, 1, 1, 2, 3, 5, 8, 10, 12, 12, 11, 11, 12, 13, 14, 13, 11, 9, 7, 5, 4, 3)
_WEEKEND = 0.55
_ONCE_PER_LEAD = frozenset({"signup", "qualified", "appointment_set", "rejected"})
# What tends to follow what in a lead's life, with weights.
_NEXT: dict[str, dict[str, int]] = {
    "": {"signup": 1},
    "signup": {"qualified": 6, "callback": 3, "rejected": 1},
    "callback": {"qualified": 4, "callback": 2, "appointment_set": 2, "sale": 1},
    "qualified": {"appointment_set": 5, "callback": 2, "sale": 3},
    "appointment_set": {"sale": 6, "callback": 3, "rejected": 1},
    "sale": {"sale": 5, "callback": 4},
    "rejected": {"callback": 1},
}
_REJECTED_HOURS_AGO = (9, 4, 1)
# Letters that no accent can be taken off from.
_PLAIN = str.maketrans("łıø", "lio")
_DUPLICATES, _MISTAKES = 0.03, 0.02


@dataclass(slots=True)
class Story:
    """Everything that happened in the two weeks before `now`; the same seed tells the same."""

    now: datetime
    rng: Random = field(default_factory=lambda: Random(2_741))
    _stages: dict[str, str] = field(default_factory=dict)
    _done: set[tuple[str, str]] = field(default_factory=set)

    def captures(self, count: int) -> list[Capture]:
        """Return the leads, oldest first; some were there before the first event."""
        moments = self._moments(count, self.now - timedelta(days=DAYS + 1), self.now)
        return [self._capture(number, at) for number, at in enumerate(moments, start=1)]

    def firings(self, captures: list[Capture], count: int) -> Iterator[Firing]:
        """Yield the calls about these leads, oldest first; the last ones are minutes old."""
        known = [capture.at for capture in captures]
        until = self.now - timedelta(minutes=3)
        for at in self._moments(count, self.now - timedelta(days=DAYS), until):
            lead = captures[self.rng.randrange(max(1, bisect_right(known, at)))].data
            chance = self.rng.random()
            if chance < _MISTAKES:
                yield Firing(at, self._mistake(lead), Source.API)
                continue
            fact = self._fact(lead, at)
            source = Source.MANUAL if chance > 0.9 else Source.API
            yield Firing(at, _json(fact), source)
            if fact["event"] in _ONCE_PER_LEAD and self.rng.random() < _DUPLICATES * 2:
                yield Firing(at + timedelta(seconds=20), _json(fact), Source.API)
        yield from self._lately_rejected(captures)

    def newest(self, captures: list[Capture], count: int) -> list[Firing]:
        """Return sales of just now, one each for the last leads."""
        return [
            Firing(self.now, _json(self._sale(capture.data)), Source.API)
            for capture in captures[-count:]
        ]

    def _lately_rejected(self, captures: list[Capture]) -> Iterator[Firing]:
        # Their partner answers nothing but errors, so each waits for a later try.
        leads = [one.data for one in reversed(captures) if one.data["campaign"] == "auto-us"]
        fresh = (lead for lead in leads if (lead["transaction_id"], "rejected") not in self._done)
        for hours, lead in zip(_REJECTED_HOURS_AGO, fresh, strict=False):
            at = self.now - timedelta(hours=hours)
            fact = {"event": "rejected", "transaction_id": lead["transaction_id"]}
            yield Firing(at, _json(fact), Source.MANUAL)

    def _moments(self, count: int, since: datetime, until: datetime) -> list[datetime]:
        hours = [
            since + timedelta(hours=n) for n in range(int((until - since) / timedelta(hours=1)))
        ]
        weights = [_HOURS[hour.hour] * (_WEEKEND if hour.weekday() >= 5 else 1.0) for hour in hours]
        chosen = self.rng.choices(hours, weights, k=count)
        return sorted(hour + timedelta(seconds=self.rng.uniform(0, 3600)) for hour in chosen)

    def _capture(self, number: int, at: datetime) -> Capture:
        rng = self.rng
        market = rng.choice(MARKETS)
        first, last = rng.choice(market.first_names), rng.choice(market.last_names)
        name, answers = market.field
        data: dict[str, Any] = {
            "campaign": market.key,
            "transaction_id": f"{market.key}-{10_000 + number}",
            "first_name": first,
            "last_name": last,
            "email": f"{_mailbox(first, last)}.{number}@example.com",
            "phone": market.phone.format(rng.randrange(100)),
            "sub1": rng.choice(("newsletter", "search", "comparison-site", "banner-3")),
            "sub2": rng.choice(("mobile", "desktop")),
            "fields": {name: rng.choice(answers)},
        }
        if rng.random() < 0.8:
            data["affiliate"] = rng.choice(AFFILIATES)[0]
            data["external_click_id"] = f"clk-{rng.getrandbits(40):010x}"
        return Capture(at, data)

    def _fact(self, lead: dict[str, Any], at: datetime) -> dict[str, Any]:
        key = lead["transaction_id"]
        following = {
            name: weight
            for name, weight in _NEXT[self._stages.get(key, "")].items()
            if (key, name) not in self._done
        } or {"callback": 1}
        (name,) = self.rng.choices(list(following), list(following.values()))
        self._stages[key] = name
        if name in _ONCE_PER_LEAD:
            self._done.add((key, name))
        if name == "sale":
            return self._sale(lead)
        heard = at - timedelta(seconds=self.rng.randrange(1, 90))
        return {
            "event": name,
            "transaction_id": key,
            "occurred_at": heard.isoformat("T", "seconds"),
        }

    def _sale(self, lead: dict[str, Any]) -> dict[str, Any]:
        market = next(market for market in MARKETS if market.key == lead["campaign"])
        fact: dict[str, Any] = {
            "event": "sale",
            "transaction_id": lead["transaction_id"],
            "amount": f"{self.rng.randint(*market.amounts)}.{self.rng.choice(('00', '50', '90'))}",
            "currency": market.currency,
            "order_id": f"ord-{self.rng.randrange(100_000, 999_999)}",
        }
        if market.key == "auto-us":
            fact["fields"] = {
                "policy_no": f"P-{self.rng.randrange(100_000, 999_999)}",
                "premium": f"{self.rng.randint(300, 900)}.20",
            }
        return fact | ({"conversion_status": "pending"} if self.rng.random() < 0.15 else {})

    def _mistake(self, lead: dict[str, Any]) -> bytes:
        fact = {"event": "sale", "transaction_id": lead["transaction_id"]}
        return self.rng.choice(
            (
                _json(fact | {"event": "purchase"}),
                _json(fact | {"event": "Sale"}),
                _json(fact | {"transaction_id": f"lost-{self.rng.randrange(1000)}"}),
                _json(fact | {"amount": "49,90", "currency": "eur"}),
                _json(fact | {"ammount": "49.90"}),
                _json(fact)[:-1],
            )
        )


def _mailbox(first: str, last: str) -> str:
    return slug(f"{first} {last}".lower().translate(_PLAIN), separator=".")


def _json(fact: dict[str, Any]) -> bytes:
    return json.dumps(fact, ensure_ascii=False).encode()
