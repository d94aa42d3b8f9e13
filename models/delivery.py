"""One event owed to one postback: the outbox row."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, text
from sqlmodel import Field, SQLModel

from models.base import LongText, word
from models.words import ConversionStatus, DeliveryReason, DeliveryStatus, Method, PostbackLevel

_WAITS = "due_at IS NOT NULL"
_HELD = "status = 'held'"
_SUSPECT = "reclaims >= 5 AND status NOT IN ('delivered', 'failed')"


class Delivery(SQLModel, table=True):
    """The promise and its state. The request is frozen here; secrets are only referenced."""

    __table_args__ = (
        # Partial: ten million finished rows cost the claim nothing. It steps from lane to lane, so
        # one with a long queue costs as much as a short one. No other index is ordered by what is
        # due: when nothing waited as statistics were gathered, PostgreSQL would prefer that one
        # and read the whole queue.
        Index(
            "ix_delivery_lane",
            "status",
            "destination",
            "due_at",
            "id",
            sqlite_where=text(_WAITS),
            postgresql_where=text(_WAITS),
        ),
        Index(
            "ix_delivery_suspect",
            "destination",
            "due_at",
            sqlite_where=text(_SUSPECT),
            postgresql_where=text(_SUSPECT),
        ),
        Index(
            "ix_delivery_held",
            "postback_id",
            "created_at",
            "id",
            sqlite_where=text(_HELD),
            postgresql_where=text(_HELD),
        ),
        Index("ix_delivery_event_id", "event_id"),
        Index("ix_delivery_postback_id", "postback_id", "created_at", "id"),
        Index("ix_delivery_status", "status", "created_at", "id"),
        {
            "postgresql_with": {
                "fillfactor": "70",
                # Each delivery is changed three times: its old versions must not pile up.
                "autovacuum_vacuum_scale_factor": "0.005",
                "autovacuum_vacuum_threshold": "1000",
                "autovacuum_vacuum_cost_delay": "0",
            }
        },
    )

    id: str = Field(primary_key=True, max_length=40)
    event_id: str = Field(foreign_key="event.id", ondelete="CASCADE", max_length=40)
    postback_id: str = Field(foreign_key="postback.id", ondelete="RESTRICT", max_length=40)
    level: PostbackLevel = Field(sa_type=word(PostbackLevel))
    status: DeliveryStatus = Field(sa_type=word(DeliveryStatus))
    reason: DeliveryReason | None = Field(default=None, sa_type=word(DeliveryReason, grows=True))
    reason_text: str | None = Field(default=None, max_length=500)
    method: Method = Field(sa_type=word(Method))
    url: str = Field(sa_type=LongText)
    # scheme://host:port, so that one partner cannot take every send slot.
    destination: str = Field(default="", max_length=300)
    # [[name, [part, …]], …]; a part is text, or {"secret": name} or {"macro": "sig"}, which are
    # filled in when sent.
    headers: list[Any] = Field(default_factory=list, sa_type=JSON)
    body: str | None = Field(default=None, sa_type=LongText)
    # How the postback wanted it sent, frozen with the request; empty where all is by default:
    # {"waits": [seconds, …], "success": rule, "once": true, "sig": {"url": [place, …], "body": …}},
    # the last being where in URL and body, in characters, the signature is inserted when sent.
    policy: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    # Set when a change to this conversion status caused it, not the recording of the event.
    on_conversion_status: ConversionStatus | None = Field(
        default=None, sa_type=word(ConversionStatus, grows=True)
    )
    created_at: datetime
    # Set exactly while the delivery waits for a worker.
    due_at: datetime | None = None
    deadline_at: datetime
    # `tries` counts against the schedule and starts again when a person resends.
    tries: int = 0
    attempts: int = 0
    response_code: int | None = None
    resent_at: datetime | None = None
    # Since when it is held; the deadline stands still meanwhile.
    held_at: datetime | None = None
    claim_token: str | None = Field(default=None, max_length=32)
    lease_until: datetime | None = None
    # Written before the request leaves, for at-most-once alone: a crash after it is unclear.
    started_at: datetime | None = None
    worker_id: str | None = Field(default=None, max_length=40)
    reclaims: int = 0
    # When retention emptied its body and those of its answers.
    emptied_at: datetime | None = None
