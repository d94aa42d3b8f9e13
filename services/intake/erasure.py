"""Erasing the person behind a lead, so that nothing tells who it was and every figure stays."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from models import Erasure
from services import database
from services.actor import Actor, Right
from services.clock import Clock, utc_now
from services.database import Database
from services.errors import Conflict
from services.intake import traces
from services.intake.lead_audit import note_erased
from services.intake.lead_rows import LEAD, LeadRow, find_lead, lead_row
from services.intake.traces import Place

__all__ = ["EVERY_SECONDS", "erase", "finish", "job_of"]

EVERY_SECONDS: Final = 60
# A call that read the lead before it was erased is written by then, and what was sent has ended.
_SETTLED_AFTER: Final = timedelta(minutes=5)


async def erase(
    actor: Actor, lead_id: str, *, cancel_waiting: bool = False, clock: Clock = utc_now
) -> LeadRow:
    """Empty everything that says who a lead is; ids, amounts, times and statuses stay.

    Gone are contact, names, click id, subs and free-form fields, the payloads and custom fields of
    its events, the requests of its deliveries with every answer, and the bodies of its calls. It
    goes on by itself after a crash. Erased once more, what came since goes as well.

    Raises NotFound, and Conflict that counts them while deliveries wait or are held, unless
    `cancel_waiting` gives them up, or while any is being sent.
    """
    actor.require(Right.ERASE_LEADS)
    now = clock()
    await database.read(find_lead, lead_id)
    row = await database.write(_begin, actor, lead_id, now, cancel_waiting=cancel_waiting)
    await _empty(database.current(), lead_id, until=row.erased_at or now)
    return row


async def finish(opened: Database, clock: Clock = utc_now) -> int:
    """Go on with every erasure that is not over; return how many ended. A job.

    What a call made that had read the lead before it was erased is given up here. An erasure ends
    when it is old enough for nothing of that kind to be on its way any more.
    """
    ended = 0
    for lead_id, asked_at in await opened.read(_open):
        await opened.write(traces.cancel_waiting, lead_id, until=asked_at)
        await _empty(opened, lead_id, until=asked_at)
        if clock() - asked_at >= _SETTLED_AFTER:
            ended += await opened.write(_end, lead_id, asked_at)
    return ended


def job_of(opened: Database) -> Callable[[], Awaitable[object]]:
    """Return what a worker runs each minute."""

    async def run() -> None:
        await finish(opened)

    return run


async def _empty(opened: Database, lead_id: str, *, until: datetime) -> None:
    place: Place | None = None
    while events := await opened.read(traces.next_events, lead_id, after=place, until=until):
        ids = [event_id for _, event_id in events]
        await opened.write(traces.empty_events, ids, until=until)
        place = events[-1]
    while await opened.write(traces.empty_refused_calls, lead_id):
        pass


def _begin(
    session: Session, actor: Actor, lead_id: str, now: datetime, *, cancel_waiting: bool
) -> LeadRow:
    # Locked against events that arrive meanwhile: theirs would be rendered with the old contact.
    session.execute(_LOCK, {"b_id": lead_id})
    stored = find_lead(session, lead_id)
    cancelled = traces.cancel_waiting(session, lead_id, until=now) if cancel_waiting else 0
    _refuse_unsent(traces.count_unsent(session, lead_id, until=now))
    lead = lead_row(stored)
    is_new = lead.erased_at is None or bool(cancelled)
    if not is_new and not traces.has_later_events(session, lead_id, since=lead.erased_at or now):
        return lead
    traces.empty_lead(session, lead_id, version=lead.version, now=now)
    session.merge(Erasure(lead_id=lead_id, asked_at=now))
    note_erased(session, actor, lead, cancelled=cancelled, now=now)
    return lead_row(find_lead(session, lead_id))


def _refuse_unsent(unsent: traces.Unsent) -> None:
    if unsent.sending:
        raise Conflict(
            f"{_deliveries(unsent.sending)} being sent right now. Wait until that has ended, then "
            "erase the lead.",
            code="being_sent",
        )
    if unsent.waiting:
        raise Conflict(
            f"{_deliveries(unsent.waiting)} still to be sent or held. Wait until that has ended, "
            "or give it up together with the lead: then it is never sent.",
            code="deliveries_waiting",
        )


def _deliveries(number: int) -> str:
    noun, verb = ("delivery", "is") if number == 1 else ("deliveries", "are")
    return f"{number:,} {noun} of this lead {verb}"


def _open(session: Session) -> list[tuple[str, datetime]]:
    rows = session.execute(select(col(Erasure.lead_id), col(Erasure.asked_at)))
    return [(row.lead_id, row.asked_at) for row in rows]


def _end(session: Session, lead_id: str, asked_at: datetime) -> bool:
    """Forget an erasure, unless something is under way still or it was asked for again."""
    unsent = traces.count_unsent(session, lead_id, until=asked_at)
    found = session.get(Erasure, lead_id)
    if found is None or found.asked_at != asked_at or unsent.sending or unsent.waiting:
        return False
    session.delete(found)
    return True


_LOCK = select(LEAD.c.id).where(LEAD.c.id == bindparam("b_id")).with_for_update()
