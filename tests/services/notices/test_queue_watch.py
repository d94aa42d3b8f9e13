"""`queue.lagging`: once per installation, from any process, and over by itself."""

from datetime import timedelta

from sqlmodel import Session, select

from models import Delivery, Destination, Notice, Worker
from models.words import (
    BreakerState,
    DeliveryStatus,
    LagCause,
    Method,
    NoticeKind,
    NoticeState,
    PostbackLevel,
)
from services import database
from services.database import Database
from services.identifiers import new_id
from services.notices.queue_watch import CHECK_SECONDS, QueueWatch, look
from tests.factories import FrozenClock
from tests.world import World, make_world, rows

SLOW = "http://slow.example:80"


async def pass_time(clock: FrozenClock, *watches: QueueWatch, seconds: int) -> None:
    """Let time pass, and each process look as often as it does."""
    for _ in range(seconds // CHECK_SECONDS):
        clock.move(seconds=CHECK_SECONDS)
        for watch in watches:
            await watch.check()


async def worker_seen(clock: FrozenClock) -> None:
    def insert(session: Session) -> None:
        session.merge(Worker(id="wrk_1", started_at=clock(), seen_at=clock()))

    await database.write(insert)


async def owe(
    clock: FrozenClock,
    *,
    seconds_ago: int,
    destination: str = SLOW,
    status: DeliveryStatus = DeliveryStatus.PENDING,
    count: int = 1,
) -> None:
    """Owe deliveries that became due so long ago, or are being sent."""
    world = await made_world()

    def insert(session: Session) -> None:
        due_at = clock() - timedelta(seconds=seconds_ago)
        for _ in range(count):
            session.add(
                Delivery(
                    id=new_id("dlv"),
                    event_id=world.transaction_id,
                    postback_id=world.postback_ids[0],
                    level=PostbackLevel.EVENT,
                    status=status,
                    method=Method.GET,
                    url=SLOW,
                    destination=destination,
                    created_at=due_at,
                    due_at=None if status is DeliveryStatus.SENDING else due_at,
                    lease_until=due_at if status is DeliveryStatus.SENDING else None,
                    deadline_at=clock() + timedelta(hours=96),
                )
            )

    await database.write(insert)


async def made_world() -> World:
    found = await rows(Delivery)
    if found:
        return World(transaction_id=found[0].event_id, postback_ids=[found[0].postback_id])
    world = await make_world(multi_trigger=True)
    await world.postback("https://first.example/")
    answer = await world.fire()
    world.transaction_id = answer.event_id

    def settle(session: Session) -> None:
        for delivery in session.exec(select(Delivery)):
            delivery.status, delivery.due_at = DeliveryStatus.DELIVERED, None

    await database.write(settle)
    return world


def know(
    session: Session,
    clock: FrozenClock,
    *,
    breaker: BreakerState = BreakerState.CLOSED,
    is_slow: bool = False,
) -> None:
    session.merge(
        Destination(
            name=SLOW,
            breaker=breaker,
            concurrency=8,
            in_flight=0,
            is_slow=is_slow,
            typical_ms=1,
            p95_ms=1,
            succeeded=0,
            failed=10,
            worker_id="wrk_1",
            updated_at=clock(),
        )
    )


async def open_notices() -> list[Notice]:
    return [row for row in await rows(Notice) if row.state is NoticeState.OPEN]


async def test_no_worker_for_ten_seconds_is_one_notice_of_all_processes(
    db: Database, clock: FrozenClock
) -> None:
    first, second = QueueWatch(db, clock=clock), QueueWatch(db, clock=clock)
    await first.check()
    await pass_time(clock, first, second, seconds=5)
    assert await rows(Notice) == []
    await pass_time(clock, first, second, seconds=60)
    (notice,) = await rows(Notice)
    assert (notice.kind, notice.subject_id) == (NoticeKind.QUEUE_LAGGING, "")
    assert (notice.count, notice.data["cause"]) == (1, LagCause.NO_WORKER)


async def test_it_is_over_by_itself_and_not_at_the_first_sign(
    db: Database, clock: FrozenClock
) -> None:
    watch = QueueWatch(db, clock=clock)
    await pass_time(clock, watch, seconds=20)
    assert len(await open_notices()) == 1
    await worker_seen(clock)
    await pass_time(clock, watch, seconds=5)
    assert len(await open_notices()) == 1
    await worker_seen(clock)
    await pass_time(clock, watch, seconds=5)
    assert await open_notices() == []


async def test_a_worker_that_was_seen_just_now_is_no_lag(db: Database, clock: FrozenClock) -> None:
    watch = QueueWatch(db, clock=clock)
    for _ in range(10):
        await worker_seen(clock)
        await pass_time(clock, watch, seconds=5)
    assert await rows(Notice) == []


async def test_a_process_that_stood_still_gives_the_others_a_moment(
    db: Database, clock: FrozenClock
) -> None:
    watch = QueueWatch(db, clock=clock)
    await worker_seen(clock)
    await pass_time(clock, watch, seconds=5)
    clock.move(hours=8)  # the machine slept
    await watch.check()
    assert await rows(Notice) == []


async def test_what_is_due_for_a_minute_though_slots_are_free_is_a_lag(
    db: Database, clock: FrozenClock
) -> None:
    watch = QueueWatch(db, clock=clock)
    await owe(clock, seconds_ago=30)
    for _ in range(10):
        await worker_seen(clock)
        await pass_time(clock, watch, seconds=5)
    (notice,) = await open_notices()
    assert notice.data["cause"] == LagCause.WAITING
    assert notice.data["destination"] == SLOW
    assert notice.data["oldest_seconds"] >= 60


async def test_a_retry_of_the_future_is_no_lag(db: Database, clock: FrozenClock) -> None:
    await owe(clock, seconds_ago=-600, status=DeliveryStatus.RETRYING)
    await owe(clock, seconds_ago=59)
    await worker_seen(clock)
    assert (await database.read(look, clock())).cause is None


async def test_what_waits_for_its_own_partner_is_no_lag(db: Database, clock: FrozenClock) -> None:
    await owe(clock, seconds_ago=600, count=3)
    await owe(clock, seconds_ago=600, destination="http://hangs.example:80", count=3)
    sending = {"seconds_ago": 5, "status": DeliveryStatus.SENDING}
    await owe(clock, **sending, destination="http://hangs.example:80", count=8)
    await worker_seen(clock)
    assert (await database.read(look, clock())).data["destination"] == SLOW

    await database.write(know, clock, breaker=BreakerState.OPEN)
    assert (await database.read(look, clock())).cause is None


async def test_a_slow_partner_that_waits_for_its_like_is_no_lag(
    db: Database, clock: FrozenClock
) -> None:
    await owe(clock, seconds_ago=600)
    await worker_seen(clock)
    await database.write(know, clock, is_slow=True)
    assert (await database.read(look, clock())).cause is None


async def test_a_wait_while_the_slots_are_in_use_is_no_lag(
    db: Database, clock: FrozenClock
) -> None:
    await owe(clock, seconds_ago=600)
    busy = {"seconds_ago": 5, "status": DeliveryStatus.SENDING}
    await owe(clock, **busy, destination="http://other.example:80", count=300)
    await worker_seen(clock)
    cause = (await database.read(look, clock())).cause
    # 300 are more than half of the 256 slots of SQLite and of the 512 of PostgreSQL.
    assert cause is None


async def test_every_lane_is_looked_at(db: Database, clock: FrozenClock) -> None:
    for number in range(5):
        await owe(clock, seconds_ago=10, destination=f"http://p{number}.example:80")
    retrying = DeliveryStatus.RETRYING
    await owe(clock, seconds_ago=90, destination="http://p3.example:80", status=retrying)
    await worker_seen(clock)
    found = await database.read(look, clock())
    assert found.data == {
        "cause": "waiting",
        "destination": "http://p3.example:80",
        "oldest_seconds": 90,
    }
