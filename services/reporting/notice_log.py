"""The notices as people read them: all of them newest first, and those that need somebody now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session, col

from models import Notice, NoticeChannel
from models.words import NoticeKind, NoticeState, PauseReason
from services import database
from services.actor import Actor, Right
from services.errors import NotFound
from services.identifiers import is_id
from services.notices.subjects import Subject, find_subjects, path_to_act
from services.notices.texts import describe
from services.paging import Page, PageRequest
from services.reporting import keyset
from services.reporting.filters import NoticeFilter, notice_search

__all__ = [
    "FAILED_FROM",
    "Attention",
    "FailingChannel",
    "NoticeFilter",
    "NoticeRow",
    "attention",
    "get",
    "list_page",
]

# So many deliveries of one postback given up need somebody; a single one stands in the log.
FAILED_FROM: Final = 10
_MOST_OPEN: Final = 500


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One notice in words; `path` is the page to act on, `postback_path` that of the postback."""

    id: str
    kind: NoticeKind
    state: NoticeState
    title: str
    text: str
    count: int
    data: Mapping[str, Any]
    postback_id: str
    postback_name: str
    postback_path: str
    path: str
    opened_at: datetime
    last_at: datetime
    resolved_at: datetime | None


@dataclass(frozen=True, slots=True)
class FailingChannel:
    """A channel that cannot be reached."""

    id: str
    name: str
    last_error: str


@dataclass(frozen=True, slots=True)
class Attention:
    """What needs a person now, the gravest first; channels that fail stand here and nowhere else.

    Paused by somebody's hand is no surprise and left out.
    """

    notices: tuple[NoticeRow, ...]
    channels: tuple[FailingChannel, ...]


async def list_page(actor: Actor, wanted: NoticeFilter, request: PageRequest) -> Page[NoticeRow]:
    """Return one page of notices, newest first; see `keyset.find_page`.

    Raises `NotAllowed`, and `InvalidInput` for a wrong filter or cursor.
    """
    actor.require(Right.READ)
    return await database.read(_list_page, wanted, request)


async def get(actor: Actor, notice_id: str) -> NoticeRow:
    """Return one notice; raises `NotFound` and `NotAllowed`."""
    actor.require(Right.READ)
    return await database.read(_get, notice_id)


async def attention(actor: Actor) -> Attention:
    """Return what needs a person now; raises `NotAllowed`."""
    actor.require(Right.READ)
    return await database.read(_attention)


def _list_page(session: Session, wanted: NoticeFilter, request: PageRequest) -> Page[NoticeRow]:
    found = keyset.find_page(session, notice_search(wanted), request)
    notices = session.scalars(select(Notice).where(col(Notice.id).in_(found.items))).all()
    rows = {row.id: row for row in _rows(session, notices)}
    return Page(
        [rows[notice_id] for notice_id in found.items if notice_id in rows],
        next_cursor=found.next_cursor,
        previous_cursor=found.previous_cursor,
    )


def _get(session: Session, notice_id: str) -> NoticeRow:
    notice = session.get(Notice, notice_id) if is_id(notice_id) else None
    if notice is None:
        raise NotFound("notice", notice_id)
    return _rows(session, [notice])[0]


def _attention(session: Session) -> Attention:
    found = session.scalars(
        select(Notice)
        .where(col(Notice.state) == NoticeState.OPEN)
        .order_by(col(Notice.opened_at).desc())
        .limit(_MOST_OPEN)
    ).all()
    wanted = [notice for notice in found if _needs_somebody(notice)]
    wanted.sort(key=lambda notice: _GRAVEST_FIRST.index(notice.kind))
    failing = session.scalars(
        select(NoticeChannel)
        .where(
            col(NoticeChannel.failing_since).is_not(None),
            col(NoticeChannel.enabled).is_(True),
            col(NoticeChannel.archived_at).is_(None),
        )
        .order_by(col(NoticeChannel.name))
    )
    channels = tuple(FailingChannel(each.id, each.name, each.last_error) for each in failing)
    return Attention(tuple(_rows(session, wanted)), channels)


def _needs_somebody(notice: Notice) -> bool:
    match notice.kind:
        case NoticeKind.QUEUE_LAGGING:
            return True
        case NoticeKind.POSTBACK_PAUSED:
            return notice.data.get("reason") != PauseReason.BY_HAND
        case NoticeKind.DELIVERY_FAILED:
            return notice.count >= FAILED_FROM
    return False


def _rows(session: Session, notices: Sequence[Notice]) -> list[NoticeRow]:
    subjects = find_subjects(session, {notice.subject_id for notice in notices})
    return [_row(notice, subjects[notice.subject_id]) for notice in notices]


def _row(notice: Notice, subject: Subject) -> NoticeRow:
    words = describe(notice.kind, subject, state=notice.state, count=notice.count, data=notice.data)
    return NoticeRow(
        id=notice.id,
        kind=notice.kind,
        state=notice.state,
        title=words.title,
        text=words.text,
        count=notice.count,
        data=notice.data,
        postback_id=subject.postback_id,
        postback_name=subject.name,
        postback_path=subject.path if subject.level else "",
        path=path_to_act(notice.kind, subject),
        opened_at=notice.opened_at,
        last_at=notice.last_at,
        resolved_at=notice.resolved_at,
    )


_GRAVEST_FIRST = (
    NoticeKind.QUEUE_LAGGING,
    NoticeKind.POSTBACK_PAUSED,
    NoticeKind.DELIVERY_FAILED,
)
