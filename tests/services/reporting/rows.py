"""Writes rows straight into the tables, so that reporting is tested against nothing but itself."""

from datetime import datetime
from types import TracebackType
from typing import Any, Self

from sqlmodel import Session, SQLModel

from models import (
    Affiliate,
    Attempt,
    Campaign,
    Delivery,
    Destination,
    Event,
    EventType,
    Lead,
    Postback,
    Submission,
    Trial,
    Worker,
)
from models.words import (
    AttemptTrigger,
    BreakerState,
    ConversionStatus,
    DeliveryStatus,
    LeadSource,
    Method,
    Outcome,
    PostbackLevel,
    Source,
    Verdict,
)
from services.engines import plain_engine
from services.identifiers import new_id
from services.settings import Settings
from tests.factories import START


class Rows:
    """`with Rows(settings) as rows:` commits at the end of the block."""

    def __init__(self, settings: Settings) -> None:
        self._engine = plain_engine(settings)
        self.session = Session(self._engine, expire_on_commit=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self.session.commit()
        self.session.close()
        self._engine.dispose()

    def _add(self, model: type[Any], values: dict[str, Any]) -> Any:
        row: SQLModel = model(**values)
        self.session.add(row)
        self.session.flush()
        return row

    def event_type(self, name: str = "sale", **changes: Any) -> EventType:
        values = {"id": new_id("et"), "name": name, "created_at": START, "updated_at": START}
        return self._add(EventType, values | changes)

    def campaign(self, key: str = "auto-us", name: str = "Auto US") -> Campaign:
        return self._add(
            Campaign,
            {
                "id": new_id("cmp"),
                "key": key,
                "name": name,
                "created_at": START,
                "updated_at": START,
            },
        )

    def affiliate(self, key: str = "google", name: str = "Google Ads") -> Affiliate:
        values = {"key": key, "name": name, "created_at": START, "updated_at": START}
        return self._add(Affiliate, {"id": new_id("aff"), **values})

    def lead(self, campaign: Campaign, transaction_id: str = "t-1", **changes: Any) -> Lead:
        values = {
            "id": new_id("ld"),
            "campaign_id": campaign.id,
            "transaction_id": transaction_id,
            "source": LeadSource.API,
            "submitted_at": START,
            "created_at": START,
            "updated_at": START,
        }
        return self._add(Lead, values | changes)

    def event(
        self, event_type: EventType, lead: Lead, *, at: datetime = START, **changes: Any
    ) -> Event:
        return self._add(Event, event_values(event_type, lead, at=at, **changes))

    def postback(self, event_type: EventType, **changes: Any) -> Postback:
        values = {
            "id": new_id("pb"),
            "event_type_id": event_type.id,
            "url": "https://partner.example/in?tid={transaction_id}",
            "created_at": START,
            "updated_at": START,
        }
        return self._add(Postback, values | changes)

    def delivery(self, event: Event, postback: Postback, **changes: Any) -> Delivery:
        return self._add(Delivery, delivery_values(event, postback, **changes))

    def attempt(self, delivery: Delivery, number: int = 1, **changes: Any) -> Attempt:
        values = {
            "id": new_id("att"),
            "delivery_id": delivery.id,
            "number": number,
            "trigger": AttemptTrigger.AUTOMATIC,
            "started_at": START,
            "duration_ms": 12,
            "outcome": Outcome.SUCCEEDED,
            "status_code": 200,
        }
        return self._add(Attempt, values | changes)

    def submission(self, *, at: datetime = START, **changes: Any) -> Submission:
        values = {
            "id": new_id("sub"),
            "received_at": at,
            "source": Source.API,
            "verdict": Verdict.RECORDED,
            "actor_id": "key_1",
            "actor_name": "write key",
            "answer_status": 201,
        }
        return self._add(Submission, values | changes)

    def trial(self) -> Trial:
        return self._add(
            Trial,
            {
                "id": new_id("trl"),
                "tried_at": START,
                "actor_name": "somebody",
                "outcome": Outcome.SUCCEEDED,
                "duration_ms": 3,
            },
        )

    def destination(self, name: str = "https://partner.example:443", **changes: Any) -> Destination:
        values = {
            "name": name,
            "breaker": BreakerState.CLOSED,
            "concurrency": 8,
            "in_flight": 0,
            "is_slow": False,
            "typical_ms": 40,
            "p95_ms": 90,
            "succeeded": 9,
            "failed": 1,
            "worker_id": "wrk_1",
            "updated_at": START,
        }
        return self._add(Destination, values | changes)

    def worker(self, seen_at: datetime) -> Worker:
        return self._add(Worker, {"id": new_id("wrk"), "started_at": seen_at, "seen_at": seen_at})


def event_values(
    event_type: EventType, lead: Lead, *, at: datetime, **changes: Any
) -> dict[str, Any]:
    """Return the columns of an event that owes nothing, with these changes."""
    values = {
        "id": new_id("evt"),
        "event_type_id": event_type.id,
        "event_name": event_type.name,
        "lead_id": lead.id,
        "campaign_id": lead.campaign_id,
        "transaction_id": lead.transaction_id,
        "occurred_at": at,
        "received_at": at,
        "source": Source.API,
        "actor_name": "write key",
        "conversion_status": ConversionStatus.APPROVED,
        "is_conversion": event_type.is_conversion,
        "is_affiliate_conversion": event_type.is_affiliate_conversion,
        "is_test": False,
        "fields": {},
        "payload": "{}",
        "delivery_status": DeliveryStatus.NONE,
        "response_code": None,
    }
    return values | changes


def delivery_values(event: Event, postback: Postback, **changes: Any) -> dict[str, Any]:
    """Return the columns of a delivery that is pending, with these changes."""
    values = {
        "id": new_id("dlv"),
        "event_id": event.id,
        "postback_id": postback.id,
        "level": PostbackLevel.EVENT,
        "status": DeliveryStatus.PENDING,
        "method": Method.GET,
        "url": "https://partner.example/in?tid=t-1",
        "destination": "https://partner.example:443",
        "headers": [],
        "created_at": event.received_at,
        "deadline_at": event.received_at,
    }
    return values | changes
