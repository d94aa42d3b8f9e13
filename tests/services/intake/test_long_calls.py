"""Long calls: the event keeps its payload whole, the incoming log its beginning."""

import json

import pytest

from models.words import Source
from services.actor import SYSTEM
from services.catalog import custom_fields
from services.database import Database
from services.intake.contract import Recorded, Refused
from services.intake.recording import record_batch, record_event
from tests.world import World, events, make_world, submissions

KEPT = 16 * 1024


@pytest.fixture
async def world(db: Database) -> World:
    world = await make_world()
    for number in range(20):
        field = {"name": f"f{number}", "type": "text"}
        await custom_fields.create(SYSTEM, world.campaign, world.event, field)
    return world


def long_payload() -> dict[str, object]:
    """Return an event of 80 KB whose characters take four bytes each."""
    fields = {f"f{number}": "😀" * 1_000 for number in range(20)}
    return {"event": "sale", "transaction_id": "t-1", "fields": fields}


async def check(raw: bytes) -> None:
    (event,) = await events()
    assert event.payload == raw.decode()
    (submission,) = await submissions()
    assert submission.body_truncated is (len(raw) > KEPT)
    kept = submission.body.encode()
    assert raw.startswith(kept)
    assert min(len(raw), KEPT) - 3 <= len(kept) <= KEPT


@pytest.mark.parametrize("length", [KEPT, KEPT + 1, 256 * 1024])
async def test_a_body_is_kept_whole_up_to_the_limit_of_a_call(world: World, length: int) -> None:
    raw = b'{"event":"sale","transaction_id":"t-1"}'
    raw += b" " * (length - len(raw))
    assert isinstance(await record_event(SYSTEM, raw, source=Source.API), Recorded)
    await check(raw)


async def test_so_are_characters_of_many_bytes(world: World) -> None:
    raw = json.dumps(long_payload(), ensure_ascii=False).encode()
    assert isinstance(await record_event(SYSTEM, raw, source=Source.API), Recorded)
    await check(raw)


async def test_so_is_a_row_of_a_batch(world: World) -> None:
    batch = json.dumps({"events": [long_payload()]}).encode()
    answers = await record_batch(SYSTEM, batch, source=Source.API)
    assert not isinstance(answers, Refused)
    assert isinstance(answers[0], Recorded)
    await check(json.dumps(long_payload(), ensure_ascii=False).encode())


async def test_a_body_beyond_the_limit_is_logged_as_cut(world: World) -> None:
    await record_event(SYSTEM, b"\xff" * 300_000, source=Source.API)
    (submission,) = await submissions()
    assert submission.body_truncated
