"""What the incoming log, reports, the test receiver and the probes answer."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypedDict

from dashboard.api.shapes.envelopes import FieldProblem
from models.words import Handling, Source, Verdict


class Submission(TypedDict):
    """One incoming call and its verdict."""

    id: str
    received_at: datetime
    source: Source
    verdict: Verdict
    reason: str
    errors: list[FieldProblem]
    actor: str
    event: str | None
    transaction_id: str | None
    lead_id: str | None
    event_id: str | None
    answer_status: int
    address: str
    test: bool
    handling: Annotated[Handling | None, Field(description="what became of a refused call later")]
    handled_at: datetime | None
    handled_by: Annotated[str | None, Field(description="null: it happened by itself")]
    tried_verdict: Annotated[Verdict | None, Field(description="when it was tried again")]
    tried_reason: str | None


class CallContent(TypedDict):
    """What came in, secrets masked."""

    method: str | None
    content_type: str | None
    query: str
    body: str
    removed_at: datetime | None


class GivenAnswer(TypedDict):
    """The answer as it was given."""

    status: int
    content_type: str
    body: dict[str, Any] | str


class SubmissionDetail(Submission):
    """One incoming call: what came in, the answer, and what to do about it."""

    body: str
    body_truncated: bool
    content: CallContent
    answer: Annotated[GivenAnswer | None, Field(description="null: not over HTTP")]
    what_to_do: str
    matched_event_id: str | None
    tried_errors: list[FieldProblem]
    note: str | None
    campaign: str | None


class MatchRequest(TypedDict):
    """One call that a match would cause."""

    method: str
    url: str
    not_sent: str | None


class MatchPreview(TypedDict):
    """What a match would come to; nothing is changed."""

    dry_run: bool
    verdict: Verdict
    reason: str | None
    errors: list[FieldProblem]
    first_event_id: str | None
    requests: list[MatchRequest]


class Suggestion(TypedDict):
    """A lead that a call may mean."""

    lead_id: str
    transaction_id: str
    campaign: str
    created_at: datetime
    why: str


class Suggestions(TypedDict):
    """The leads that a call may mean, the likeliest first."""

    items: list[Suggestion]


class Amount(TypedDict):
    """A sum in one currency; null: without one."""

    currency: str | None
    amount: str


class Figures(TypedDict):
    """Leads and conversions of one row."""

    leads: int
    conversions: int
    rate: Annotated[str | None, Field(description="percent, two digits")]
    approved: int
    open: int
    rejected: int
    amounts: list[Amount]
    approved_amounts: list[Amount]


_Span = TypedDict("_Span", {"from": datetime, "to": datetime})


class ReportRow(Figures, _Span):
    """One line of a report."""

    key: str | None
    name: str


class Previous(Figures, _Span):
    """The period before."""


class Report(_Span):
    """Conversions by day, campaign, event or affiliate."""

    by: Literal["day", "campaign", "event", "affiliate"]
    time: Literal["received", "occurred"]
    tz: str
    items: list[ReportRow]
    total: Figures
    previous: Previous
    definitions: Annotated[dict[str, str], Field(description="what each figure means")]


class EchoName(TypedDict):
    """A name that receives calls."""

    name: str
    path: str
    created_at: datetime
    calls: int
    last_call_at: datetime | None


class EchoCall(TypedDict):
    """A call that a test receiver got."""

    id: str
    received_at: datetime
    method: str
    target: str
    headers: dict[str, str]
    body: str
    truncated: bool
    answered: int


class EchoReceived(TypedDict):
    """What the test receiver answers."""

    received: Literal[True]
    status: int


class Health(TypedDict):
    """Whether the process serves."""

    status: Literal["ok", "old_schema"]


class Readiness(TypedDict):
    """Whether postbacks go out."""

    status: Literal["ok", "old_schema", "no_worker"]
    due: Annotated[int, Field(description="deliveries whose time has come")]
