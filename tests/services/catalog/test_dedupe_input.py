"""When an event fires again: how it is said, in a word, a window or by the switch."""

import pytest

from models.words import DedupeMode
from services.actor import Actor
from services.catalog import event_types
from services.database import Database
from services.errors import InvalidInput


async def refused(actor: Actor, data: dict[str, object]) -> dict[str, str]:
    with pytest.raises(InvalidInput) as error:
        await event_types.create(actor, data)
    return error.value.fields


@pytest.mark.parametrize(
    ("given", "mode", "minutes"),
    [
        ({"multi_trigger": True}, DedupeMode.ALLOW_ALL, None),
        ({"multi_trigger": False}, DedupeMode.ONCE_PER_LEAD, None),
        ({"dedupe": "allow_all"}, DedupeMode.ALLOW_ALL, None),
        ({"dedupe": "once_per_order"}, DedupeMode.ONCE_PER_ORDER, None),
        ({"dedupe": "once_per_order", "multi_trigger": True}, DedupeMode.ONCE_PER_ORDER, None),
        ({"dedupe": "once_per_lead", "multi_trigger": False}, DedupeMode.ONCE_PER_LEAD, None),
        ({"dedupe": {"window_minutes": 1}}, DedupeMode.WINDOW, 1),
        (
            {"dedupe": {"window_minutes": 525_600}, "multi_trigger": True},
            DedupeMode.WINDOW,
            525_600,
        ),
        ({"dedupe": None, "multi_trigger": None}, DedupeMode.ONCE_PER_LEAD, None),
    ],
)
async def test_multi_trigger_and_dedupe_say_the_same_thing(
    db: Database,
    actor: Actor,
    given: dict[str, object],
    mode: DedupeMode,
    minutes: int | None,
) -> None:
    row = await event_types.create(actor, {"name": "sale", **given})
    assert (row.dedupe, row.dedupe_window_minutes) == (mode, minutes)
    assert row.multi_trigger is (mode is not DedupeMode.ONCE_PER_LEAD)


async def test_the_mode_stays_until_it_is_changed_and_a_window_takes_its_minutes_along(
    db: Database, actor: Actor
) -> None:
    await event_types.create(actor, {"name": "sale", "dedupe": {"window_minutes": 30}})
    for changes in ({"description": "x"}, {"dedupe": None}, {"multi_trigger": None}):
        row = await event_types.update(actor, "sale", changes)
        assert (row.dedupe, row.dedupe_window_minutes) == (DedupeMode.WINDOW, 30)
    copy = await event_types.clone(actor, "sale")
    assert (copy.dedupe, copy.dedupe_window_minutes) == (DedupeMode.WINDOW, 30)
    row = await event_types.update(actor, "sale", {"dedupe": {"window_minutes": 60}})
    assert row.dedupe_window_minutes == 60
    row = await event_types.update(actor, "sale", {"multi_trigger": True})
    assert (row.dedupe, row.dedupe_window_minutes) == (DedupeMode.ALLOW_ALL, None)
    row = await event_types.update(actor, "sale", {"multi_trigger": False})
    assert row.dedupe is DedupeMode.ONCE_PER_LEAD


@pytest.mark.parametrize(
    "dedupe",
    [
        "sometimes",
        "window",
        "",
        30,
        True,
        [],
        {},
        {"window_minutes": 0},
        {"window_minutes": 525_601},
        {"window_minutes": 1.5},
        {"window_minutes": "30"},
        {"window_minutes": True},
        {"window_minutes": None},
        {"window_minutes": 30, "unit": "h"},
        {"minutes": 30},
    ],
)
async def test_no_other_way_of_saying_it_is_understood(
    db: Database, actor: Actor, dedupe: object
) -> None:
    problems = await refused(actor, {"name": "sale", "dedupe": dedupe})
    assert set(problems) == {"dedupe"}
    assert "once_per_order" in problems["dedupe"]
    assert "525,600" in problems["dedupe"]


@pytest.mark.parametrize(
    "contradiction",
    [
        {"multi_trigger": True, "dedupe": "once_per_lead"},
        {"multi_trigger": False, "dedupe": "allow_all"},
        {"multi_trigger": False, "dedupe": {"window_minutes": 5}},
    ],
)
async def test_multi_trigger_and_dedupe_may_not_contradict_each_other(
    db: Database, actor: Actor, contradiction: dict[str, object]
) -> None:
    assert set(await refused(actor, {"name": "sale", **contradiction})) == {"dedupe"}
    await event_types.create(actor, {"name": "sale"})
    with pytest.raises(InvalidInput):
        await event_types.update(actor, "sale", contradiction)
