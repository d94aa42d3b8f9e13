"""Fills the tables with copies of one real event: what was recorded once, many times over, fast.

Every column that is not named here is copied as it was recorded, so a new column needs no change.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Table, text
from sqlmodel import Session

from models import Attempt, Delivery, Event, Postback
from models.words import Source
from services import database
from services.actor import SYSTEM
from services.catalog import cache, campaigns, event_types
from services.clock import utc_now
from services.identifiers import new_id
from services.intake import leads
from services.intake.contract import Recorded
from services.intake.recording import record_event

_TRANSACTION = "t-1"


async def define(events: Mapping[str, Sequence[str]]) -> None:
    """Define a campaign, a lead, and each event with one postback to each of its addresses.

    What arrives is told apart by the id of its event.
    """
    await campaigns.create(SYSTEM, {"key": "bench", "name": "Bench"})
    owners = {
        name: (await event_types.create(SYSTEM, {"name": name, "multi_trigger": True})).id
        for name in events
    }

    def postbacks(session: Session) -> None:
        now = utc_now()
        for name, urls in events.items():
            for url in urls:
                session.add(
                    Postback(
                        id=new_id("pb"),
                        event_type_id=owners[name],
                        url=url + "?e={event_id}&t={transaction_id}",
                        created_at=now,
                        updated_at=now,
                    )
                )
        cache.touch(session)

    await database.write(postbacks)
    await leads.create(SYSTEM, {"campaign": "bench", "transaction_id": _TRANSACTION})


async def fire(event: str = "sale") -> str:
    """Record one event and return its id."""
    payload = {"event": event, "transaction_id": _TRANSACTION}
    answer = await record_event(SYSTEM, payload, source=Source.API)
    if not isinstance(answer, Recorded):
        raise TypeError(f"the event was not recorded: {answer}")
    return answer.event_id


async def owe(events: Sequence[str], *, deliveries: int) -> int:
    """Have so many deliveries wait, the events taking turns; return how many do.

    That may be a few less: events are whole.
    """
    fired = [await fire(event) for event in events]
    share = deliveries // len(fired)
    return sum([await database.write(_multiply, event_id, share) for event_id in fired])


def _multiply(session: Session, event_id: str, deliveries: int) -> int:
    connection = session.connection()
    each = len(_ids(connection, Delivery, "event_id", event_id))
    copies = max(0, deliveries // each - 1)
    copy_event(connection, event_id, first=1, last=copies)
    return each * (copies + 1)


def copy_event(connection: Connection, event_id: str, *, first: int, last: int) -> None:
    """Insert one copy of an event, its deliveries and their attempts for each number.

    The numbers must not have been used for this event before; at most 10 digits.
    """
    _copy(connection, Event, event_id, first, last, {"dedupe_key": "{t}.dedupe_key || {n}"})
    for delivery_id in _ids(connection, Delivery, "event_id", event_id):
        changes = {
            "event_id": _numbered("event_id"),
            "url": f"replace({{t}}.url, {{t}}.event_id, {_numbered('event_id')})",
            "headers": "{json}(replace({text}({t}.headers), {t}.id, " + _numbered("id") + "))",
            # As if the events had come one after the other: what is due takes turns.
            "due_at": "{due}",
        }
        _copy(connection, Delivery, delivery_id, first, last, changes)
        for attempt_id in _ids(connection, Attempt, "delivery_id", delivery_id):
            changes = {"delivery_id": _numbered("delivery_id")}
            _copy(connection, Attempt, attempt_id, first, last, changes)


def _numbered(column: str) -> str:
    """Return the SQL of an id whose last ten characters are the number of the copy.

    Of the fourteen random ones four are left, and they differ within an event.
    """
    return f"substr({{t}}.{column}, 1, length({{t}}.{column}) - 10) || {{digits}}"


def _copy(
    connection: Connection,
    model: type[Event | Delivery | Attempt],
    row_id: str,
    first: int,
    last: int,
    changes: Mapping[str, str],
) -> None:
    table: Table = model.__table__  # type: ignore[union-attr]
    changes = {"id": _numbered("id"), **changes}
    values = [changes.get(column.name, f"{{t}}.{column.name}") for column in table.columns]
    names = ", ".join(column.name for column in table.columns)
    if connection.dialect.name == "sqlite":
        series = (
            "(WITH RECURSIVE counted(n) AS (SELECT :first WHERE :first <= :last"
            " UNION ALL SELECT n + 1 FROM counted WHERE n < :last) SELECT n FROM counted)"
        )
        words = {
            "digits": "printf('%010d', s.n)",
            "json": "",
            "text": "",
            "due": "substr(t.due_at, 1, 20) || printf('%06d', s.n % 1000000)",
        }
    else:
        series = "(SELECT generate_series(CAST(:first AS bigint), :last) AS n)"
        words = {
            "digits": "lpad(CAST(s.n AS text), 10, '0')",
            "json": "json",
            "text": "text",
            "due": "date_trunc('second', t.due_at) + s.n % 1000000 * interval '1 microsecond'",
        }
    chosen = ", ".join(values).format(t="t", n="s.n", **words)
    connection.execute(
        text(
            f"INSERT INTO {table.name} ({names})"
            f" SELECT {chosen} FROM {table.name} AS t, {series} AS s WHERE t.id = :row_id"
        ),
        {"first": first, "last": last, "row_id": row_id},
    )


def _ids(
    connection: Connection, model: type[Delivery | Attempt], column: str, value: str
) -> list[str]:
    table: Table = model.__table__  # type: ignore[union-attr]
    statement = text(f"SELECT id FROM {table.name} WHERE {column} = :value ORDER BY id")
    return list(connection.execute(statement, {"value": value}).scalars())
