"""The APScheduler jobs of the notices in one process: tell, send, watch the queue, tidy up.

They run in the web process as well as in each worker: a worker that is gone tells nobody.
"""

import asyncio
import logging
from datetime import datetime
from functools import partial

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy.exc import DBAPIError

from models.words import ChannelKind
from services.clock import Clock, utc_now
from services.database import Database
from services.errors import Unavailable
from services.notices import mail, sending, telling, upkeep
from services.notices.post import Post, SendResult, SignedCall
from services.notices.queue_watch import CHECK_SECONDS, QueueWatch
from services.notices.sending import Batch, Due
from services.secret_box import UnreadableSecret

log = logging.getLogger(__name__)

TICK_SECONDS = 1
UPKEEP_SECONDS = 60
# Channels called at the same time by one process: deliveries come first.
MAX_CALLS = 4
# Of a lease of three minutes, so that the last call still ends within it.
BATCH_SECONDS = 90.0

_NO_MAIL = SendResult(
    succeeded=False,
    message="No mail server is set: give AFTERLEAD_SMTP_URL and AFTERLEAD_MAIL_FROM, and restart.",
    duration_ms=0,
)


class NoticeJob:
    """Sends the notices of one process; `post` calls a URL."""

    def __init__(self, database: Database, *, post: Post, clock: Clock = utc_now) -> None:
        self._database = database
        self._settings = database.settings
        self._post = post
        self._clock = clock
        self._watch = QueueWatch(database, clock=clock)
        self._calls: dict[str, asyncio.Task[None]] = {}
        self._scheduler = AsyncIOScheduler(
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    @property
    def calls_under_way(self) -> int:
        """Return how many channels are being called now."""
        return len(self._calls)

    async def start(self) -> None:
        """Start all jobs."""
        for job, seconds in (
            (self.tick, TICK_SECONDS),
            (self.watch, CHECK_SECONDS),
            (self.keep_up, UPKEEP_SECONDS),
        ):
            first = datetime.now(self._scheduler.timezone)
            self._scheduler.add_job(job, "interval", seconds=seconds, next_run_time=first)
        self._scheduler.start()

    async def stop(self, *, grace_seconds: float = 5.0) -> None:
        """Start no more calls; those under way get the grace, and are else made again later."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        calls = list(self._calls.values())
        if calls:
            await asyncio.wait(calls, timeout=grace_seconds)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)

    async def tick(self) -> None:
        """Tell what is to be told and call the channels that have something due."""
        now = self._clock()
        try:
            if await self._database.read(telling.is_anything_to_tell, now):
                await self._database.write(telling.tell, now)
            free = MAX_CALLS - len(self._calls)
            if free <= 0 or not await self._database.read(sending.is_anything_due, now):
                return
            batches = await self._database.write(
                sending.claim,
                limit=free,
                busy=list(self._calls),
                origin=self._settings.public_origin,
                now=now,
            )
        except (Unavailable, DBAPIError):
            return  # the next tick tries again
        for batch in batches:
            call = asyncio.create_task(self._send(batch))
            self._calls[batch.channel_id] = call
            call.add_done_callback(partial(self._ended, batch))

    async def watch(self) -> None:
        """Look whether what is due is sent."""
        try:
            await self._watch.check()
        except (Unavailable, DBAPIError):
            return

    async def keep_up(self) -> None:
        """End the notices whose cause is gone, and remove the old ones."""
        now = self._clock()
        try:
            if await self._database.read(upkeep.is_anything_over, now):
                await self._database.write(upkeep.end_what_is_over, now)
            if await self._database.read(upkeep.is_anything_old, now):
                await self._database.write(upkeep.prune, now)
        except (Unavailable, DBAPIError):
            return

    def _ended(self, batch: Batch, call: asyncio.Task[None]) -> None:
        self._calls.pop(batch.channel_id, None)
        if not call.cancelled() and (error := call.exception()) is not None:
            # A bug of ours, or a database that is gone: the lease runs out, and it is tried again.
            log.error("sending notices to %s broke", batch.channel_id, exc_info=error)

    async def _send(self, batch: Batch) -> None:
        by_url = batch.kind is ChannelKind.URL
        problem = await (self._call_url(batch) if by_url else self._send_mail(batch))
        if problem is not None:
            log.warning("notices cannot be sent to %s: %s", batch.channel_id, problem.message)
            await self._database.write(
                sending.failed, batch=batch, result=problem, now=self._clock()
            )

    async def _call_url(self, batch: Batch) -> SendResult | None:
        """Send one after another, in order; return the first failure."""
        began = asyncio.get_running_loop().time()
        arrived = False
        for due in batch.sends:
            result = await self._call(batch, due)
            if not result.succeeded:
                return result
            arrived = True
            await self._settle(batch, [due], result)
            if asyncio.get_running_loop().time() - began > BATCH_SECONDS:
                break
        await self._database.write(sending.release, batch=batch, now=self._clock(), arrived=arrived)
        return None

    async def _call(self, batch: Batch, due: Due) -> SendResult:
        now = self._clock()
        try:
            keys = sending.signing_keys(batch.sealed_secret, now)
        except UnreadableSecret as error:
            return SendResult(succeeded=False, message=error.message, duration_ms=0)
        call = SignedCall(batch.target, due.body.encode(), message_id=due.send_id, keys=keys)
        return await self._post(call)

    async def _send_mail(self, batch: Batch) -> SendResult | None:
        server, sender = self._settings.mail_server, self._settings.mail_sender
        if server is None or sender is None:
            return _NO_MAIL
        now = self._clock()
        message = mail.compose(
            [due.told for due in batch.sends],
            sender=sender,
            to=batch.target,
            origin=self._settings.public_origin,
            now=now,
        )
        result = await mail.send(server, message)
        if not result.succeeded:
            return result
        await self._settle(batch, list(batch.sends), result)
        await self._database.write(sending.release, batch=batch, now=self._clock(), arrived=True)
        return None

    async def _settle(self, batch: Batch, dues: list[Due], result: SendResult) -> None:
        log.info("notices sent to %s: %d", batch.channel_id, len(dues))
        ids = [due.send_id for due in dues]
        await self._database.write(sending.sent, send_ids=ids, result=result, now=self._clock())
