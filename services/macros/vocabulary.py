"""Every macro that Afterlead knows, its meaning and an example; names to canonical names."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from services.macros.positions import Position


class MacroGroup(StrEnum):
    """The groups of the macro picker."""

    LEAD = "lead"
    EVENT = "event"
    PLACE = "place"
    DELIVERY = "delivery"
    HEADERS_ONLY = "headers only"


EVERYWHERE = frozenset(Position)


@dataclass(frozen=True, slots=True)
class MacroDoc:
    """One macro; a name like ``lead:<name>`` stands for a family."""

    name: str
    group: MacroGroup
    meaning: str
    example: str
    positions: frozenset[Position] = EVERYWHERE
    aliases: tuple[str, ...] = ()


_SUBS = tuple(
    MacroDoc(f"sub{n}", MacroGroup.LEAD, f"Sub id {n} of the affiliate", example)
    for n, example in enumerate(
        ("news", "banner-3", "us-east", "mobile", "a17", "b2", "evening", "v2", "spring", "x9"),
        start=1,
    )
)

VOCABULARY: tuple[MacroDoc, ...] = (
    MacroDoc("lead_id", MacroGroup.LEAD, "Afterlead's id of the lead", "ld_01j9z3"),
    MacroDoc("transaction_id", MacroGroup.LEAD, "The lead's transaction id", "t-1001"),
    MacroDoc("external_click_id", MacroGroup.LEAD, "The affiliate's own click id", "clk-7f3a"),
    *_SUBS,
    MacroDoc("email", MacroGroup.LEAD, "E-mail address", "ann@example.com"),
    MacroDoc("phone", MacroGroup.LEAD, "Phone number", "+1 202 555 0143"),
    MacroDoc("first_name", MacroGroup.LEAD, "First name", "Ann"),
    MacroDoc("last_name", MacroGroup.LEAD, "Last name", "O'Neil"),
    MacroDoc("lead:<name>", MacroGroup.LEAD, "Any other field of the lead", "auto"),
    MacroDoc("event_id", MacroGroup.EVENT, "Afterlead's id of this event", "evt_01j9z4"),
    MacroDoc("event_name", MacroGroup.EVENT, "Name of the event", "sale"),
    MacroDoc("event_count", MacroGroup.EVENT, "How many times it fired for the lead", "1"),
    MacroDoc("amount", MacroGroup.EVENT, "Amount, exactly as received", "49.90"),
    MacroDoc("currency", MacroGroup.EVENT, "Currency of the amount, three letters", "USD"),
    MacroDoc("order_id", MacroGroup.EVENT, "Order id", "o-5512"),
    MacroDoc(
        "conversion_status",
        MacroGroup.EVENT,
        "pending, approved, rejected, on_hold or reversed",
        "approved",
        aliases=("status",),
    ),
    MacroDoc("occurred_at", MacroGroup.EVENT, "When it happened", "2026-01-02T03:04:05Z"),
    MacroDoc("received_at", MacroGroup.EVENT, "When Afterlead heard of it", "2026-01-02T03:04:06Z"),
    MacroDoc("field:<name>", MacroGroup.EVENT, "A custom field of the event", "P-7"),
    MacroDoc("campaign_id", MacroGroup.PLACE, "Key of the campaign", "auto-us"),
    MacroDoc("campaign_name", MacroGroup.PLACE, "Name of the campaign", "Auto US"),
    MacroDoc("affiliate_id", MacroGroup.PLACE, "Key of the affiliate", "north-media"),
    MacroDoc("affiliate_name", MacroGroup.PLACE, "Name of the affiliate", "North Media"),
    MacroDoc(
        "delivery_id", MacroGroup.DELIVERY, "The same on every attempt to deliver", "dlv_01j9z5"
    ),
    MacroDoc("is_test", MacroGroup.DELIVERY, "true for a test, else false", "false"),
    MacroDoc(
        "sig",
        MacroGroup.DELIVERY,
        "The signature of the call, once signing is on; made anew at every attempt",
        "1767323045.9f86d081…",
    ),
    MacroDoc(
        "secret:<name>",
        MacroGroup.HEADERS_ONLY,
        "A secret of this postback, filled in when it is sent",
        "••••",
        positions=frozenset({Position.HEADER}),
    ),
)

# Names with a key after the colon.
NAMESPACES = frozenset(d.name.partition(":")[0] for d in VOCABULARY if ":" in d.name)
PLAIN_NAMES = frozenset(d.name for d in VOCABULARY if ":" not in d.name)
ALIASES = {alias: doc.name for doc in VOCABULARY for alias in doc.aliases}
# Their text is a number and stands bare in JSON.
NUMERIC = frozenset({"amount", "event_count"})

_LEAD_NAMES = frozenset(d.name for d in VOCABULARY if d.group is MacroGroup.LEAD)


def canonical(name: str, *, key: str | None) -> str:
    """Return the key of a macro in Values, from its lower-case name and key.

    ``status`` is ``conversion_status``, ``lead:email`` is ``email``, ``lead:policy`` and
    unknown names stay as they are.
    """
    if key is None:
        return ALIASES.get(name, name)
    if name == "lead" and key in _LEAD_NAMES:
        return key
    return f"{name}:{key}"


def is_known(name: str, *, key: str | None) -> bool:
    """Tell whether the macro exists; every key of lead, field and secret counts as known."""
    if key is None:
        return name in PLAIN_NAMES or name in ALIASES
    return name in NAMESPACES
