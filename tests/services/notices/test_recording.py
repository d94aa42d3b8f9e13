"""What delivery reports becomes one open notice per kind and postback, however much it is."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlmodel import Session

from models import Notice
from models.words import DeliveryReason, DeliveryStatus, NoticeKind, NoticeState, PauseReason
from services import database
from services.database import Database
from services.notices import outcomes, telling
from services.notices.outcomes import Pause
from tests.factories import FrozenClock
from tests.world import rows


@dataclass(frozen=True)
class Claimed:
    postback_id: str = "pb_1"
    tries: int = 0
    id: str = "dlv_1"
    event_id: str = "evt_1"
    destination: str = "https://partner.example:443"


@dataclass(frozen=True)
class Decided:
    status: DeliveryStatus
    reason: DeliveryReason | None = None


@dataclass(frozen=True)
class Settled:
    decision: Decided
    claim: Claimed = field(default_factory=Claimed)
    message: str = ""
    status_code: int | None = 200
    has_attempt: bool = True


def delivered(postback: str = "pb_1") -> Settled:
    return Settled(Decided(DeliveryStatus.DELIVERED), Claimed(postback))


def retrying(tries_before: int, postback: str = "pb_1") -> Settled:
    claim = Claimed(postback, tries=tries_before)
    return Settled(Decided(DeliveryStatus.RETRYING), claim, message="It is down.", status_code=503)


def given_up(postback: str = "pb_1", reason: DeliveryReason = DeliveryReason.EXHAUSTED) -> Settled:
    claim = Claimed(postback, tries=11)
    decision = Decided(DeliveryStatus.FAILED, reason)
    return Settled(decision, claim, message="It is down.", status_code=503)


async def settle(clock: FrozenClock, *settled: Settled) -> None:
    await database.write(outcomes.record_outcomes, settled, now=clock())


async def tell(clock: FrozenClock) -> None:
    """Do as the job does each second; without a channel nothing but the time is written."""
    await database.write(telling.tell, clock())


async def notices(kind: NoticeKind) -> list[Notice]:
    found: list[Notice] = await rows(Notice)
    return sorted((row for row in found if row.kind is kind), key=lambda row: row.opened_at)


async def test_the_fourth_failed_try_opens_a_notice_and_no_other_try_does(
    db: Database, clock: FrozenClock
) -> None:
    for tries in (0, 1, 2, 4, 5):
        await settle(clock, retrying(tries))
    assert await rows(Notice) == []
    await settle(clock, retrying(3))
    (notice,) = await notices(NoticeKind.DELIVERY_FAILING)
    assert (notice.subject_id, notice.state, notice.count) == ("pb_1", NoticeState.OPEN, 1)
    assert notice.data["message"] == "It is down."
    assert notice.data["status_code"] == 503
    assert notice.data["delivery_id"] == "dlv_1"


async def test_an_attempt_that_never_left_is_no_try(db: Database, clock: FrozenClock) -> None:
    claim = Claimed(tries=3)
    await settle(clock, Settled(Decided(DeliveryStatus.RETRYING), claim, has_attempt=False))
    assert await rows(Notice) == []


async def test_the_first_success_resolves_it_and_is_noted(db: Database, clock: FrozenClock) -> None:
    await settle(clock, retrying(3))
    await tell(clock)
    clock.move(minutes=5)
    await settle(clock, delivered("pb_2"))
    (failing,) = await notices(NoticeKind.DELIVERY_FAILING)
    assert failing.state is NoticeState.OPEN
    await settle(clock, delivered())
    (failing,) = await notices(NoticeKind.DELIVERY_FAILING)
    assert (failing.state, failing.resolved_at) == (NoticeState.RESOLVED, clock())
    (recovered,) = await notices(NoticeKind.DELIVERY_RECOVERED)
    assert (recovered.subject_id, recovered.state) == ("pb_1", NoticeState.RESOLVED)
    assert recovered.data["failing_notice_id"] == failing.id
    assert recovered.tell_at == clock()
    await settle(clock, delivered())
    assert len(await notices(NoticeKind.DELIVERY_RECOVERED)) == 1


async def test_given_up_deliveries_are_counted_with_the_latest_reason(
    db: Database, clock: FrozenClock
) -> None:
    await settle(clock, given_up(), given_up(), delivered(), given_up("pb_2"))
    await settle(clock, given_up(reason=DeliveryReason.DEADLINE))
    of = {notice.subject_id: notice for notice in await notices(NoticeKind.DELIVERY_FAILED)}
    assert (of["pb_1"].count, of["pb_1"].data["reason"]) == (3, "deadline")
    assert of["pb_2"].count == 1
    await database.write(
        outcomes.record_given_up,
        postback_id="pb_1",
        reason=DeliveryReason.POISON,
        count=2,
        now=clock(),
    )
    of = {notice.subject_id: notice for notice in await notices(NoticeKind.DELIVERY_FAILED)}
    assert (of["pb_1"].count, of["pb_1"].data["reason"]) == (5, "poison")


async def test_ten_thousand_failures_are_one_open_notice(db: Database, clock: FrozenClock) -> None:
    def storm(session: Session) -> None:
        for _ in range(10_000 // 50):
            outcomes.record_outcomes(session, [given_up()] * 50, now=clock())
            clock.move(seconds=1)

    await database.write(storm)
    (notice,) = await rows(Notice)
    assert (notice.count, notice.state) == (10_000, NoticeState.OPEN)
    assert notice.last_at - notice.opened_at == timedelta(seconds=199)


async def test_while_nothing_fails_a_group_costs_one_look(db: Database, clock: FrozenClock) -> None:
    seen = await database.write(statements_of, [delivered()] * 64, clock)
    assert len(seen) <= 1


async def test_in_a_storm_a_group_costs_one_update_per_postback_and_kind(
    db: Database, clock: FrozenClock
) -> None:
    storm = [given_up()] * 32 + [retrying(3)] * 16 + [given_up("pb_2")] * 16
    await settle(clock, *storm)
    seen = await database.write(statements_of, storm, clock)
    assert [statement.partition(" ")[0] for statement in seen] == ["UPDATE"] * 3


def statements_of(session: Session, settled: list[Settled], clock: FrozenClock) -> list[str]:
    seen: list[str] = []
    connection = session.connection()

    def see(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(connection, "before_cursor_execute", see)
    outcomes.record_outcomes(session, settled, now=clock())
    event.remove(connection, "before_cursor_execute", see)
    return seen


async def test_a_partner_that_comes_and_goes_is_told_of_once_an_hour(
    db: Database, clock: FrozenClock
) -> None:
    told = 0
    for _ in range(60):
        await settle(clock, retrying(3))
        told += await to_tell(clock)
        clock.move(seconds=30)
        await settle(clock, delivered())
        told += await to_tell(clock)
        clock.move(seconds=30)
    # It failed, it recovered; what came and went since then is quiet.
    assert told == 2
    assert len(await notices(NoticeKind.DELIVERY_FAILING)) == 1
    assert len(await notices(NoticeKind.DELIVERY_RECOVERED)) == 1


async def test_what_is_failing_again_and_stays_so_is_told_after_the_rest(
    db: Database, clock: FrozenClock
) -> None:
    await settle(clock, retrying(3))
    await tell(clock)
    await settle(clock, delivered())
    await tell(clock)
    clock.move(minutes=5)
    await settle(clock, retrying(3))
    assert await to_tell(clock) == 0
    clock.move(minutes=55)
    assert await to_tell(clock) == 1
    await settle(clock, delivered())
    assert await to_tell(clock) == 1


async def test_what_came_and_went_before_it_was_told_is_told_to_nobody(
    db: Database, clock: FrozenClock
) -> None:
    await settle(clock, retrying(3))
    await settle(clock, delivered())
    assert await to_tell(clock) == 0
    assert {notice.kind for notice in await rows(Notice)} == {
        NoticeKind.DELIVERY_FAILING,
        NoticeKind.DELIVERY_RECOVERED,
    }


async def test_what_goes_on_is_told_again_after_a_day(db: Database, clock: FrozenClock) -> None:
    await settle(clock, given_up())
    await tell(clock)
    clock.move(hours=23)
    await settle(clock, given_up())
    assert await to_tell(clock) == 0
    clock.move(hours=2)
    assert await to_tell(clock) == 0
    await settle(clock, given_up())
    assert await to_tell(clock) == 1


@pytest.mark.parametrize("reason", PauseReason)
async def test_a_pause_is_open_until_the_postback_is_resumed(
    db: Database, clock: FrozenClock, reason: PauseReason
) -> None:
    pause = {"postback_id": "pb_1", "why": Pause(reason, message="410"), "now": clock()}
    await database.write(outcomes.record_paused, **pause)
    (notice,) = await notices(NoticeKind.POSTBACK_PAUSED)
    assert (notice.state, notice.data["reason"]) == (NoticeState.OPEN, reason)
    await tell(clock)
    await database.write(outcomes.record_resumed, postback_id="pb_1", now=clock())
    await database.write(outcomes.record_resumed, postback_id="pb_1", now=clock())
    (notice,) = await notices(NoticeKind.POSTBACK_PAUSED)
    assert (notice.state, notice.tell_at) == (NoticeState.RESOLVED, clock())
    # Paused again, it is told again: somebody resumed it, and that was no good.
    await database.write(outcomes.record_paused, **pause)
    assert len(await notices(NoticeKind.POSTBACK_PAUSED)) == 2


async def test_what_is_undone_records_nothing(db: Database, clock: FrozenClock) -> None:
    def broken(session: Session) -> None:
        outcomes.record_outcomes(session, [given_up()], now=clock())
        raise LookupError

    with pytest.raises(LookupError):
        await database.write(broken)
    assert await rows(Notice) == []


async def to_tell(clock: FrozenClock) -> int:
    """Return how many notices the channels would now be told of, and tell them."""
    found: list[Notice] = await rows(Notice)
    due = [row for row in found if row.tell_at is not None and row.tell_at <= clock()]
    await tell(clock)
    return len(due)
