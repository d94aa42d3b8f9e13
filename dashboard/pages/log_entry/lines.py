"""What a log entry shows of an event, made from the service's rows."""

from dataclasses import dataclass
from datetime import datetime

from dashboard import routes
from dashboard.components.curl_text import curl_text
from dashboard.components.event_table import SOURCES
from dashboard.lines import coming_at, coming_words
from models.words import AttemptTrigger, DeliveryReason, DeliveryStatus, Method, PostbackLevel
from services.reporting.event_log import AttemptRow, DeliveryDetail, EventDetail

Pair = tuple[str, str]

_LEVELS = {
    PostbackLevel.EVENT: "Postback of the event",
    PostbackLevel.CAMPAIGN: "Postback of the campaign",
    PostbackLevel.AFFILIATE: "Postback of the affiliate",
}
_AGAIN = "The partner gets this postback again and may count it twice."
_ONCE_MORE = "It is sent now, and tried again by the whole schedule if it fails."
_UNCLEAR = (
    "The partner may have this call already, and this postback is sent at most once because a "
    "repeat may be paid twice. Ask the partner first."
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the event itself; empty texts are not shown."""

    event_id: str = ""
    event: str = ""
    event_href: str = ""
    status: str = ""
    conversion_status: str = ""
    is_conversion: bool = False
    is_affiliate_conversion: bool = False
    is_test: bool = False
    received_at: str = ""
    occurred_at: str = ""
    lead_id: str = ""
    lead_name: str = ""
    lead_href: str = ""
    transaction_id: str = ""
    campaign: str = ""
    campaign_href: str = ""
    affiliate: str = ""
    affiliate_href: str = ""
    amount: str = ""
    order_id: str = ""
    source: str = ""
    actor_name: str = ""
    import_href: str = ""
    is_silent: bool = False
    removed: str = ""
    """How many deliveries retention has removed, in words; `removed_at` says when."""
    removed_at: str = ""
    erased_at: str = ""
    """When the lead was erased, or nothing."""


@dataclass(frozen=True, slots=True)
class AttemptLine:
    """One try on screen."""

    key: str
    number: int
    trigger: str
    started_at: str
    duration: str
    outcome: str
    code: int | None
    message: str
    headers: list[Pair]
    body: str
    note: str
    has_answer: bool
    left_at: str
    """When body and headers were emptied, or nothing."""
    left_by: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """One delivery on screen, its newest attempt first."""

    key: str
    level: str
    status: str
    code: int | None
    explanation: str
    detail: str
    """What the explanation leaves out, such as the macro that was empty."""
    next_try: str
    next_at: str
    tries: str
    method: str
    url: str
    headers: list[Pair]
    body: str
    left_at: str
    """When the body was emptied, or nothing."""
    left_by: str
    """How it came to that."""
    curl: str
    is_sending: bool
    is_erased: bool
    """Whether nothing is left of it that could be sent."""
    consequence: str
    attempts: list[AttemptLine]


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry of the time line."""

    key: str
    at: str
    text: str
    tone: str


def facts(detail: EventDetail, *, now: datetime) -> Facts:
    """Return the facts of an event."""
    row = detail.row
    return Facts(
        event_id=row.event_id,
        event=row.event,
        event_href=str(routes.event(row.event)),
        status=row.status,
        conversion_status=row.conversion_status,
        is_conversion=row.is_conversion,
        is_affiliate_conversion=detail.is_affiliate_conversion,
        is_test=row.is_test,
        received_at=row.received_at.isoformat(),
        occurred_at=row.occurred_at.isoformat(),
        lead_id=row.lead_id,
        lead_name=row.lead_name,
        lead_href=str(routes.lead(row.lead_id)),
        transaction_id=row.transaction_id,
        campaign=row.campaign_name,
        campaign_href=str(routes.campaign(row.campaign)),
        affiliate=row.affiliate_name or "",
        affiliate_href=str(routes.affiliate(row.affiliate)) if row.affiliate else "",
        amount=" ".join(filter(None, (row.amount, row.currency))),
        order_id=detail.order_id or "",
        source=SOURCES[row.source],
        actor_name=detail.actor_name,
        is_silent=detail.is_silent,
        import_href=str(routes.import_(detail.import_id)) if detail.import_id else "",
        removed=_removed(detail),
        removed_at=_removed_at(detail, now=now),
        erased_at=_iso(detail.erased_at),
    )


def attempt_key(delivery_id: str, number: int) -> str:
    """Return the name by which a page remembers that an attempt was opened."""
    return f"{delivery_id}:{number}"


def delivery_line(
    delivery: DeliveryDetail, *, opened: set[str], erased_at: datetime | None
) -> DeliveryLine:
    """Return a delivery as the page shows it; the attempts in `opened` stand open.

    `erased_at` is when its lead was erased.
    """
    is_erased = erased_at is not None and delivery.created_at <= erased_at
    request = delivery.request
    left_by = "when the lead was erased" if is_erased else "with retention"
    attempts = [
        _attempt_line(delivery, each, opened, left_by) for each in reversed(delivery.attempts)
    ]
    has_lost = is_erased or request.method is Method.POST
    is_emptied = delivery.emptied_at is not None and has_lost
    return DeliveryLine(
        key=delivery.id,
        level=_cause(delivery),
        status=delivery.status,
        code=delivery.response_code,
        explanation=delivery.explanation,
        detail=delivery.reason_text or "",
        next_try=coming_words(delivery.next_try),
        next_at=coming_at(delivery.next_try),
        tries=_tries(delivery),
        method=request.method,
        url=request.url,
        headers=list(request.headers),
        body=request.body or "",
        left_at=_iso(delivery.emptied_at) if is_emptied else "",
        left_by=left_by,
        curl=curl_text(
            method=request.method, url=request.url, headers=request.headers, body=request.body
        ),
        is_sending=delivery.status is DeliveryStatus.SENDING,
        is_erased=is_erased,
        consequence=_consequence(delivery),
        attempts=attempts,
    )


def moments(detail: EventDetail) -> list[Moment]:
    """Return what happened to an event, newest first."""
    row = detail.row
    found = [(row.received_at, "Event received", "recorded", row.event_id)]
    for number, change in enumerate(detail.status_changes):
        text = f"Status {_word(change.from_status)} → {_word(change.to_status)}"
        because = f": {change.reason}" if change.reason else ""
        by = f", by {change.actor_name}{because}"
        found.append((change.changed_at, text + by, change.to_status, f"status:{number}"))
    many = len(detail.deliveries) > 1
    for number, delivery in enumerate(detail.deliveries, start=1):
        which = f"Delivery {number}" if many else "Delivery"
        if not delivery.attempts and delivery.status is DeliveryStatus.SKIPPED:
            found.append((delivery.created_at, f"{which} skipped", "skipped", delivery.id))
        for attempt in delivery.attempts:
            answer = str(attempt.status_code) if attempt.status_code else "no answer"
            by = ", by hand" if attempt.trigger is AttemptTrigger.MANUAL else ""
            text = f"{which}, try {attempt.number}: {answer}{by}"
            key = attempt_key(delivery.id, attempt.number)
            found.append((attempt.started_at, text, attempt.outcome, key))
        if delivery.next_attempt_at is not None and delivery.attempts:
            key = f"{delivery.id}:next"
            found.append((delivery.next_attempt_at, f"{which}: next try", "retrying", key))
    # Of what has one time, the event comes before its deliveries: so it is last in this order.
    found.sort(key=lambda entry: entry[0])
    return [Moment(key, at.isoformat(), text, tone) for at, text, tone, key in reversed(found)]


def _attempt_line(
    delivery: DeliveryDetail, attempt: AttemptRow, opened: set[str], left_by: str
) -> AttemptLine:
    key = attempt_key(delivery.id, attempt.number)
    # One that was sent again after that has its answer still.
    is_emptied = delivery.emptied_at is not None and attempt.started_at <= delivery.emptied_at
    notes = ("truncated" if attempt.truncated else "", "came late" if attempt.late else "")
    return AttemptLine(
        key=key,
        number=attempt.number,
        trigger="Manual" if attempt.trigger is AttemptTrigger.MANUAL else "Automatic",
        started_at=attempt.started_at.isoformat(),
        duration=f"{attempt.duration_ms:,} ms",
        outcome=attempt.outcome,
        code=attempt.status_code,
        message=attempt.message,
        headers=list(attempt.response_headers),
        body=attempt.response_body,
        note=", ".join(filter(None, notes)),
        has_answer=attempt.status_code is not None,
        left_at=_iso(delivery.emptied_at) if is_emptied else "",
        left_by=left_by,
        is_open=key in opened,
    )


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at is not None else ""


def _removed(detail: EventDetail) -> str:
    if not detail.removed:
        return ""
    whole = detail.row.deliveries
    if detail.deliveries:
        return f"{detail.removed} of its {whole} deliveries left with retention"
    return (
        "Its delivery left with retention" if whole == 1 else "Its deliveries left with retention"
    )


def _removed_at(detail: EventDetail, *, now: datetime) -> str:
    # Later than now only where the administrator has made the time longer since.
    on = detail.removed_on
    return on.isoformat() if on is not None and on <= now else ""


def _consequence(delivery: DeliveryDetail) -> str:
    if delivery.reason is DeliveryReason.UNKNOWN:
        return _UNCLEAR
    return _AGAIN if delivery.status is DeliveryStatus.DELIVERED else _ONCE_MORE


def _cause(delivery: DeliveryDetail) -> str:
    level = _LEVELS[delivery.level]
    if delivery.on_conversion_status is None:
        return level
    word = _word(delivery.on_conversion_status)
    return f"{level}, called because the conversion status became “{word}”"


def _word(status: str) -> str:
    return status.replace("_", " ")


def _tries(delivery: DeliveryDetail) -> str:
    number = delivery.attempts_made
    return f"{number} attempt{'s' if number != 1 else ''}" if number else ""
