"""What is owed to partners while workers are killed."""

from collections.abc import Iterator
from dataclasses import dataclass

from models.words import Method


@dataclass(frozen=True, slots=True)
class Owed:
    """A postback to define: each firing of its event owes one delivery to that partner."""

    event: str
    path: str
    partner: int = 0
    method: Method = Method.GET
    signed: bool = False
    once: bool = False

    @property
    def is_sound(self) -> bool:
        """Tell whether the partner takes it in the end."""
        return self.path.startswith(("/ok/", "/slow/", "/flaky/"))


def _of_shop(shop: int) -> Iterator[Owed]:
    # A flaky partner shares its server with a sound one: alone it would look like a server that is
    # down. None hangs for longer than a worker lives: it would be cut off by each kill, and end as
    # poison.
    click, order, refund = f"click_{shop}", f"order_{shop}", f"refund_{shop}"
    first = shop * _PARTNERS_OF_SHOP
    yield Owed(click, "/ok/click?e={event_id}", first)
    yield Owed(click, "/ok/clicks", first + 1, Method.POST, signed=True)
    yield Owed(click, "/ok/once?e={event_id}", first + 2, once=True)
    path = "/ok/order?e={event_id}&t={transaction_id}&at={occurred_at}"
    yield Owed(order, path, first + 2, signed=True)
    yield Owed(order, "/slow/order?seconds=0.05", first + 3, Method.POST)
    yield Owed(order, "/slow/order?seconds=0.2&e={event_id}", first + 4)
    yield Owed(refund, "/flaky/refund?times=1&e={event_id}", first)
    yield Owed(refund, "/reset/refund?e={event_id}", first + 5)
    yield Owed(refund, "/status/500", first + 6, Method.POST)


# Several of each, since a worker that has just started calls a partner twice at a time at most.
_PARTNERS_OF_SHOP = 7
_SHOPS = 4
PARTNERS = _PARTNERS_OF_SHOP * _SHOPS
# What is owed while workers are killed.
POSTBACKS = tuple(owed for shop in range(_SHOPS) for owed in _of_shop(shop))
EVENTS = tuple(dict.fromkeys(owed.event for owed in POSTBACKS))
BODY = '{"event": "{event_name}", "id": "{event_id}", "name": "{first_name}", "at": {occurred_at}}'
