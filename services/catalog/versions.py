"""The one way to add, change or remove a definition: versioned, told to all, and audited."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final, TypeVar

from sqlalchemy import update
from sqlmodel import Session, col

from models import (
    Affiliate,
    Campaign,
    CampaignEvent,
    CustomField,
    EventList,
    EventType,
    IncomingUrl,
    Postback,
)
from models.words import AuditAction, AuditSubject
from services.accounts import audit
from services.actor import Actor
from services.catalog import cache
from services.catalog.portraits import Definition, portrait
from services.errors import StaleVersion

D = TypeVar(
    "D",
    EventType,
    Campaign,
    Postback,
    Affiliate,
    EventList,
    CampaignEvent,
    CustomField,
    IncomingUrl,
)


NONE: Final[Mapping[str, object]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Beside:
    """What belongs to a definition and is stored elsewhere, before and after a change."""

    before: Mapping[str, object]
    after: Mapping[str, object]


NOTHING: Final = Beside(NONE, NONE)


def check_version(definition: D, kind: str, *, if_match: int | None) -> None:
    """Pass when the caller knows the current version, or does not care; else StaleVersion."""
    if if_match is not None and if_match != definition.version:
        raise StaleVersion(kind, yours=if_match, current=definition.version)


def change(
    session: Session,
    definition: D,
    values: Mapping[str, object],
    *,
    actor: Actor,
    kind: str,
    now: datetime,
    action: AuditAction | None = None,
    beside: Beside = NOTHING,
) -> None:
    """Store the values as the next version of a definition that was read in this unit of work.

    Where all are as they were read, the version stays: nobody who holds it has missed anything.
    `beside` says what belongs to the definition and changed elsewhere, so that it goes up all the
    same. The audit says who did it; without `action` it is a change, or that it was archived or
    restored.
    The database decides: the version that was read must still be the stored one. Raises
    StaleVersion otherwise.
    """
    if beside.before == beside.after and all(
        _is_same(getattr(definition, name), value) for name, value in values.items()
    ):
        return
    before = portrait(session, definition)
    model = type(definition)
    read_version = definition.version
    changed = session.scalar(
        update(model)
        .where(col(model.id) == definition.id, col(model.version) == read_version)
        .values(**values, version=read_version + 1, updated_at=now)
        .returning(col(model.version))
        .execution_options(synchronize_session=False)
    )
    session.refresh(definition)
    if changed is None:
        raise StaleVersion(kind, yours=read_version, current=definition.version)
    after = portrait(session, definition)
    if action is None and "archived_at" in values:
        action = AuditAction.ARCHIVED if values["archived_at"] else AuditAction.RESTORED
    audit.record(
        session,
        actor,
        action or AuditAction.CHANGED,
        after.subject,
        key=after.key,
        name=after.name,
        before={**before.members, **beside.before},
        after={**after.members, **beside.after},
        now=now,
    )
    cache.touch(session)


def added(
    session: Session,
    definition: Definition,
    *,
    actor: Actor,
    now: datetime,
    action: AuditAction = AuditAction.CREATED,
    beside: Mapping[str, object] = NONE,
) -> None:
    """Tell everybody, and the audit, of a definition that was put into the session.

    `beside` is what belongs to it and is stored elsewhere. Raises what its insertion raises.
    """
    session.flush()
    found = portrait(session, definition)
    audit.record(
        session,
        actor,
        action,
        found.subject,
        key=found.key,
        name=found.name,
        after={**_given(found.members), **beside},
        now=now,
    )
    cache.touch(session)


def removed(session: Session, definition: Definition, *, actor: Actor, now: datetime) -> None:
    """Delete a definition, and tell everybody and the audit."""
    found = portrait(session, definition)
    audit.record(
        session,
        actor,
        AuditAction.REMOVED,
        found.subject,
        key=found.key,
        name=found.name,
        before=_given(found.members),
        now=now,
    )
    session.delete(definition)
    cache.touch(session)


def rearranged(
    session: Session,
    subject: AuditSubject,
    key: str,
    beside: Beside,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Tell everybody, and the audit, of a change that no single definition carries: an order."""
    audit.record(
        session,
        actor,
        AuditAction.CHANGED,
        subject,
        key=key,
        before=beside.before,
        after=beside.after,
        now=now,
    )
    cache.touch(session)


def _given(members: Mapping[str, object]) -> dict[str, object]:
    # Of what was never given nothing is to be read.
    return {name: value for name, value in members.items() if value not in (None, "", (), {})}


def _is_same(stored: object, given: object) -> bool:
    # Another order is a change, too: headers go out in the order in which they were given.
    if isinstance(stored, dict) and isinstance(given, dict):
        return json.dumps(stored) == json.dumps(given)
    return stored == given
