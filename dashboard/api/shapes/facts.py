"""What leads, events and the answers to those who bring them look like."""

from datetime import datetime
from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from dashboard.api.shapes.catalog import Version
from dashboard.api.shapes.deliveries import Delivery
from dashboard.api.shapes.envelopes import FieldProblem
from models.words import ConversionStatus, DeliveryStatus, LeadSource, Source

Lead = TypedDict(
    "Lead",
    {
        "lead_id": str,
        "transaction_id": str,
        "campaign": str,
        "affiliate": str | None,
        "external_click_id": str | None,
        "email": str | None,
        "phone": str | None,
        "first_name": str | None,
        "last_name": str | None,
        **{f"sub{number}": str | None for number in range(1, 11)},
        "fields": dict[str, Any],
        "source": LeadSource,
        "submitted_at": datetime,
        "created_at": datetime,
        "erased_at": datetime | None,
        "version": Version,
    },
)
Lead.__doc__ = "A person who was captured."


class LeadAgain(Lead):
    """The first lead of this transaction id, unchanged."""

    differs: Annotated[list[str], Field(description="members that came otherwise this time")]


class Happening(TypedDict):
    """Something that happened to a lead."""

    at: datetime
    kind: str
    title: str
    detail: str
    status: DeliveryStatus
    event_id: str | None
    actor: str


class Recorded(TypedDict):
    """The event is on disk, with every delivery that it owes."""

    status: Literal["recorded"]
    event_id: str
    deliveries: Annotated[int, Field(ge=0)]


class Duplicate(TypedDict):
    """The same fact again; nothing is sent."""

    status: Literal["duplicate"]
    event_id: Annotated[str, Field(description="that of the first one")]


class _Ignored(TypedDict):
    ignored: Annotated[list[str], Field(description="names that nobody knows")]
    test: NotRequired[Annotated[bool, Field(description="true: it fires nothing, counts nowhere")]]


class IncomingRecorded(Recorded, _Ignored):
    """The partner's event is on disk."""


class IncomingDuplicate(Duplicate, _Ignored):
    """The partner told of it before."""


class BatchRecorded(Recorded):
    """One that was recorded."""

    index: int


class BatchDuplicate(Duplicate):
    """One that was recorded before."""

    index: int


class BatchRejected(TypedDict):
    """One that was refused; the others are not affected."""

    index: int
    status: Literal["rejected"]
    code: str
    detail: str
    errors: list[FieldProblem]
    submission_id: str


class Batch(TypedDict):
    """What became of each event of a batch."""

    results: list[BatchRecorded | BatchDuplicate | BatchRejected]


class Event(TypedDict):
    """One firing."""

    event_id: str
    event: str
    occurred_at: datetime
    received_at: datetime
    lead_id: str
    transaction_id: str
    campaign: str
    affiliate: str | None
    status: Annotated[DeliveryStatus, Field(description="the worst of its deliveries")]
    response_code: int | None
    conversion_status: ConversionStatus
    amount: Annotated[str | None, Field(description="exactly as received")]
    currency: str | None
    deliveries: Annotated[int, Field(ge=0)]
    source: Source
    is_conversion: bool
    test: bool


StatusChange = TypedDict(
    "StatusChange",
    {
        "changed_at": datetime,
        "from": ConversionStatus,
        "to": ConversionStatus,
        "reason": str,
        "actor": str,
        "source": Source,
    },
)
StatusChange.__doc__ = "One change of a conversion status."


class _Detail(TypedDict):
    event_id: str
    event: str
    occurred_at: datetime
    received_at: datetime
    lead_id: str
    transaction_id: str
    campaign: str
    affiliate: str | None
    status: DeliveryStatus
    response_code: int | None
    conversion_status: ConversionStatus
    amount: str | None
    currency: str | None
    source: Source
    is_conversion: bool
    test: bool


class EventInFull(_Detail):
    """One firing with all that came of it."""

    is_affiliate_conversion: bool
    order_id: str | None
    import_id: Annotated[str | None, Field(description="the file that brought it")]
    fields: dict[str, str]
    status_changes: list[StatusChange]
    actor: str
    deliveries: list[Delivery]
    deliveries_removed: Annotated[int, Field(ge=0, description="those that retention removed")]
    payload: Annotated[Any, Field(description="the body as it came in")]


ConversionStatusChanged = TypedDict(
    "ConversionStatusChanged",
    {"event_id": str, "from": ConversionStatus, "to": ConversionStatus, "deliveries": int},
)
ConversionStatusChanged.__doc__ = "What a change of status did."
