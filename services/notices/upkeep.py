"""Notices end by themselves when their cause is gone, and old ones leave."""

from datetime import datetime, timedelta

from sqlalchemy import Select, delete, exists, or_, select
from sqlmodel import Session, col

from models import Notice, Postback
from models.words import NoticeKind, NoticeState
from services.notices.recording import resolve

KEEP = timedelta(days=90)
# Nothing more was heard of it for so long, neither good nor bad.
QUIET = timedelta(days=7)
_BATCH = 1_000
_FAILURES = (NoticeKind.DELIVERY_FAILING, NoticeKind.DELIVERY_FAILED)


def is_anything_over(session: Session, now: datetime) -> bool:
    """Tell whether `end_what_is_over` has work."""
    return session.scalar(_over(now).limit(1)) is not None


def end_what_is_over(session: Session, now: datetime) -> int:
    """Resolve the notices of postbacks that are archived or run again, and those grown quiet."""
    ended = 0
    for notice in session.scalars(_over(now).limit(_BATCH)).all():
        ended += resolve(session, notice.kind, subject_id=notice.subject_id, now=now)
    return ended


def is_anything_old(session: Session, now: datetime) -> bool:
    """Tell whether `prune` has work."""
    return session.scalar(_old(now).limit(1)) is not None


def prune(session: Session, now: datetime, *, batch: int = _BATCH) -> int:
    """Delete at most `batch` notices that were resolved 90 days ago, with their sends.

    Return how many; call it again until that is 0. Open ones stay however old they are.
    """
    ids = session.scalars(_old(now).limit(batch)).all()
    if ids:
        session.execute(delete(Notice).where(col(Notice.id).in_(ids)))
    return len(ids)


def _old(now: datetime) -> Select[str]:
    # Opened before that, too: so the index by the time of opening finds them.
    before = now - KEEP
    return select(col(Notice.id)).where(
        col(Notice.state) == NoticeState.RESOLVED,
        col(Notice.opened_at) < before,
        col(Notice.resolved_at) < before,
    )


def _over(now: datetime) -> Select[Notice]:
    this = col(Postback.id) == col(Notice.subject_id)
    is_archived = exists().where(this, col(Postback.archived_at).is_not(None))
    runs_again = exists().where(this, col(Postback.paused_at).is_(None))
    return (
        select(Notice)
        .where(
            col(Notice.state) == NoticeState.OPEN,
            or_(
                is_archived,
                (col(Notice.kind) == NoticeKind.POSTBACK_PAUSED) & runs_again,
                col(Notice.kind).in_(_FAILURES) & (col(Notice.last_at) < now - QUIET),
            ),
        )
        .order_by(col(Notice.kind), col(Notice.subject_id))
    )
