"""The stored row of an import: how it is found, and how what is done to it is written down."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from models import ImportJob
from models.words import ActorKind, AuditAction, AuditSubject, ImportStatus
from services.accounts import audit
from services.actor import Actor, Right
from services.errors import NotFound
from services.identifiers import is_id


def find(session: Session, import_id: str, *, for_update: bool = False) -> ImportJob:
    """Return an import, locked where it is to be changed; raise NotFound."""
    job = None
    if is_id(import_id):
        job = session.get(ImportJob, import_id, with_for_update=for_update or None)
    if job is None or job.status is ImportStatus.UPLOADING:
        raise NotFound("import", import_id)
    return job


def actor_of(job: ImportJob) -> Actor:
    """Return who had the import begun, or undone, with the rights that its rows need."""
    return Actor(ActorKind(job.actor_kind), job.actor_id, job.actor_name, rights=_GIVES)


def note(
    session: Session,
    actor: Actor,
    action: AuditAction,
    job: ImportJob,
    *,
    now: datetime,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    """Write into the audit what somebody did to an import."""
    audit.record(
        session,
        actor,
        action,
        AuditSubject.IMPORT,
        key=job.id,
        name=job.file_name,
        before=before,
        after=after,
        now=now,
    )


_GIVES = frozenset({Right.RECORD_EVENTS, Right.CAPTURE_LEADS})
