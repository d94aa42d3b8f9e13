"""Who sends what of the notices: a channel is claimed with all that is due for it.

A channel is called by one process at a time, and rests after a failure: however much waits for a
channel that is down, it costs one call per step of the schedule. Nothing in here is ever recorded
as a notice, so that notices cannot cause notices.
"""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, exists, or_, select, update
from sqlmodel import Session, col

from models import Notice, NoticeChannel, NoticeSend
from models.words import ChannelKind, NoticeSendStatus
from services import signing_secrets
from services.notices.message import Told, body_of
from services.notices.post import SendResult
from services.notices.subjects import find_subjects

# Seconds before each try.
WAITS = (0, 60, 300, 1_800, 7_200, 21_600)
# A channel that fails is tried again after so long at the latest, while anything is due for it.
LONGEST_REST = timedelta(minutes=30)
# Between two e-mails of one channel; what comes meanwhile goes out as one.
EMAIL_REST = timedelta(minutes=5)
# Longer than any call or mail takes: whoever has not settled by then is gone.
LEASE = timedelta(minutes=3)
MAX_BATCH = 50

# A literal word, as in the partial index: a bound parameter would hide it from the planner.
_IS_WAITING = col(NoticeSend.status) == bindparam(None, "waiting", literal_execute=True)


@dataclass(frozen=True, slots=True)
class Due:
    """One send that is due; `body` is the JSON for a URL, the same at every try."""

    send_id: str
    told: Told
    body: str


@dataclass(frozen=True, slots=True)
class Batch:
    """All that is due for one channel, which this process owns until its lease ends."""

    channel_id: str
    name: str
    kind: ChannelKind
    target: str
    sealed_secret: str | None
    token: str
    sends: tuple[Due, ...]


def is_anything_due(session: Session, now: datetime) -> bool:
    """Tell whether a channel that may be called has something due."""
    return bool(session.scalar(select(exists().where(*_callable(now)))))


def claim(
    session: Session, *, limit: int, busy: Collection[str], origin: str, now: datetime
) -> list[Batch]:
    """Take at most `limit` channels that have something due, the longest idle first.

    `busy` are those that this process already calls. On PostgreSQL channels that another process
    claims are passed over.
    """
    channels = session.scalars(
        select(NoticeChannel)
        .where(*_callable(now), col(NoticeChannel.id).not_in(busy))
        .order_by(col(NoticeChannel.next_at).asc().nulls_first(), col(NoticeChannel.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    batches = []
    for channel in channels:
        token = secrets.token_hex(16)
        channel.claim_token, channel.next_at = token, now + LEASE
        batches.append(
            Batch(
                channel_id=channel.id,
                name=channel.name,
                kind=channel.kind,
                target=channel.target,
                sealed_secret=channel.secret,
                token=token,
                sends=_due(session, channel, origin, now),
            )
        )
    return batches


def sent(session: Session, *, send_ids: Sequence[str], result: SendResult, now: datetime) -> None:
    """Write down that sends arrived."""
    session.execute(
        update(NoticeSend)
        .where(col(NoticeSend.id).in_(send_ids), _IS_WAITING)
        .values(
            status=NoticeSendStatus.SENT,
            sent_at=now,
            tries=col(NoticeSend.tries) + 1,
            response_code=result.status_code,
            last_error="",
        )
    )


def failed(session: Session, *, batch: Batch, result: SendResult, now: datetime) -> None:
    """Write down that a channel cannot be reached: all that was due there counts as tried."""
    waiting = session.scalars(
        select(NoticeSend).where(
            col(NoticeSend.channel_id) == batch.channel_id,
            _IS_WAITING,
            col(NoticeSend.due_at) <= now,
        )
    )
    for send in waiting:
        send.tries += 1
        send.last_error = result.message[:500]
        send.response_code = result.status_code
        if send.tries >= len(WAITS):
            send.status = NoticeSendStatus.FAILED
        else:
            send.due_at = now + timedelta(seconds=WAITS[send.tries])
    channel = _owned(session, batch)
    if channel is not None:
        channel.failures += 1
        step = min(channel.failures, len(WAITS) - 1)
        channel.next_at = now + min(timedelta(seconds=WAITS[step]), LONGEST_REST)
        channel.claim_token = None
        channel.failing_since = channel.failing_since or now
        channel.last_error = result.message[:500]


def release(session: Session, *, batch: Batch, now: datetime, arrived: bool) -> None:
    """Give a channel back after its sends; `arrived` tells that something got through."""
    channel = _owned(session, batch)
    if channel is None:
        return
    rests = arrived and batch.kind is ChannelKind.EMAIL
    channel.next_at = now + EMAIL_REST if rests else None
    channel.claim_token = None
    if arrived:
        channel.last_sent_at, channel.failing_since = now, None
        channel.failures, channel.last_error = 0, ""


def cancel(session: Session, channel_id: str) -> None:
    """Cancel what waits for a channel that is not to be called any more."""
    session.execute(
        update(NoticeSend)
        .where(col(NoticeSend.channel_id) == channel_id, _IS_WAITING)
        .values(status=NoticeSendStatus.CANCELLED)
    )


def signing_keys(sealed: str | None, now: datetime) -> tuple[bytes, ...]:
    """Return the keys of a channel that sign now, the newest first; raise UnreadableSecret."""
    if sealed is None:
        return ()
    return tuple(each.key for each in signing_secrets.unseal(sealed).in_force(now))


def _callable(now: datetime) -> tuple[ColumnElement[bool], ...]:
    next_at = col(NoticeChannel.next_at)
    due = exists().where(
        col(NoticeSend.channel_id) == col(NoticeChannel.id),
        _IS_WAITING,
        col(NoticeSend.due_at) <= now,
    )
    return (
        col(NoticeChannel.enabled).is_(True),
        col(NoticeChannel.archived_at).is_(None),
        or_(next_at.is_(None), next_at <= now),
        due,
    )


def _due(session: Session, channel: NoticeChannel, origin: str, now: datetime) -> tuple[Due, ...]:
    rows = session.execute(
        select(NoticeSend, Notice)
        .join(Notice, col(Notice.id) == col(NoticeSend.notice_id))
        .where(col(NoticeSend.channel_id) == channel.id, _IS_WAITING, col(NoticeSend.due_at) <= now)
        .order_by(col(NoticeSend.due_at), col(NoticeSend.id))
        .limit(MAX_BATCH)
    ).all()
    subjects = find_subjects(session, {notice.subject_id for _, notice in rows})
    found = []
    for send, notice in rows:
        told = Told(
            notice_id=notice.id,
            kind=notice.kind,
            edge=send.edge,
            count=notice.count,
            data=notice.data,
            opened_at=notice.opened_at,
            last_at=notice.last_at,
            resolved_at=notice.resolved_at,
            subject=subjects[notice.subject_id],
        )
        if send.body is None and channel.kind is ChannelKind.URL:
            send.body = body_of(told, origin=origin)
        found.append(Due(send.id, told, send.body or ""))
    return tuple(found)


def _owned(session: Session, batch: Batch) -> NoticeChannel | None:
    """Return the channel unless another process took it over after the lease."""
    channel = session.get(NoticeChannel, batch.channel_id, with_for_update={"key_share": True})
    return channel if channel is not None and channel.claim_token == batch.token else None
