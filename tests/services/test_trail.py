"""Everything that somebody can change leaves one entry of the audit, and nothing else does."""

import ast
import inspect
import pkgutil
from collections.abc import Awaitable
from dataclasses import replace
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from models import AuditEntry, Delivery
from models.words import AuditAction, AuditSubject, KeyScope, NoticeKind, PauseReason, Source
from services import bulk_jobs, catalog, database, delivery, inbox, intake, notices, resending
from services.actor import SYSTEM, Actor
from services.bulk_jobs.kind import Kind
from services.catalog import campaigns, event_types, postbacks
from services.database import Database
from services.delivery import holding, test_receiver
from services.errors import AppError, NotAllowed
from services.intake import leads, recording
from services.notices import channel_trial
from services.notices.outcomes import Pause
from services.notices.post import SendResult, SignedCall
from services.notices.recording import record
from tests.factories import START, FrozenClock, program, public_addresses
from tests.services.trail_story import SALE, STORY, URL, Deed, Made

PACKAGES = (bulk_jobs, catalog, inbox, intake, delivery, notices, resending)
# Asked for with `Right.READ` by way of a rule that several nouns share.
READERS = {
    f"{noun}.{name}" for noun in ("campaigns", "affiliates") for name in ("get", "list_page")
} | {f"reach.require_{what}" for what in ("campaign", "event", "place")}
# What leaves no entry, and why.
UNAUDITED = {
    "incoming.record_incoming": "the incoming log is its record",
    "recording.record_batch": "the incoming log is its record",
    "trial.send_test": "a test counts nowhere",
    "jobs.preview": "it only counts",
    "bulk_resends.preview": "it only counts",
    "by_hand.preview": "it is taken back",
}


def test_the_story_names_every_service_that_changes_something() -> None:
    told = {deed.name for deed in STORY}
    changing = {
        f"{module.__name__.rpartition('.')[2]}.{name}"
        for package in PACKAGES
        for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
        for module in (import_module(info.name),)
        for name in commands_of(module)
    }
    assert changing - READERS - UNAUDITED.keys() == told
    assert READERS | UNAUDITED.keys() <= changing


def test_the_story_tells_of_every_kind_of_bulk_job() -> None:
    kinds = {
        id(value)
        for package in PACKAGES
        for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
        for value in vars(import_module(info.name)).values()
        if isinstance(value, Kind)
    }
    assert {id(deed.given({})[0]) for deed in STORY if deed.name == "jobs.start"} == kinds


def test_only_one_place_tells_that_definitions_have_changed() -> None:
    telling = {
        info.name.rpartition(".")[2]
        for info in pkgutil.iter_modules(catalog.__path__, f"{catalog.__name__}.")
        if "touch(" in inspect.getsource(import_module(info.name))
    }
    assert telling == {"versions"}


def commands_of(module: ModuleType) -> list[str]:
    """Return the public async functions on somebody's behalf that need more than to read."""
    return [
        node.name
        for node in ast.parse(inspect.getsource(module)).body
        if isinstance(node, ast.AsyncFunctionDef)
        and not node.name.startswith("_")
        and node.args.args
        and node.args.args[0].arg == "actor"
        and "actor.require(Right.READ" not in ast.unparse(node)
    ]


async def test_every_change_leaves_one_entry_and_what_changes_nothing_leaves_none(
    db: Database, owner: Actor, clock: FrozenClock
) -> None:
    async def sent(_: SignedCall) -> SendResult:
        return SendResult(succeeded=True, message="", duration_ms=1)

    channel_trial.set_post(sent)
    made: Made = {}
    asked = replace(owner, address="192.0.2.7")
    nobody = replace(owner, rights=frozenset())
    for deed in STORY:
        await prepare(deed, made, clock)
        before = len(await entries())
        with pytest.raises(NotAllowed) if deed.function != "record_event" else no_check():
            await run(deed, nobody, made, clock)
        assert len(await entries()) == before, f"{deed.name} was refused"
        made |= {deed.keep: await run(deed, asked, made, clock)} if deed.keep else {}
        if not deed.keep:
            await run(deed, asked, made, clock)
        left = (await entries())[before:]
        assert sorted(map(said, left)) == sorted(deed.leaves), deed.name
        assert {(row.actor_id, row.address, row.at) for row in left} == {
            (owner.id, "192.0.2.7", clock())
        }, deed.name
        try:
            await run(deed, asked, made, clock)
        except AppError:
            assert not deed.again, deed.name
        repeated = (await entries())[before + len(left) :]
        assert bool(repeated) == bool(deed.again), f"{deed.name} once more"
    assert secrets_in(await entries(), made["in"].key) == set()


async def prepare(deed: Deed, made: Made, clock: FrozenClock) -> None:
    """Bring about what no command makes: time that passes, a delivery, a call, a notice."""
    clock.move(seconds=10)
    if deed.name == "outbox.resend":
        made["delivery"] = (await database.read(lambda s: s.scalars(select(Delivery)).first())).id  # type: ignore[union-attr]
    elif deed.keep == "rsd":
        failed = text("UPDATE delivery SET status = 'failed', due_at = NULL")
        await database.write(lambda session: session.execute(failed).close())
    elif deed.name.startswith("by_hand."):
        about = {"event": "sale", "transaction_id": "t-404", "fields": {"colour": "red"}}
        call = program(KeyScope.WRITE), about
        refused = await recording.record_event(*call, source=Source.API, clock=clock)
        made["sub"] = refused.submission_id  # type: ignore[union-attr]
        if "lead_id" in deed.more:
            deed.more["lead_id"] = made["ld"].lead.id
    elif deed.name == "test_receiver.clear":
        await test_receiver.receive(
            "mine", method="GET", target="/", headers=(), body=b"", answered=200
        )
    elif deed.name == "closing.close":
        data = {"reason": "exhausted"}
        kind = NoticeKind.DELIVERY_FAILED
        await database.write(record, kind, subject_id=made["pb"].id, data=data, now=clock())
        made["notice"] = await database.read(
            lambda s: s.execute(
                text("SELECT id FROM notice WHERE kind = 'delivery.failed'")
            ).scalar()
        )


class no_check:  # noqa: N801 - stands where `pytest.raises` does
    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...


def run(deed: Deed, actor: Actor, made: Made, clock: FrozenClock) -> Awaitable[Any]:
    call = getattr(deed.service, deed.function)
    more = dict(deed.more)
    if deed.service is postbacks and deed.function != "archive":
        more["resolver"] = public_addresses
    return call(actor, *deed.given(made), clock=clock, **more)  # type: ignore[no-any-return]


async def entries() -> list[AuditEntry]:
    statement = select(AuditEntry).order_by(col(AuditEntry.id))
    return await database.read(lambda session: list(session.scalars(statement)))


def said(row: AuditEntry) -> str:
    """Return an entry in short; of an id only what it begins with."""
    is_id = len(row.subject_key.rpartition("_")[2]) > 20
    key = row.subject_key.partition("_")[0] if is_id else row.subject_key
    return f"{row.action} {row.subject} {key}"


def secrets_in(rows: list[AuditEntry], key: str) -> set[str]:
    """Return what must stand nowhere in the audit and does."""
    written = "\n".join(f"{row.before} {row.after}" for row in rows)
    told = (
        "ann@example.com",
        "555 0132",
        "greenish",
        "reddish",
        "'abc'",
        "hooks/secret",
        "whsec_",
        key,
    )
    return {word for word in told if word in written}


async def test_an_entry_says_what_differs_and_of_a_secret_only_that_it_does(
    db: Database, owner: Actor
) -> None:
    await event_types.create(owner, {"name": "sale"})
    row = await postbacks.create(
        owner, SALE, {"url": URL, "secrets": {"a": "1", "b": "2"}}, resolver=public_addresses
    )
    changes = {"method": "POST", "secrets": {"a": "other", "b": "2", "c": "3"}}
    await postbacks.update(owner, row.id, changes, resolver=public_addresses)
    changed = (await entries())[-1]
    assert changed.before == {"method": "GET", "secrets.a": "••••••", "secrets.c": None}
    assert changed.after == {
        "method": "POST",
        "secrets.a": "•••••• (changed)",
        "secrets.c": "••••••",
    }
    assert (changed.subject_key, changed.subject_name) == (row.id, "sale")


async def test_a_pause_that_nobody_ordered_is_the_systems(db: Database, owner: Actor) -> None:
    await event_types.create(owner, {"name": "sale"})
    row = await postbacks.create(owner, SALE, {"url": URL}, resolver=public_addresses)
    why = Pause(PauseReason.GONE, message="410 Gone")
    await database.write(holding.mark_paused, row.id, actor=SYSTEM, why=why, now=START)
    paused = (await entries())[-1]
    assert (paused.actor_id, paused.action) == ("system", AuditAction.PAUSED)
    assert paused.after == {"reason": "gone", "message": "410 Gone"}


async def test_what_programs_bring_is_left_to_the_incoming_log(
    db: Database, owner: Actor, program: Actor
) -> None:
    await campaigns.create(owner, {"key": "auto", "name": "Auto"})
    await event_types.create(owner, {"name": "sale"})
    known = len(await entries())
    made = await leads.create(program, {"campaign": "auto", "transaction_id": "t-1"})
    await recording.record_event(
        program, {"event": "sale", "transaction_id": "t-1"}, source=Source.API
    )
    assert len(await entries()) == known
    await leads.update_details(program, made.lead.id, {"first_name": "Ann"})
    changed = (await entries())[-1]
    assert (changed.subject, changed.actor_id) == (AuditSubject.LEAD, program.id)
    assert (changed.before, changed.after) == ({"first_name": None}, {"first_name": "••••••"})
