"""What a test is made of: a sample event, or a chosen lead's, that matches the postback."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Protocol, cast

from sqlalchemy import select
from sqlmodel import Session, col

from models import Affiliate, Campaign, EventType, Lead
from models.words import ConversionStatus
from services.contacts import NOBODY, Contact
from services.delivery.rendering import PostbackLike
from services.delivery.sample_fields import sample_fields
from services.delivery.success_rule import SuccessRule
from services.delivery.values import LEAD_MACROS, LeadLike, event_values, lead_values
from services.errors import InvalidInput, NotFound
from services.identifiers import is_id, new_id
from services.macros import VOCABULARY
from services.macros.vocabulary import canonical, is_known
from services.validation import is_storable

SAMPLE_EVENT = "sale"


class TriedPostback(PostbackLike, Protocol):
    """A postback, saved or not, with whom it fires for; a sample is made to match it."""

    @property
    def event(self) -> str | None:
        """The name of its event, `None` for the postback of a campaign or an affiliate."""

    @property
    def campaign(self) -> str | None:
        """The key of the campaign that it is limited to."""

    @property
    def affiliate(self) -> str | None:
        """The key of the affiliate that it is limited to."""

    @property
    def on_conversion_status(self) -> tuple[ConversionStatus, ...]:
        """The statuses that it waits for; none when it fires at recording."""

    @property
    def success(self) -> SuccessRule | None:
        """What the text of a 2xx answer must say."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What a test is made of: an event's name, a chosen lead, and values that replace theirs.

    Without an event it is the postback's own. A chosen lead brings its campaign and affiliate;
    without one they are those that the postback is limited to.
    """

    event: str | None = None
    lead_id: str | None = None
    values: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """Whose event a test pretends to be."""

    lead: LeadLike
    campaign_id: str | None
    campaign_key: str
    campaign_name: str
    affiliate_key: str | None
    affiliate_name: str | None


def sample_values(
    session: Session, postback: TriedPostback, sample: Sample, now: datetime
) -> dict[str, str | int | Decimal | datetime | None]:
    """Return what every macro of the postback stands for in a test.

    Raises NotFound for an unknown lead or event, InvalidInput for a value of no macro.
    """
    event = _event_name(session, sample.event) or postback.event
    place = _lead(session, sample.lead_id) if sample.lead_id else _sample_place(session, postback)
    values = lead_values(place.lead) | event_values(
        event_id=new_id("evt"),
        event_name=event or SAMPLE_EVENT,
        event_count=1,
        amount="49.90",
        currency="USD",
        order_id="order-1042",
        conversion_status=next(iter(postback.on_conversion_status), ConversionStatus.APPROVED),
        occurred_at=now,
        received_at=now,
        fields=sample_fields(session, event=event, campaign_id=place.campaign_id),
        campaign_key=place.campaign_key,
        campaign_name=place.campaign_name,
        affiliate_key=place.affiliate_key,
        affiliate_name=place.affiliate_name,
        is_test=True,
    )
    return values | _given(sample.values or {})


def contact_of(session: Session, lead_id: str | None) -> Contact:
    """Return the contact of a chosen lead; of a sample there is none to hide."""
    lead = session.get(Lead, lead_id) if lead_id and is_id(lead_id) else None
    return Contact(lead.email, lead.phone) if lead is not None else NOBODY


def _given(values: Mapping[str, object]) -> dict[str, str | Decimal | None]:
    given: dict[str, str | Decimal | None] = {}
    wrong: dict[str, str] = {}
    for name, value in values.items():
        plain, colon, key = str(name).lower().partition(":")
        key_or_none = key if colon else None
        if plain in {"secret", "sig"} or not is_known(plain, key=key_or_none):
            wrong[f"values.{name}"[:120]] = "There is no macro of this name."
        elif value is None or isinstance(value, str):
            given[canonical(plain, key=key_or_none)] = value
        elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            given[canonical(plain, key=key_or_none)] = Decimal(str(value))
        else:
            wrong[f"values.{name}"[:120]] = "Give text or a number."
    if wrong:
        raise InvalidInput(wrong)
    return given


def _event_name(session: Session, name: str | None) -> str | None:
    if name is not None:
        known = select(col(EventType.id)).where(col(EventType.name) == name)
        if not is_storable(name) or session.scalar(known) is None:
            raise NotFound("event", name)
    return name


def _lead(session: Session, lead_id: str) -> _Place:
    lead = session.get(Lead, lead_id) if is_id(lead_id) else None
    campaign = session.get(Campaign, lead.campaign_id) if lead else None
    if lead is None or campaign is None:
        raise NotFound("lead", lead_id)
    affiliate = session.get(Affiliate, lead.affiliate_id) if lead.affiliate_id else None
    return _Place(
        lead=cast("LeadLike", lead),
        campaign_id=campaign.id,
        campaign_key=campaign.key,
        campaign_name=campaign.name,
        affiliate_key=affiliate.key if affiliate else None,
        affiliate_name=affiliate.name if affiliate else None,
    )


def _sample_place(session: Session, postback: TriedPostback) -> _Place:
    campaigns = select(Campaign).where(col(Campaign.key) == postback.campaign)
    campaign = session.scalar(campaigns) if postback.campaign else None
    affiliates = select(Affiliate).where(col(Affiliate.key) == postback.affiliate)
    affiliate = session.scalar(affiliates) if postback.affiliate else None
    return _Place(
        lead=_sample_lead(),
        campaign_id=campaign.id if campaign else None,
        campaign_key=campaign.key if campaign else "sample-campaign",
        campaign_name=campaign.name if campaign else "Sample campaign",
        affiliate_key=affiliate.key if affiliate else "sample-affiliate",
        affiliate_name=affiliate.name if affiliate else "Sample affiliate",
    )


def _sample_lead() -> LeadLike:
    examples = {doc.name: doc.example for doc in VOCABULARY}
    lead = SimpleNamespace(
        **{name: examples.get(name) for name in LEAD_MACROS},
        id=examples["lead_id"],
        fields={},
    )
    return cast("LeadLike", lead)
