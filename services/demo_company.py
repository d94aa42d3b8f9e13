"""The invented company of the demo: its campaigns, events, partners and postbacks."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.words import PostbackLevel


@dataclass(frozen=True, slots=True)
class Market:
    """One campaign and the people whom it reaches; amounts are in whole units."""

    key: str
    name: str
    currency: str
    phone: str
    amounts: tuple[int, int]
    field: tuple[str, tuple[str, ...]]
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]


MARKETS = (
    Market(
        key="auto-us",
        name="Auto Insurance US",
        currency="USD",
        phone="+1 202 555 01{:02}",
        amounts=(35, 140),
        field=("vehicle", ("sedan", "pick-up", "SUV", "motorcycle")),
        first_names=("Ann", "José", "Tyrone", "Mei", "Shanice", "Luis", "Priya", "D'Angelo"),
        last_names=("O'Neil", "Nuñez", "Washington", "Chen", "García", "Smith", "Patel", "Brown"),
    ),
    Market(
        key="solar-de",
        name="Solar DE",
        currency="EUR",
        phone="+49 30 555 01{:02}",
        amounts=(60, 320),
        field=("roof", ("Satteldach", "Flachdach", "Pultdach")),
        first_names=("Jürgen", "Änne", "Björn", "Käthe", "Ayşe", "Łukasz", "Søren", "Mária"),
        last_names=("Müller", "Weiß", "Größmann", "Yılmaz", "Özdemir", "Kowalski", "Jäger", "Voß"),
    ),
    Market(
        key="mortgage-uk",
        name="Mortgage UK",
        currency="GBP",
        phone="+44 20 555 01{:02}",
        amounts=(90, 450),
        field=("property", ("flat", "terraced house", "semi-detached")),
        first_names=("Siobhán", "Zoë", "Rhys", "Amélie", "Oluwaseun", "Harpreet", "Chloë", "Ian"),
        last_names=("O'Connor", "Brontë", "Llewellyn", "Adébáyọ̀", "Singh", "D'Arcy", "Fry", "Løe"),
    ),
)

EVENTS: tuple[Mapping[str, object], ...] = (
    {"name": "signup", "description": "The form on a landing page was sent."},
    {"name": "qualified", "description": "Our team spoke to the lead; the need is real."},
    {"name": "callback", "description": "The lead wants to be called.", "multi_trigger": True},
    {
        "name": "appointment_set",
        "description": "A date with an adviser stands.",
        "available_everywhere": False,
    },
    {"name": "rejected", "description": "Wrong number, no need, or a joke."},
    {
        "name": "sale",
        "description": "A contract was signed; again at each renewal.",
        "multi_trigger": True,
        "is_conversion": True,
        "is_affiliate_conversion": True,
    },
)
AFFILIATES = (
    ("north-star-media", "North Star Media"),
    ("bright-search", "Bright Search"),
    ("clickbridge", "Clickbridge"),
)
EVENT_LISTS: tuple[Mapping[str, object], ...] = (
    {
        "name": "Personal advice",
        "events": ["appointment_set", "callback"],
        "campaigns": [market.key for market in MARKETS],
    },
)
# Campaign, event, field.
CUSTOM_FIELDS: tuple[tuple[str, str, Mapping[str, object]], ...] = (
    (
        "auto-us",
        "sale",
        {
            "name": "policy_no",
            "type": "text",
            "required": True,
            "help_text": "Stands at the top of the contract.",
            "example": "P-204711",
        },
    ),
    ("auto-us", "sale", {"name": "premium", "type": "number", "example": "540.20"}),
    ("auto-us", "sale", {"name": "starts_on", "type": "date", "example": "2026-12-01"}),
)
INCOMING_URLS: tuple[Mapping[str, object], ...] = (
    {
        "name": "Clickbridge",
        "event": "sale",
        "parameters": {"transaction_id": "txid", "amount": "payout"},
        "placeholders": {
            "transaction_id": "{click_id}",
            "amount": "{payout}",
            "conversion_status": "{status}",
        },
        "words": {"conversion_status": {"1": "pending", "2": "approved", "3": "rejected"}},
    },
)
PARTNERS = ("north-star-media", "clickbridge", "sonnen-partner", "call-desk", "old-tracker")
# Event, partner, query, and what differs from a plain GET.
POSTBACKS: tuple[tuple[str, str, str, Mapping[str, object]], ...] = (
    (
        "sale",
        "north-star-media",
        "?click={external_click_id}&tid={transaction_id}&payout={amount}&cur={currency}",
        {},
    ),
    (
        "sale",
        "clickbridge",
        "?source=afterlead",
        {
            "method": "POST",
            "body": '{"order": "{order_id}", "name": "{first_name} {last_name}",'
            ' "email": "{email}", "amount": {amount}, "currency": "{currency}"}',
            "headers": {"Authorization": "Bearer {secret:token}"},
            "secrets": {"token": "demo-token-of-nobody"},
        },
    ),
    (
        "sale",
        "sonnen-partner",
        "?id={transaction_id}&dach={lead:roof}&wert={amount}",
        {"campaign": "solar-de"},
    ),
    ("signup", "north-star-media", "?click={external_click_id}&goal=signup&sub={sub1}", {}),
    ("qualified", "clickbridge", "?goal=qualified&tid={transaction_id}&at={occurred_at}", {}),
    ("callback", "call-desk", "?phone={phone}&name={first_name}&campaign={campaign_name}", {}),
    (
        "appointment_set",
        "call-desk",
        "",
        {"method": "POST", "body": '{"lead": "{lead_id}", "phone": "{phone}", "n": {event_count}}'},
    ),
    (
        "rejected",
        "old-tracker",
        "?status=500&tid={transaction_id}&reason=rejected",
        {"campaign": "auto-us"},
    ),
)
# Level, key, partner, query.
OTHER_POSTBACKS: tuple[tuple[PostbackLevel, str, str, str], ...] = (
    (
        PostbackLevel.AFFILIATE,
        "bright-search",
        "clickbridge",
        "?aff={affiliate_id}&click={external_click_id}&value={amount}",
    ),
    (
        PostbackLevel.CAMPAIGN,
        "mortgage-uk",
        "call-desk",
        "?event={event_name}&lead={lead_id}&phone={phone}",
    ),
)
