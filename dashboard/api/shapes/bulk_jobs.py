"""What bulk resends and bulk replays look like."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypedDict

from models.words import BulkStatus


class LeftOut(TypedDict):
    """What a filter covers and a resend leaves out."""

    delivered: int
    unclear: int
    never_sendable: int
    sending: int
    postback_paused: int


class ResendCount(TypedDict):
    """How many deliveries would be sent again."""

    dry_run: Literal[True]
    count: int
    count_is_complete: Annotated[bool, Field(description="false: at least so many")]
    left_out: LeftOut


class ReplayCount(TypedDict):
    """How many calls would be tried again."""

    dry_run: bool
    count: int
    count_is_complete: bool


class _BulkJob(TypedDict):
    id: str
    status: BulkStatus
    count: int
    count_is_complete: bool
    left_out: int
    filter: dict[str, Any]
    actor: str
    created_at: datetime
    ended_at: datetime | None


class BulkResend(_BulkJob):
    """A bulk resend on its way."""

    resent: int


class BulkReplay(_BulkJob):
    """A bulk replay on its way."""

    recorded: int
    duplicates: int
    refused: int
