"""The file that the company of the demo imported: what a buyer decided about pending sales."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from models import Event
from models.words import ConversionStatus, ImportKind
from services import database
from services.actor import Actor
from services.clock import Clock
from services.imports import commands, jobs, uploads, work

_COLUMNS: Final = ("Transaction ID", "Event", "Order no", "Status", "Comment")
_PAUSE_SECONDS: Final = 0.05
_COUNT: Final = 12
# One of so many is not accepted.
_REJECTED_EVERY: Final = 4
# Two rows of the kind that every such file has.
_MISTAKES: Final = (
    ("auto-us-99999", "sale", "ord-404404", "approved", ""),
    ("auto-us-10001", "sale", "", "aproved", ""),
)


async def import_decisions(actor: Actor, *, clock: Clock) -> None:
    """Have the actor import the decisions, from the upload to the end; two rows are refused."""
    pending = await database.read(_pending_sales, clock())
    file = await uploads.receive(
        actor,
        _pieces(pending),
        kind=ImportKind.STATUS_CHANGES,
        file_name="buyer-decisions.csv",
        clock=clock,
    )
    for command in (commands.verify, commands.apply):
        await command(actor, file.id, clock=clock)
        # A server that runs meanwhile may have taken it, and goes on with it.
        while (await jobs.get(actor, file.id)).is_working:
            await work.work(database.current(), clock=clock, rest=0)
            await asyncio.sleep(_PAUSE_SECONDS)


def _pending_sales(session: Session, before: datetime) -> Sequence[Event]:
    query = select(Event).where(
        col(Event.event_name) == "sale",
        col(Event.conversion_status) == ConversionStatus.PENDING,
        col(Event.received_at) < before,
    )
    return session.exec(query.order_by(col(Event.received_at)).limit(_COUNT)).all()


async def _pieces(pending: Sequence[Event]) -> AsyncIterator[bytes]:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for number, sale in enumerate(pending, start=1):
        decision = ("approved", "")
        if number % _REJECTED_EVERY == 0:
            decision = ("rejected", "Cancelled within 14 days")
        writer.writerow((sale.transaction_id, sale.event_name, sale.order_id, *decision))
    writer.writerows(_MISTAKES)
    yield text.getvalue().encode()
