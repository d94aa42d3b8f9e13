"""What the delivery log shows of the services' rows."""

from dataclasses import dataclass

from dashboard import routes
from dashboard.lines import coming_at, coming_words
from dashboard.pages.deliveries.address import LIST, DeliveryAddress
from models.words import BreakerState, DeliveryStatus, PostbackLevel
from services.reporting.causes import cause_text
from services.reporting.delivery_log import DeliveryRow
from services.reporting.destinations import DestinationRow, WorkerRow
from services.reporting.error_groups import ErrorGroup, ErrorGroups

LEVELS = {
    PostbackLevel.EVENT: "Event",
    PostbackLevel.CAMPAIGN: "Campaign",
    PostbackLevel.AFFILIATE: "Affiliate",
}
_WAITING_WORDS = {
    DeliveryStatus.PENDING: "Now",
    DeliveryStatus.RETRYING: "Now",
    DeliveryStatus.SENDING: "Being sent",
    DeliveryStatus.HELD: "When the postback is resumed",
    DeliveryStatus.CANCELLED: "None, cancelled",
}
_FAILING = (DeliveryStatus.FAILED.value, DeliveryStatus.RETRYING.value)


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """One delivery on screen; `next_words` stand where no time is waited for."""

    key: str
    href: str
    at: str
    event: str
    lead: str
    transaction_id: str
    level: str
    host: str
    method: str
    status: str
    code: int | None
    failure: str
    tries: int
    next_try: str
    next_at: str
    next_words: str


@dataclass(frozen=True, slots=True)
class CauseLine:
    """Failures of one cause on screen; `href` leads to them in the log."""

    key: str
    cause: str
    code: int | None
    words: str
    message: str
    postback: str
    postback_id: str
    host: str
    destination: str
    level: str
    failed: int
    retrying: int
    numbers: str
    since: str
    latest: str
    href: str
    sample_href: str


@dataclass(frozen=True, slots=True)
class DestinationLine:
    """One destination on screen, in words; `href` leads to its deliveries."""

    key: str
    host: str
    href: str
    success: str
    calls: str
    success_tone: str
    times: str
    at_once: str
    is_slow: bool
    breaker: str
    probe_at: str
    problem: str
    waiting: str
    waiting_href: str
    due_at: str
    is_overdue: bool
    held: str
    held_href: str


@dataclass(frozen=True, slots=True)
class WorkerLine:
    """One process that sends."""

    key: str
    started_at: str
    seen_at: str
    is_alive: bool


def delivery_line(row: DeliveryRow) -> DeliveryLine:
    """Return what the list shows of a delivery."""
    return DeliveryLine(
        key=row.id,
        href=str(routes.delivery(row.event_id, row.id)),
        at=row.created_at.isoformat(),
        event=row.event,
        lead=row.lead_name or row.lead_id,
        transaction_id=row.transaction_id,
        level=LEVELS[row.level],
        host=row.host,
        method=row.method,
        status=row.status,
        code=row.response_code,
        failure=cause_text(row.failure) if row.failure and not row.response_code else "",
        tries=row.attempts_made,
        next_try=coming_words(row.next_try),
        next_at=coming_at(row.next_try),
        next_words=_next_words(row),
    )


def cause_lines(
    found: ErrorGroups, address: DeliveryAddress, postbacks: dict[str, str]
) -> list[CauseLine]:
    """Return what the view of causes shows; `postbacks` holds what each is called, by id."""
    return [_cause_line(group, address, postbacks) for group in found.groups]


def headline(found: ErrorGroups) -> str:
    """Return the whole view in a sentence or two; nothing where nothing has failed."""
    number = found.failed + found.retrying
    if not number:
        return ""
    parts = [
        f"{found.failed:,} given up" if found.failed else "",
        f"{found.retrying:,} tried again" if found.retrying else "",
    ]
    counts = ", ".join(filter(None, parts))
    many = "delivery has" if number == 1 else "deliveries have"
    more = "" if found.is_complete else "At least "
    causes = _causes(found)
    said = f"1 cause: {causes[0]}" if len(causes) == 1 else f"{len(causes)} causes"
    first = "" if len(causes) == 1 else f" Most by one: {causes[0]}."
    return f"{more}{number:,} {many} failed ({counts}), {said}.{first}"


def _causes(found: ErrorGroups) -> list[str]:
    """Return each cause in words, whichever postbacks it strikes, the most frequent first."""
    numbers: dict[str, int] = {}
    for group in found.groups:
        words = f"{cause_text(group.cause)} from {group.host}"
        numbers[words] = numbers.get(words, 0) + group.failed + group.retrying
    return sorted(numbers, key=lambda words: -numbers[words])


def destination_line(row: DestinationRow, *, is_overdue: bool) -> DestinationLine:
    """Return what the view of destinations shows of one."""
    there = DeliveryAddress(destination=row.host, range="30d")
    plus = "" if row.is_complete else "+"
    is_open = row.breaker is not BreakerState.CLOSED
    is_bad = is_open or (row.success_rate is not None and row.success_rate < 1)
    return DestinationLine(
        key=row.name,
        host=row.host,
        href=there.href,
        success=_success(row.success_rate),
        calls=f"of {row.calls:,} call{'' if row.calls == 1 else 's'}" if row.calls else "",
        success_tone=_tone(row.success_rate),
        times=_times(row),
        at_once=f"{row.in_flight} of {row.concurrency}" if row.concurrency is not None else "",
        is_slow=row.is_slow,
        breaker=row.breaker,
        probe_at=row.probe_at.isoformat() if is_open and row.probe_at is not None else "",
        problem=row.last_failure if is_bad else "",
        waiting=f"{row.waiting:,}{plus}" if row.waiting else "",
        waiting_href=_with_status(there, DeliveryStatus.PENDING, DeliveryStatus.RETRYING),
        due_at=row.due_at.isoformat() if row.due_at is not None else "",
        is_overdue=is_overdue,
        held=f"{row.held:,}{plus}" if row.held else "",
        held_href=_with_status(there, DeliveryStatus.HELD),
    )


def worker_line(row: WorkerRow) -> WorkerLine:
    """Return what the page shows of a worker."""
    return WorkerLine(
        key=row.id,
        started_at=row.started_at.isoformat(),
        seen_at=row.seen_at.isoformat(),
        is_alive=row.is_alive,
    )


def _next_words(row: DeliveryRow) -> str:
    if row.status in _WAITING_WORDS:
        return _WAITING_WORDS[row.status]
    if row.reason is not None:
        return f"None: {_small(cause_text(row.reason))}"
    return "None, given up" if row.status is DeliveryStatus.FAILED else ""


def _cause_line(
    group: ErrorGroup, address: DeliveryAddress, postbacks: dict[str, str]
) -> CauseLine:
    code = int(group.cause) if group.cause.isdigit() else None
    them = DeliveryAddress(
        view=LIST,
        range=address.range,
        start=address.start,
        end=address.end,
        status=address.status or _FAILING,
        postback=group.postback_id,
        destination=group.destination,
        campaign=address.campaign,
        affiliate=address.affiliate,
        cause=group.cause,
    )
    return CauseLine(
        key=f"{group.postback_id} {group.destination} {group.cause}",
        cause=group.cause,
        code=code,
        words="" if code else cause_text(group.cause),
        message=group.message,
        postback=postbacks.get(group.postback_id, group.host),
        postback_id=group.postback_id,
        host=group.host,
        destination=group.destination,
        level=LEVELS[group.level],
        failed=group.failed,
        retrying=group.retrying,
        numbers=", ".join(
            filter(
                None,
                (
                    f"{group.failed:,} given up" if group.failed else "",
                    f"{group.retrying:,} retrying" if group.retrying else "",
                ),
            )
        ),
        since=group.since.isoformat(),
        latest=group.latest.isoformat(),
        href=them.href,
        sample_href=str(routes.delivery(group.event_id, group.delivery_id)),
    )


def _success(rate: float | None) -> str:
    # Rounded down: 99.98 % is not all.
    return "Not called" if rate is None else f"{int(rate * 1_000) / 10:g} %"


def _tone(rate: float | None) -> str:
    if rate is None:
        return "neutral"
    if rate >= 0.99:
        return "good"
    return "warn" if rate >= 0.7 else "bad"


def _times(row: DestinationRow) -> str:
    if row.typical_ms is None or row.p95_ms is None:
        return ""
    return f"{_seconds(row.typical_ms)}, 95 % within {_seconds(row.p95_ms)}"


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds} ms" if milliseconds < 1_000 else f"{milliseconds / 1_000:.1f} s"


def _with_status(address: DeliveryAddress, *statuses: DeliveryStatus) -> str:
    return DeliveryAddress(
        destination=address.destination,
        range=address.range,
        status=tuple(status.value for status in statuses),
    ).href


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]
