"""What delivery has to say: the functions that its units of work call.

`record_outcomes` costs one look at an empty index per settled group while nothing fails, and at
most one update per group, postback and kind while something does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import bindparam, select
from sqlmodel import Session

from models.words import DeliveryReason, DeliveryStatus, NoticeKind, PauseReason
from services.any_of import any_of
from services.bulk import fetch_value
from services.notices.recording import IS_OPEN, NOTICE, note, record, resolve

# The failed try of a delivery from which its postback counts as failing.
FAILING_AT = 4


class _Claim(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def event_id(self) -> str: ...
    @property
    def postback_id(self) -> str: ...
    @property
    def destination(self) -> str: ...
    @property
    def tries(self) -> int: ...


class _Decision(Protocol):
    @property
    def status(self) -> DeliveryStatus: ...
    @property
    def reason(self) -> DeliveryReason | None: ...


class SettledDelivery(Protocol):
    """What a settlement tells: `claim.tries` are those before this one."""

    @property
    def claim(self) -> _Claim:
        """The delivery as it was claimed."""

    @property
    def decision(self) -> _Decision:
        """What follows."""

    @property
    def message(self) -> str:
        """What went wrong, in words."""

    @property
    def status_code(self) -> int | None:
        """What the partner answered."""

    @property
    def has_attempt(self) -> bool:
        """Whether a packet left."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Why a postback is paused, with what is known of it.

    `message` is what the last failure said; `failing_since` and `failures` are those since the last
    success; `paused_by` is who did it by hand.
    """

    reason: PauseReason
    message: str = ""
    failing_since: datetime | None = None
    failures: int = 0
    paused_by: str = ""


@dataclass(slots=True)
class _Heard:
    """What went wrong for one postback in one group of settlements."""

    failed: int = 0
    failing: int = 0
    last_failed: SettledDelivery | None = None
    last_failing: SettledDelivery | None = None


def record_outcomes(session: Session, settled: Sequence[SettledDelivery], *, now: datetime) -> None:
    """Record what a group of settled deliveries means for operators; late results left out.

    A delivery's fourth failed try: `delivery.failing`. Given up: `delivery.failed`. A success of
    a postback that was failing: `delivery.recovered`. Within one group a failure counts as later
    than a success.
    """
    succeeded: set[str] = set()
    heard: dict[str, _Heard] = {}
    for item in settled:
        status = item.decision.status
        if status is DeliveryStatus.DELIVERED:
            succeeded.add(item.claim.postback_id)
        elif status is DeliveryStatus.FAILED:
            of = heard.setdefault(item.claim.postback_id, _Heard())
            of.failed, of.last_failed = of.failed + 1, item
        elif (
            status is DeliveryStatus.RETRYING and item.claim.tries + item.has_attempt == FAILING_AT
        ):
            of = heard.setdefault(item.claim.postback_id, _Heard())
            of.failing, of.last_failing = of.failing + 1, item
    recovered = _failing_ones(session, succeeded)
    # In order, so that two workers never wait for each other.
    for postback_id in sorted(recovered | heard.keys()):
        if postback_id in recovered:
            _recover(session, postback_id, now)
        if postback_id in heard:
            _record_failures(session, postback_id, heard[postback_id], now)


def record_given_up(
    session: Session,
    *,
    postback_id: str,
    reason: DeliveryReason,
    now: datetime,
    count: int = 1,
    delivery_id: str = "",
    event_id: str = "",
) -> None:
    """Record deliveries that were given up outside a settlement, such as poison."""
    data = {"reason": reason.value, "delivery_id": delivery_id, "event_id": event_id}
    kind = NoticeKind.DELIVERY_FAILED
    record(session, kind, subject_id=postback_id, count=count, data=data, now=now)


def record_paused(session: Session, *, postback_id: str, why: Pause, now: datetime) -> None:
    """Record that a postback is paused, and why."""
    data: dict[str, Any] = {"reason": why.reason.value, "message": why.message[:500]}
    if why.failing_since is not None:
        data |= {"failing_since": why.failing_since.isoformat(), "failures": why.failures}
    if why.paused_by:
        data["paused_by"] = why.paused_by
    record(session, NoticeKind.POSTBACK_PAUSED, subject_id=postback_id, data=data, now=now)


def record_resumed(session: Session, *, postback_id: str, now: datetime) -> None:
    """Record that a postback is paused no more; harmless when it was not."""
    resolve(session, NoticeKind.POSTBACK_PAUSED, subject_id=postback_id, now=now)


def _failing_ones(session: Session, postback_ids: set[str]) -> frozenset[str]:
    connection = session.connection()
    if not postback_ids or not fetch_value(connection, _ANY_FAILING):
        return frozenset()
    return frozenset(connection.scalars(_FAILING, {"ids": list(postback_ids)}))


def _record_failures(session: Session, postback_id: str, of: _Heard, now: datetime) -> None:
    for kind, count, last in (
        (NoticeKind.DELIVERY_FAILING, of.failing, of.last_failing),
        (NoticeKind.DELIVERY_FAILED, of.failed, of.last_failed),
    ):
        if last is not None:
            data = _about(last)
            record(session, kind, subject_id=postback_id, count=count, data=data, now=now)


def _recover(session: Session, postback_id: str, now: datetime) -> None:
    kind = NoticeKind.DELIVERY_FAILING
    found = session.connection().execute(_FAILING_ONE, {"b_subject": postback_id}).one_or_none()
    if found is None or not resolve(session, kind, subject_id=postback_id, now=now):
        return  # another worker was faster
    note(
        session,
        NoticeKind.DELIVERY_RECOVERED,
        subject_id=postback_id,
        data={
            **{name: found.data[name] for name in _KEPT if name in found.data},
            "failing_notice_id": found.id,
            "failing_since": found.opened_at.isoformat(),
        },
        is_told=found.is_told,
        now=now,
    )


def _about(item: SettledDelivery) -> dict[str, Any]:
    return {
        "reason": item.decision.reason.value if item.decision.reason else None,
        "message": item.message[:500],
        "status_code": item.status_code,
        "destination": item.claim.destination,
        "delivery_id": item.claim.id,
        "event_id": item.claim.event_id,
    }


_KEPT = ("destination", "message", "status_code")
_ANY_FAILING = (
    "SELECT EXISTS (SELECT 1 FROM notice WHERE kind = 'delivery.failing' AND state = 'open')"
)
_IS_FAILING = (NOTICE.c.kind == NoticeKind.DELIVERY_FAILING, IS_OPEN)
_FAILING = select(NOTICE.c.subject_id).where(*_IS_FAILING, any_of(NOTICE.c.subject_id, "ids"))
_FAILING_ONE = (
    select(NOTICE.c.id, NOTICE.c.data, NOTICE.c.opened_at, NOTICE.c.is_told)
    .where(*_IS_FAILING, NOTICE.c.subject_id == bindparam("b_subject"))
    .with_for_update()
)
