"""What deliveries and attempts look like."""

from datetime import datetime
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from dashboard.api.shapes.envelopes import Request
from models.words import (
    AttemptTrigger,
    ConversionStatus,
    DeliveryReason,
    DeliveryStatus,
    FailureKind,
    Method,
    Outcome,
    PostbackLevel,
)


class Attempt(TypedDict):
    """One HTTP try."""

    number: Annotated[int, Field(ge=1)]
    trigger: AttemptTrigger
    started_at: datetime
    duration_ms: Annotated[int, Field(ge=0)]
    outcome: Outcome
    status_code: int | None
    failure: FailureKind | None
    message: str
    response_headers: dict[str, str]
    response_body: str
    truncated: bool
    late: Annotated[bool, Field(description="its worker had lost the delivery to another one")]


class Delivery(TypedDict):
    """One event owed to one postback, with its request and every try."""

    id: str
    event_id: str
    postback_id: str
    level: PostbackLevel
    on_conversion_status: ConversionStatus | None
    status: DeliveryStatus
    reason: DeliveryReason | None
    reason_text: str | None
    explanation: str
    created_at: datetime
    next_attempt_at: datetime | None
    tries: int
    tries_planned: int
    response_code: int | None
    bodies_removed_at: datetime | None
    request: Request
    attempts: list[Attempt]


class DeliveryLine(TypedDict):
    """A delivery as the list shows it."""

    id: str
    event_id: str
    event: str
    lead_id: str
    transaction_id: str
    campaign: str
    postback_id: str
    level: PostbackLevel
    status: DeliveryStatus
    reason: DeliveryReason | None
    reason_text: str | None
    method: Method
    url: str
    destination: str
    created_at: datetime
    next_attempt_at: datetime | None
    tries: int
    tries_planned: int
    attempts: int
    response_code: int | None
    failure: FailureKind | None
