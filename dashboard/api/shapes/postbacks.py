"""What postbacks, their tests and previews look like."""

from datetime import datetime
from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from dashboard.api.shapes.catalog import Dated, Version, Warnings
from dashboard.api.shapes.envelopes import Request
from models.words import (
    ConversionStatus,
    FailureKind,
    Method,
    Outcome,
    PauseReason,
    PostbackLevel,
    ReleaseChoice,
)


class Signing(TypedDict):
    """How a postback signs; never a secret."""

    since: datetime
    secret_made_at: datetime
    old_secret_until: datetime | None
    readable: bool


class Release(TypedDict):
    """What became of held deliveries when a postback was resumed."""

    held: ReleaseChoice
    since: datetime | None
    actor_name: str
    started_at: datetime
    finished_at: datetime | None
    total: int
    sent: int
    cancelled: int


class Waits(TypedDict):
    """A schedule of one's own."""

    waits: Annotated[list[int], Field(description="seconds before each try")]


class JsonRule(TypedDict):
    """A member of a JSON answer."""

    path: str
    equals: str


class Success(TypedDict):
    """What the text of a 2xx must say; one of these."""

    contains: NotRequired[str]
    matches: NotRequired[str]
    json: NotRequired[JsonRule]


class Postback(Dated):
    """Who is told about an event, and how."""

    id: str
    level: PostbackLevel
    event: str | None
    campaign: str | None
    affiliate: str | None
    on_conversion_status: list[ConversionStatus]
    url: str
    method: Method
    body: str | None
    content_type: str
    headers: dict[str, str]
    secret_names: list[str]
    signing: Signing | None
    retry: Literal["standard", "fast", "none"] | Waits
    success: Success | None
    at_most_once: bool
    enabled: bool
    warnings: Warnings
    paused_at: datetime | None
    pause_reason: PauseReason | None
    held: int
    held_is_complete: Annotated[bool, Field(description="false: at least so many")]
    failing_since: datetime | None
    failures: int
    last_failure: str | None
    release: Release | None


class SigningSecret(TypedDict):
    """A new secret; it is answered this once."""

    postback_id: str
    secret: str
    signing: Signing | None
    version: Version


class Resumed(TypedDict):
    """What was, or would be, sent and cancelled."""

    dry_run: bool
    send: int
    cancel: int
    postback: Postback


class Failure(TypedDict):
    """Why there was no answer, or not the one that counts."""

    kind: FailureKind
    message: str


class Response(TypedDict):
    """What the partner answered."""

    status_code: int
    headers: dict[str, str]
    body: str
    truncated: bool


class Trial(TypedDict):
    """What a test sent, and what came back."""

    outcome: Outcome
    failure: Failure | None
    request: Request
    response: Response | None
    duration_ms: Annotated[int, Field(ge=0)]
    not_signed: str | None


class MacroUse(TypedDict):
    """One macro with its value."""

    expression: str
    value: str
    encoded: str
    empty: bool
    where: str


class Preview(TypedDict):
    """The request that would be sent."""

    request: Request
    macros: list[MacroUse]
    warnings: Warnings
    not_sent: str | None
    not_signed: str | None
