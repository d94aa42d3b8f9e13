"""The audit: what is kept of a deed, how it is found, and that it stays."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from models.words import AuditAction, AuditSubject, Role
from services import database
from services.accounts import audit
from services.actor import Actor
from services.database import Database
from services.errors import InvalidInput, NotAllowed, NotFound
from services.paging import PageRequest
from services.reporting import audit_log
from services.reporting.audit_log import AuditFilter, AuditRow
from services.settings import Settings
from tests.factories import FrozenClock, person
from tests.services.reporting import plans


async def note(actor: Actor, clock: FrozenClock, key: str = "sale", **values: object) -> None:
    clock.move(seconds=1)

    def work(session: Session) -> None:
        audit.record(
            session,
            actor,
            AuditAction.CHANGED,
            AuditSubject.EVENT_TYPE,
            key=key,
            now=clock(),
            **values,  # type: ignore[arg-type]
        )

    await database.write(work)


async def found(reader: Actor, **wanted: object) -> list[AuditRow]:
    return (await audit_log.list_page(reader, AuditFilter(**wanted), PageRequest())).items  # type: ignore[arg-type]


async def test_only_what_differs_is_kept_and_long_texts_are_cut(
    db: Database, owner: Actor, clock: FrozenClock
) -> None:
    await note(
        owner,
        clock,
        before={"a": 1, "b": "same", "at": clock(), "role": Role.OWNER},
        after={"a": 2, "b": "same", "at": None, "role": Role.OWNER, "long": "x" * 5_000},
    )
    (row,) = await found(owner)
    assert (row.actor_id, row.actor_name, row.subject_key) == (owner.id, owner.name, "sale")
    assert row.before is not None
    assert row.after is not None
    assert dict(row.before) == {"a": 1, "at": "2026-03-01T12:00:00+00:00", "long": None}
    assert row.after["a"] == 2
    assert len(row.after["long"]) == audit.LONGEST


async def test_it_is_found_by_who_what_and_when_and_read_by_few(
    db: Database, owner: Actor, clock: FrozenClock
) -> None:
    manager = person(Role.MANAGER)
    await note(owner, clock, key="sale")
    await note(manager, clock, key="signup")
    assert [row.subject_key for row in await found(owner)] == ["signup", "sale"]
    assert [row.subject_key for row in await found(manager, actor=owner.id)] == ["sale"]
    assert [row.subject_key for row in await found(owner, key="signup")] == ["signup"]
    assert await found(owner, action=("removed",)) == []
    assert await found(owner, key="\x00") == []
    assert len(await found(owner, until=clock() - timedelta(milliseconds=1))) == 1
    with pytest.raises(InvalidInput):
        await found(owner, action=("dreamt",))
    entry = (await found(owner))[0]
    assert await audit_log.get(owner, entry.id) == entry
    with pytest.raises(NotFound):
        await audit_log.get(owner, "aud_nothing")
    for role in (Role.OPERATOR, Role.VIEWER):
        with pytest.raises(NotAllowed):
            await found(person(role))


@pytest.mark.parametrize(
    "deed", ["UPDATE audit_entry SET actor_name = 'x'", "DELETE FROM audit_entry"]
)
async def test_the_database_itself_refuses_to_change_or_remove_an_entry(
    db: Database, owner: Actor, clock: FrozenClock, deed: str
) -> None:
    await note(owner, clock)
    with pytest.raises(DBAPIError, match="append only"):
        await database.write(lambda session: session.execute(text(deed)) and None)
    assert len(await found(owner)) == 1


async def test_no_filter_reads_the_whole_audit(
    db: Database, settings: Settings, owner: Actor, clock: FrozenClock
) -> None:
    await note(owner, clock)
    with plans.noted(db.reading) as statements:
        for wanted in (
            AuditFilter(),
            AuditFilter(actor=owner.id),
            AuditFilter(action=("changed",)),
            AuditFilter(subject="event_type"),
            AuditFilter(key="sale", since=clock()),
        ):
            await audit_log.list_page(owner, wanted, PageRequest())
            if settings.is_sqlite:
                plans.check(settings, statements, wanted)
