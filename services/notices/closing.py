"""A person says that what a notice tells of is dealt with."""

from datetime import datetime

from sqlmodel import Session

from models import Notice
from models.words import AuditAction, AuditSubject, NoticeKind, NoticeState
from services import database
from services.accounts import audit
from services.actor import Actor, Right
from services.clock import Clock, utc_now
from services.errors import Conflict, NotFound
from services.identifiers import is_id
from services.notices.recording import resolve

# The others end when their cause does, and would be opened again at once.
CLOSED_BY_PEOPLE = (NoticeKind.DELIVERY_FAILED, NoticeKind.DELIVERY_FAILING)


async def close(actor: Actor, notice_id: str, *, clock: Clock = utc_now) -> None:
    """Resolve a notice of failures; one that is resolved already stays as it is.

    Raises `NotFound`, and `Conflict` for a kind that ends by itself.
    """
    actor.require(Right.RESEND)
    await database.write(_close, actor, notice_id, clock())


def _close(session: Session, actor: Actor, notice_id: str, now: datetime) -> None:
    notice = session.get(Notice, notice_id) if is_id(notice_id) else None
    if notice is None:
        raise NotFound("notice", notice_id)
    if notice.kind not in CLOSED_BY_PEOPLE:
        raise Conflict("This notice ends by itself when its cause is gone.", code="ends_by_itself")
    if notice.state is NoticeState.OPEN and resolve(
        session, notice.kind, subject_id=notice.subject_id, now=now
    ):
        audit.record(
            session,
            actor,
            AuditAction.DISMISSED,
            AuditSubject.NOTICE,
            key=notice.id,
            after={"type": notice.kind, "about": notice.subject_id},
            now=now,
        )
