"""How a partner's server does: what the workers have learnt about each destination."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.base import word
from models.words import BreakerState


class Destination(SQLModel, table=True):
    """One row per scheme, host and port that was called; the last worker to write wins.

    Counts are of the last five minutes, times in milliseconds.
    """

    name: str = Field(primary_key=True, max_length=300)
    breaker: BreakerState = Field(sa_type=word(BreakerState, grows=True))
    open_until: datetime | None = None
    # How often it opened in a row: each time it stays open twice as long.
    opened: int = 0
    concurrency: int
    in_flight: int
    is_slow: bool
    typical_ms: int
    p95_ms: int
    succeeded: int
    failed: int
    last_failure: str = Field(default="", max_length=500)
    worker_id: str = Field(max_length=40)
    updated_at: datetime
