"""What notices and their channels look like."""

from datetime import datetime
from typing import Any

from typing_extensions import TypedDict

from dashboard.api.shapes.catalog import Dated
from models.words import (
    ChannelKind,
    NoticeEdge,
    NoticeKind,
    NoticeSendStatus,
    NoticeState,
    Outcome,
)


class Notice(TypedDict):
    """What operators are told."""

    id: str
    type: NoticeKind
    state: NoticeState
    title: str
    text: str
    count: int
    postback_id: str | None
    opened_at: datetime
    last_at: datetime
    resolved_at: datetime | None
    data: dict[str, Any]


class Channel(Dated):
    """Where notices are sent."""

    id: str
    name: str
    kind: ChannelKind
    target: str
    types: list[NoticeKind]
    enabled: bool
    last_sent_at: datetime | None
    failing_since: datetime | None
    failures: int
    last_error: str | None


class ChannelWithSecret(Channel):
    """A channel and the secret with which its calls are signed, answered this once."""

    secret: str | None


class Send(TypedDict):
    """One notice on its way to a channel."""

    id: str
    notice_id: str
    type: NoticeKind
    edge: NoticeEdge
    status: NoticeSendStatus
    tries: int
    response_code: int | None
    error: str | None
    created_at: datetime
    next_try_at: datetime | None
    sent_at: datetime | None


class ChannelWithSends(Channel):
    """A channel with its newest sends."""

    sends: list[Send]


class ChannelTrial(TypedDict):
    """What came of a test notice."""

    outcome: Outcome
    message: str | None
    status_code: int | None
    answer: str | None
    duration_ms: int
