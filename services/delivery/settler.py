"""Writes results in groups: one commit for many attempts, none of them waiting long."""

import asyncio
import contextlib
import logging
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from services import failpoints
from services.database import Database
from services.delivery import settlement
from services.delivery.claims import Claim
from services.delivery.settlement import Settlement
from services.errors import Unavailable

log = logging.getLogger(__name__)

GROUP_LIMIT = 128
# Seconds that a result waits for company.
GROUP_WAIT = 0.005
# Seconds between tries while the database takes nothing; the leases are kept meanwhile.
UNAVAILABLE_WAIT = 0.5


class Settler:
    """Takes the results of one dispatcher and reports each claim that is done with."""

    def __init__(self, database: Database, on_settled: Callable[[list[Claim]], None]) -> None:
        self._database = database
        self._on_settled = on_settled
        self._waiting: list[Settlement] = []
        self._arrived = asyncio.Event()
        self._full = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    def put(self, settlement: Settlement) -> None:
        """Have a result written within milliseconds."""
        self._waiting.append(settlement)
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        self._arrived.set()
        if len(self._waiting) >= GROUP_LIMIT:
            self._full.set()

    async def close(self) -> None:
        """Write everything that waits."""
        self._closing = True
        self._arrived.set()
        self._full.set()
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while True:
            await self._arrived.wait()
            if len(self._waiting) < GROUP_LIMIT and not self._closing:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._full.wait(), GROUP_WAIT)
            group = self._waiting[:GROUP_LIMIT]
            del self._waiting[:GROUP_LIMIT]
            if len(self._waiting) < GROUP_LIMIT:
                self._full.clear()
            if not self._waiting:
                self._arrived.clear()
            if group:
                await self._write(group)
            if self._closing and not self._waiting:
                return

    async def _write(self, group: list[Settlement]) -> None:
        while True:
            try:
                fenced = await self._database.write(settlement.settle, group)
            except Unavailable:
                log.warning("The database takes no results now; %d wait.", len(group))
                if self._closing:
                    return  # the leases run out and the deliveries are sent again
                await asyncio.sleep(UNAVAILABLE_WAIT)
            except SQLAlchemyError as error:
                await self._write_one_by_one(group, error)
                return
            else:
                break
        failpoints.reached("after_settle")
        # One record of many lines: a record each would cost as much as the rest of a settlement.
        log.info("\n".join(map(_line, group)))
        if fenced:
            log.warning("fenced results: %s", ", ".join(fenced))
        self._on_settled([item.claim for item in group])

    async def _write_one_by_one(self, group: list[Settlement], error: SQLAlchemyError) -> None:
        # One of them is what no database takes: a bug of ours, which must stop no other result.
        if len(group) > 1:
            for item in group:
                await self._write([item])
            return
        (item,) = group
        log.error("the result of %s cannot be written", item.claim.id, exc_info=error)
        self._on_settled([item.claim])


def _line(item: Settlement) -> str:
    return (
        f"attempt delivery={item.claim.id} event={item.claim.event_id}"
        f" number={item.claim.attempts + item.has_attempt} code={item.status_code}"
        f" failure={item.failure} ms={item.duration_ms} status={item.decision.status}"
    )
