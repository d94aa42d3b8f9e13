"""What was recorded becomes sends: one row per notice, channel and edge."""

from datetime import datetime, timedelta

from sqlalchemy import Table, bindparam, exists, select, update
from sqlmodel import Session, col

from models import NoticeChannel, NoticeSend
from models.words import ChannelKind, NoticeEdge, NoticeSendStatus, NoticeState
from services.bulk import insert_rows
from services.identifiers import new_id
from services.notices.recording import NOTICE

SEND: Table = NoticeSend.__table__  # type: ignore[attr-defined]

# An e-mail waits so long for what happens at the same time, and goes out as one.
GATHER = timedelta(seconds=30)
_BATCH = 200


def is_anything_to_tell(session: Session, now: datetime) -> bool:
    """Tell whether `tell` has work; reads an index that is empty nearly always."""
    return bool(session.scalar(select(exists().where(NOTICE.c.tell_at <= now))))


def tell(session: Session, now: datetime) -> int:
    """Make a send of each notice that has something to tell, for each channel that wants its kind.

    Return how many were made. On PostgreSQL notices that another process tells are passed over.
    """
    connection = session.connection()
    notices = connection.execute(_TO_TELL, {"b_now": now}).all()
    if not notices:
        return 0
    channels = session.scalars(
        select(NoticeChannel).where(
            col(NoticeChannel.enabled), col(NoticeChannel.archived_at).is_(None)
        )
    ).all()
    sends = []
    for notice in notices:
        is_open = notice.state is NoticeState.OPEN
        edge = NoticeEdge.OPENED
        if notice.is_told:
            edge = NoticeEdge.CONTINUES if is_open else NoticeEdge.RESOLVED
        sends += [
            {
                "id": new_id("nsd"),
                "notice_id": notice.id,
                "channel_id": channel.id,
                "edge": edge,
                "status": NoticeSendStatus.WAITING,
                "created_at": now,
                "due_at": now + GATHER if channel.kind is ChannelKind.EMAIL else now,
                "tries": 0,
                "last_error": "",
            }
            for channel in channels
            if notice.kind in channel.kinds
        ]
        connection.execute(_TOLD, {"b_id": notice.id, "b_now": now, "b_open": is_open})
    if sends:
        insert_rows(connection, SEND, sends)
    return len(sends)


_TO_TELL = (
    select(NOTICE.c.id, NOTICE.c.kind, NOTICE.c.state, NOTICE.c.is_told)
    .where(NOTICE.c.tell_at <= bindparam("b_now"))
    .order_by(NOTICE.c.tell_at, NOTICE.c.id)
    .limit(_BATCH)
    .with_for_update(skip_locked=True)
)
_TOLD = (
    update(NOTICE)
    .where(NOTICE.c.id == bindparam("b_id"))
    .values(
        tell_at=None,
        told_at=bindparam("b_now", type_=NOTICE.c.told_at.type),
        is_told=bindparam("b_open", type_=NOTICE.c.is_told.type),
    )
)
