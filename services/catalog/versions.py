"""Changes one definition, unless somebody else was faster."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

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
from services.catalog import cache
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


def check_version(definition: D, kind: str, *, if_match: int | None) -> None:
    """Pass when the caller knows the current version, or does not care; else StaleVersion."""
    if if_match is not None and if_match != definition.version:
        raise StaleVersion(kind, yours=if_match, current=definition.version)


def change(
    session: Session,
    definition: D,
    values: Mapping[str, object],
    *,
    kind: str,
    now: datetime,
    more_changed: bool = False,
) -> None:
    """Store the values as the next version of a definition that was read in this unit of work.

    Where all are as they were read, the version stays: nobody who holds it has missed anything.
    `more_changed` says that what belongs to the definition changed elsewhere, so that it goes up
    all the same.
    The database decides: the version that was read must still be the stored one. Raises
    StaleVersion otherwise.
    """
    if not more_changed and all(
        _is_same(getattr(definition, name), value) for name, value in values.items()
    ):
        return
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
    cache.touch(session)


def _is_same(stored: object, given: object) -> bool:
    # Another order is a change, too: headers go out in the order in which they were given.
    if isinstance(stored, dict) and isinstance(given, dict):
        return json.dumps(stored) == json.dumps(given)
    return stored == given
