"""The audit as people read it: who did what, when and from where, newest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session, col

from models import AuditEntry
from models.words import ActorKind, AuditAction, AuditSubject
from services import database
from services.actor import Actor, Right
from services.errors import InvalidInput, NotFound
from services.identifiers import is_id
from services.paging import Page, PageRequest
from services.reporting import keyset
from services.reporting.filters import given, read_range, read_words, table_of
from services.reporting.search import Condition, Search
from services.validation import is_storable

_ONE_OF_EACH: Final = ("subject_key", "actor_id")


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries; `since` is inclusive and `until` exclusive.

    `actor` is the id of a person or key, `key` what its subject is called by.
    """

    actor: str = ""
    action: tuple[str, ...] = ()
    subject: str = ""
    key: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One deed; `before` and `after` hold what differs, each `None` where there is no such side."""

    id: str
    at: datetime
    actor_kind: ActorKind
    actor_id: str
    actor_name: str
    address: str
    action: AuditAction
    subject: AuditSubject
    subject_key: str
    subject_name: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


async def list_page(actor: Actor, wanted: AuditFilter, request: PageRequest) -> Page[AuditRow]:
    """Return one page of the audit, newest first; see `keyset.find_page`.

    Raises `NotAllowed`, and `InvalidInput` for a wrong filter or cursor.
    """
    actor.require(Right.READ_AUDIT)
    return await database.read(_list_page, wanted, request)


async def get(actor: Actor, entry_id: str) -> AuditRow:
    """Return one entry; raises `NotFound` and `NotAllowed`."""
    actor.require(Right.READ_AUDIT)
    return await database.read(_get, entry_id)


def audit_search(wanted: AuditFilter) -> Search:
    """Return the search for these entries; raises `InvalidInput` for a word that is none."""
    problems: dict[str, str] = {}
    words: dict[str, Sequence[Any]] = {
        "action": read_words(AuditAction, wanted.action, "action", problems),
        "subject": read_words(AuditSubject, given(wanted.subject), "subject", problems),
    }
    since, until = read_range(wanted.since, wanted.until, problems)
    if problems:
        raise InvalidInput(problems)
    conditions = [Condition(column, tuple(values)) for column, values in words.items() if values]
    for column, text in (("subject_key", wanted.key), ("actor_id", wanted.actor)):
        if text:
            conditions.append(Condition(column, (text,) if is_storable(text) else ()))
    return Search(
        table=table_of(AuditEntry),
        time="at",
        conditions=tuple(conditions),
        indexed=(*_ONE_OF_EACH, "action", "subject"),
        since=since,
        until=until,
    )


def _list_page(session: Session, wanted: AuditFilter, request: PageRequest) -> Page[AuditRow]:
    found = keyset.find_page(session, audit_search(wanted), request)
    entries = session.scalars(select(AuditEntry).where(col(AuditEntry.id).in_(found.items)))
    rows = {entry.id: _row(entry) for entry in entries}
    return Page(
        [rows[entry_id] for entry_id in found.items if entry_id in rows],
        next_cursor=found.next_cursor,
        previous_cursor=found.previous_cursor,
    )


def _get(session: Session, entry_id: str) -> AuditRow:
    entry = session.get(AuditEntry, entry_id) if is_id(entry_id) else None
    if entry is None:
        raise NotFound("audit entry", entry_id)
    return _row(entry)


def _row(entry: AuditEntry) -> AuditRow:
    return AuditRow(
        id=entry.id,
        at=entry.at,
        actor_kind=entry.actor_kind,
        actor_id=entry.actor_id,
        actor_name=entry.actor_name,
        address=entry.address,
        action=entry.action,
        subject=entry.subject,
        subject_key=entry.subject_key,
        subject_name=entry.subject_name,
        before=entry.before,
        after=entry.after,
    )
