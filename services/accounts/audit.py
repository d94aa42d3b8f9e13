"""Writes down who did what, in the unit of work of the deed: neither is without the other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from sqlalchemy import Table
from sqlmodel import Session

from models import AuditEntry
from models.words import AuditAction, AuditSubject
from services.actor import Actor
from services.bulk import insert_rows
from services.identifiers import new_id

HIDDEN: Final = "••••••"
"""What stands for a value that must not be kept here: a secret, or a person's contact."""

LONGEST: Final = 2_000

CHANGED: Final = " (changed)"

_ENTRY: Table = AuditEntry.__table__  # type: ignore[attr-defined]
Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Hidden:
    """A value of which the audit keeps only whether it changed; `shown` stands in its place."""

    value: object = field(repr=False)
    shown: str = HIDDEN

    def __str__(self) -> str:
        return self.shown


def record(
    session: Session,
    actor: Actor,
    action: AuditAction,
    subject: AuditSubject,
    *,
    key: str,
    name: str = "",
    before: Values | None = None,
    after: Values | None = None,
    now: datetime,
) -> None:
    """Write one deed within the caller's unit of work.

    `key` is what addresses and programs call the subject by, `name` what people do. Of `before`
    and `after` only what differs is kept, texts up to 2,000 characters; the caller wraps secrets
    and people's contacts in `Hidden`.
    """
    old, new = differing(before, after)
    insert_rows(
        session.connection(),
        _ENTRY,
        [
            {
                "id": new_id("aud"),
                "at": now,
                "actor_kind": actor.kind,
                "actor_id": actor.id,
                "actor_name": actor.name[:254],
                "address": actor.address[:45],
                "action": action,
                "subject": subject,
                "subject_key": key[:254],
                "subject_name": name[:254],
                "before": old,
                "after": new,
            }
        ],
    )


def differing(
    before: Values | None, after: Values | None
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Return what differs of both sides, as JSON can hold it; a missing side stays missing."""
    if before is None or after is None:
        return _plain_all(before), _plain_all(after)
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return (
        {name: _plain(before.get(name)) for name in names},
        {name: _after(before.get(name), after.get(name)) for name in names},
    )


def _plain_all(values: Values | None) -> dict[str, Any] | None:
    return None if values is None else {name: _plain(value) for name, value in values.items()}


def _after(before: object, after: object) -> Any:
    # Both sides look alike, so that the word alone says that there is another value now.
    is_other = isinstance(before, Hidden) and isinstance(after, Hidden)
    return f"{after}{CHANGED}" if is_other else _plain(after)


def _plain(value: object) -> Any:
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each) for each in value]
    text = str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
