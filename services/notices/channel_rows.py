"""Channels and their sends as rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlmodel import Session, col

from models import Notice, NoticeChannel, NoticeSend
from models.words import ChannelKind, NoticeEdge, NoticeKind, NoticeSendStatus, NoticeState
from services.notices.subjects import find_subjects
from services.notices.texts import describe

SHOWN_SENDS = 50


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """One channel and how its last sends went.

    `target` of a URL is its origin alone for those who may not edit definitions: what follows may
    be a password. `failing_since` is empty while it works.
    """

    id: str
    name: str
    kind: ChannelKind
    target: str
    kinds: tuple[NoticeKind, ...]
    enabled: bool
    last_sent_at: datetime | None
    failing_since: datetime | None
    failures: int
    last_error: str
    version: int
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


@dataclass(frozen=True, slots=True)
class SendRow:
    """One notice on its way to a channel; `due_at` is when it is tried next."""

    id: str
    notice_id: str
    kind: NoticeKind
    edge: NoticeEdge
    title: str
    status: NoticeSendStatus
    created_at: datetime
    due_at: datetime | None
    sent_at: datetime | None
    tries: int
    response_code: int | None
    last_error: str


def channel_row(stored: NoticeChannel, *, may_edit: bool) -> ChannelRow:
    """Return the row of one channel for somebody who may edit definitions, or may not."""
    target = stored.target
    if stored.kind is ChannelKind.URL and not may_edit:
        parts = urlsplit(target)
        target = f"{parts.scheme}://{parts.netloc}/…"
    known = set(NoticeKind)
    return ChannelRow(
        id=stored.id,
        name=stored.name,
        kind=stored.kind,
        target=target,
        kinds=tuple(NoticeKind(word) for word in stored.kinds if word in known),
        enabled=stored.enabled,
        last_sent_at=stored.last_sent_at,
        failing_since=stored.failing_since,
        failures=stored.failures,
        last_error=stored.last_error,
        version=stored.version,
        created_at=stored.created_at,
        updated_at=stored.updated_at,
        archived_at=stored.archived_at,
    )


def newest_sends(session: Session, channel_id: str) -> list[SendRow]:
    """Return the newest sends of a channel, at most 50."""
    rows = session.execute(
        select(NoticeSend, Notice)
        .join(Notice, col(Notice.id) == col(NoticeSend.notice_id))
        .where(col(NoticeSend.channel_id) == channel_id)
        .order_by(col(NoticeSend.created_at).desc(), col(NoticeSend.id).desc())
        .limit(SHOWN_SENDS)
    ).all()
    return list(_send_rows(session, [(row[0], row[1]) for row in rows]))


def _send_rows(session: Session, rows: list[tuple[NoticeSend, Notice]]) -> Iterable[SendRow]:
    subjects = find_subjects(session, {notice.subject_id for _, notice in rows})
    for send, notice in rows:
        words = describe(
            notice.kind,
            subjects[notice.subject_id],
            state=NoticeState.RESOLVED if send.edge is NoticeEdge.RESOLVED else NoticeState.OPEN,
            count=notice.count,
            data=notice.data,
        )
        waits = send.status is NoticeSendStatus.WAITING
        yield SendRow(
            id=send.id,
            notice_id=notice.id,
            kind=notice.kind,
            edge=send.edge,
            title=words.title,
            status=send.status,
            created_at=send.created_at,
            due_at=send.due_at if waits else None,
            sent_at=send.sent_at,
            tries=send.tries,
            response_code=send.response_code,
            last_error=send.last_error,
        )
