"""What has served its time goes, in small steps; what waits stays, and so do events and leads."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from models import (
    AccountLink,
    Attempt,
    BulkResend,
    Delivery,
    Destination,
    Event,
    Lead,
    RetentionMark,
    SignInThrottle,
    SignInTicket,
    Trial,
    User,
    UserSession,
)
from models.words import (
    BulkStatus,
    DeliveryReason,
    DeliveryStatus,
    LinkKind,
    Method,
    Outcome,
    Role,
)
from services.actor import Actor
from services.database import Database
from services.delivery import outbox
from services.errors import Conflict
from services.identifiers import first_id
from services.retention import batches, bodies, deliveries, pruning
from services.retention.pruning import Pruned, Retention
from services.settings import Settings
from tests.factories import START
from tests.services.reporting.rows import Rows
from tests.world import attempts, rows

DAY = timedelta(days=1)
KEPT = Retention(delivered_days=30, bodies_days=7, failed_days=90)


class History:
    """Writes deliveries of the past, each of an event of its own with its attempts."""

    def __init__(self, made: Rows) -> None:
        self.made = made
        self.sale = made.event_type()
        self.lead = made.lead(made.campaign())
        self.postback = made.postback(self.sale)

    def delivery(self, status: DeliveryStatus, *tried: float, days: float, **changes: Any) -> str:
        """Store one made `days` ago, with an attempt at each of the days in `tried`."""
        at = START - days * DAY
        event = self.made.event(
            self.sale, self.lead, at=at, delivery_status=status, response_code=200, deliveries=1
        )
        values = {"attempts": len(tried), "response_code": 200, **changes}
        delivery = self.made.delivery(event, self.postback, status=status, **values)
        for number, each in enumerate(tried, start=1):
            self.made.attempt(
                delivery,
                number,
                id=first_id("att", START - each * DAY)[:-4] + f"{self.made_number():04d}",
                started_at=START - each * DAY,
                response_body="thank you",
                response_headers=[["server", "x"]],
                outcome=Outcome.SUCCEEDED,
            )
        return delivery.id

    def made_number(self) -> int:
        return len(self.made.session.exec(select(Attempt.id)).all())


async def prune(db: Database, kept: Retention = KEPT, *, days: float = 0) -> Pruned:
    return await pruning.prune(db, now=START + days * DAY, retention=kept, pause_seconds=0)


async def left(ids: dict[str, str]) -> set[str]:
    stored = {row.id for row in await rows(Delivery)}
    return {name for name, delivery_id in ids.items() if delivery_id in stored}


async def test_each_kind_is_kept_for_its_own_time(db: Database, settings: Settings) -> None:
    with Rows(settings) as made:
        history = History(made)
        ids = {
            f"{status} {days}": history.delivery(status, days, days=days)
            for status, times in (
                (DeliveryStatus.DELIVERED, (29, 31)),
                (DeliveryStatus.SKIPPED, (29, 31)),
                (DeliveryStatus.FAILED, (89, 91)),
                (DeliveryStatus.CANCELLED, (89, 91)),
            )
            for days in times
        }
        for days in (89, 91):
            held_at = START - days * DAY
            ids[f"held {days}"] = history.delivery(DeliveryStatus.HELD, days=days, held_at=held_at)

    pruned = await prune(db)

    assert await left(ids) == {
        "delivered 29",
        "skipped 29",
        "failed 89",
        "cancelled 89",
        "held 89",
    }
    assert (pruned.deliveries, pruned.attempts) == (5, 4)
    assert len(await attempts()) == 4


async def test_what_waits_is_never_touched_however_old(db: Database, settings: Settings) -> None:
    with Rows(settings) as made:
        history = History(made)
        ids = {
            status.value: history.delivery(status, 400, days=400, due_at=due_at)
            for status, due_at in (
                (DeliveryStatus.PENDING, START),
                (DeliveryStatus.RETRYING, START),
                (DeliveryStatus.SENDING, None),
            )
        }

    assert await prune(db) == Pruned()
    assert await left(ids) == set(ids)
    assert {row.response_body for row in await attempts()} == {"thank you"}


async def test_the_time_begins_with_the_last_try_and_with_the_hold(
    db: Database, settings: Settings
) -> None:
    with Rows(settings) as made:
        history = History(made)
        ids = {
            "resent lately": history.delivery(DeliveryStatus.DELIVERED, 400, 5, days=400),
            "resent long ago": history.delivery(DeliveryStatus.DELIVERED, 400, 40, days=400),
            "never tried": history.delivery(
                DeliveryStatus.FAILED, days=100, reason=DeliveryReason.BLOCKED
            ),
            "held lately": history.delivery(
                DeliveryStatus.HELD, 100, days=100, held_at=START - DAY
            ),
        }

    await prune(db)

    assert await left(ids) == {"resent lately", "held lately"}


async def test_an_event_keeps_its_status_and_its_last_code(
    db: Database, settings: Settings
) -> None:
    with Rows(settings) as made:
        History(made).delivery(DeliveryStatus.DELIVERED, 31, days=31)

    await prune(db)

    (event,) = await rows(Event)
    assert await rows(Delivery) == []
    assert (event.delivery_status, event.response_code, event.deliveries) == (
        DeliveryStatus.DELIVERED,
        200,
        1,
    )
    assert len(await rows(Lead)) == 1


async def test_one_sent_again_between_look_and_removal_stays(
    db: Database, settings: Settings, owner: Actor
) -> None:
    with Rows(settings) as made:
        history = History(made)
        resent = history.delivery(DeliveryStatus.FAILED, 91, days=91)
        tried = history.delivery(DeliveryStatus.FAILED, 91, days=91)
    before = START - 90 * DAY
    found = await db.read(deliveries.find, DeliveryStatus.FAILED, before=before, after=None)
    assert {due.delivery_id for due in found.due} == {resent, tried}
    await outbox.resend(owner, resent)
    with Rows(settings) as made:
        made.attempt(made.session.get_one(Delivery, tried), 2, started_at=START)

    removed = await db.write(
        deliveries.remove, [resent, tried], DeliveryStatus.FAILED, before=before
    )

    assert removed == (0, 0)


# Bodies


async def test_bodies_of_what_arrived_go_after_a_week_and_the_rest_stays(
    db: Database, settings: Settings
) -> None:
    post = {"method": Method.POST, "body": '{"amount": 1}'}
    with Rows(settings) as made:
        history = History(made)
        old = history.delivery(DeliveryStatus.DELIVERED, 8.1, 8, days=9, **post)
        young = history.delivery(DeliveryStatus.DELIVERED, 6, days=9, **post)
        failed = history.delivery(DeliveryStatus.FAILED, 8, days=9, **post)

    assert (await prune(db)).emptied == 1

    found = {row.id: row for row in await rows(Delivery)}
    assert (found[old].body, found[old].emptied_at) == (None, START)
    assert found[old].url == "https://partner.example/in?tid=t-1"
    assert found[young].body == found[failed].body == '{"amount": 1}'
    assert found[young].emptied_at is None
    for attempt in await attempts():
        is_emptied = attempt.delivery_id == old
        assert (attempt.response_body == "", attempt.response_headers == []) == (
            is_emptied,
            is_emptied,
        )
        assert attempt.status_code == 200


async def test_a_second_run_goes_on_where_the_first_one_ended(
    db: Database, settings: Settings
) -> None:
    with Rows(settings) as made:
        history = History(made)
        history.delivery(DeliveryStatus.DELIVERED, 8, days=9)
        later = history.delivery(DeliveryStatus.RETRYING, 8, days=9, due_at=START)

    assert [(await prune(db)).emptied, (await prune(db)).emptied] == [1, 0]
    with Rows(settings) as made:
        # It arrives at last, long after the walk has passed its first try.
        row = made.session.get_one(Delivery, later)
        row.status, row.due_at, row.attempts = DeliveryStatus.DELIVERED, None, 2
        made.attempt(row, 2, id=first_id("att", START), response_body="at last")
    assert (await prune(db, days=6.9)).emptied == 0
    assert (await prune(db, days=7.1)).emptied == 1
    assert {row.response_body for row in await attempts()} == {""}
    (mark,) = await rows(RetentionMark)
    assert mark.mark == first_id("att", START)


async def test_one_sent_again_between_look_and_emptying_keeps_its_bodies(
    db: Database, settings: Settings, owner: Actor
) -> None:
    with Rows(settings) as made:
        history = History(made)
        resent = history.delivery(DeliveryStatus.DELIVERED, 8, days=9)
        tried = history.delivery(DeliveryStatus.DELIVERED, 8, days=9)
    end = bodies.end_of(START - 7 * DAY)
    found = await db.read(bodies.find, after="", end=end)
    assert found is not None
    assert {due.delivery_id for due in found.due} == {resent, tried}
    await outbox.resend(owner, resent)
    with Rows(settings) as made:
        made.attempt(made.session.get_one(Delivery, tried), 2, id=first_id("att", START))

    assert await db.write(bodies.empty, [resent, tried], end=end, now=START) == 0


async def test_a_request_whose_body_is_gone_cannot_be_sent_again_and_a_get_can(
    db: Database, settings: Settings, owner: Actor
) -> None:
    with Rows(settings) as made:
        history = History(made)
        post = history.delivery(DeliveryStatus.DELIVERED, 8, days=9, method=Method.POST, body="x")
        get = history.delivery(DeliveryStatus.DELIVERED, 8, days=9)
    await prune(db)

    with pytest.raises(Conflict, match="left with retention"):
        await outbox.resend(owner, post)
    await outbox.resend(owner, get)


# Settings, steps and small things


async def test_nothing_days_means_for_ever(db: Database, settings: Settings) -> None:
    with Rows(settings) as made:
        history = History(made)
        history.delivery(DeliveryStatus.DELIVERED, 4_000, days=4_000)
        history.delivery(DeliveryStatus.FAILED, 4_000, days=4_000)

    assert await prune(db, Retention(0, 0, 0)) == Pruned()


async def test_without_a_word_the_administrators_settings_hold(
    db: Database, settings: Settings
) -> None:
    assert Retention.of(settings) == KEPT
    with Rows(settings) as made:
        History(made).delivery(DeliveryStatus.DELIVERED, 31, days=31)

    assert (await pruning.prune(db, now=START, pause_seconds=0)).deliveries == 1


async def test_a_unit_of_work_touches_500_rows_at_most(
    db: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "ROWS", 5)
    removed: list[int] = []
    real = deliveries.remove

    def noted(session: Session, *given: Any, **named: Any) -> tuple[int, int]:
        result = real(session, *given, **named)
        removed.append(sum(result))
        return result

    monkeypatch.setattr(deliveries, "remove", noted)
    with Rows(settings) as made:
        history = History(made)
        for _ in range(4):
            history.delivery(DeliveryStatus.DELIVERED, 31, days=31)
        # One alone may have more.
        history.delivery(DeliveryStatus.DELIVERED, *([31] * 8), days=31)

    pruned = await prune(db)

    assert (pruned.deliveries, pruned.attempts) == (5, 12)
    assert removed == [4, 4, 9]


async def test_small_tables_are_kept_small(db: Database, settings: Settings) -> None:
    with Rows(settings) as made:
        made.destination("https://old.example:443", updated_at=START - 31 * DAY)
        made.destination("https://new.example:443", updated_at=START - DAY)
        for days in (91, 92, 95):
            made.trial().tried_at = START - days * DAY
        user = User(id="usr_1", email="a@b.c", password_hash="x", role=Role.OWNER, created_at=START)
        made.session.add(user)
        made.session.flush()
        for name, expires_at in (("over", START - DAY), ("good", START + DAY)):
            made.session.add(SignInTicket(ticket_hash=name, user_id=user.id, expires_at=expires_at))
            made.session.add(
                UserSession(
                    token_hash=name,
                    id=f"ses_{name}",
                    user_id=user.id,
                    created_at=START,
                    last_seen_at=START,
                    expires_at=expires_at,
                )
            )
            made.session.add(
                AccountLink(
                    token_hash=name,
                    kind=LinkKind.RESET,
                    email="a@b.c",
                    made_by="a@b.c",
                    created_at=START,
                    expires_at=expires_at,
                )
            )
            made.session.add(SignInThrottle(name=name, failures=1, last_failed_at=expires_at))
        for number, status in enumerate((BulkStatus.FINISHED, BulkStatus.RUNNING)):
            made.session.add(
                BulkResend(
                    id=f"rsd_{number}",
                    status=status,
                    filter={},
                    total=1,
                    total_is_complete=True,
                    actor_id="usr_1",
                    actor_name="a@b.c",
                    created_at=START - 91 * DAY,
                    ended_at=START - 91 * DAY if number == 0 else None,
                )
            )

    pruned = await prune(db)

    assert [row.name for row in await rows(Destination)] == ["https://new.example:443"]
    # The newest Send Test stays: the checklist asks whether there ever was one.
    assert [row.tried_at for row in await rows(Trial)] == [START - 91 * DAY]
    assert [row.ticket_hash for row in await rows(SignInTicket)] == ["good"]
    assert [row.token_hash for row in await rows(UserSession)] == ["good"]
    assert [row.token_hash for row in await rows(AccountLink)] == ["good"]
    assert [row.name for row in await rows(SignInThrottle)] == ["good"]
    assert [row.status for row in await rows(BulkResend)] == [BulkStatus.RUNNING]
    assert pruned.others == 1 + 2 + 1 + 1 + 1 + 1 + 1
