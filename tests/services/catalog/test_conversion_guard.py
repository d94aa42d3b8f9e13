"""The conversion guard: a second conversion event in a campaign is allowed, and told."""

import pytest

from services.actor import Actor
from services.catalog import campaign_events, campaigns, event_lists, event_types
from services.catalog.conversion_guard import (
    ConversionOverlap,
    conversion_overlaps,
    overlap_warning,
)
from services.database import Database
from services.errors import NotFound


@pytest.fixture(autouse=True)
async def definitions(db: Database, actor: Actor) -> None:
    for key in ("auto", "solar"):
        await campaigns.create(actor, {"key": key, "name": key.title()})
    await event_types.create(actor, {"name": "sale", "is_conversion": True})
    await event_types.create(actor, {"name": "qualified"})


AUTO = ConversionOverlap("auto", "Auto", ("sale",))
SOLAR = ConversionOverlap("solar", "Solar", ("sale",))


async def test_one_conversion_event_overlaps_with_nothing(actor: Actor) -> None:
    assert await conversion_overlaps(actor, "sale") == []


async def test_a_second_one_is_told_before_and_after_it_is_switched_on(actor: Actor) -> None:
    assert await conversion_overlaps(actor, "qualified") == [AUTO, SOLAR]
    assert await conversion_overlaps(actor, "qualified", campaign_key="solar") == [SOLAR]
    await event_types.update(actor, "qualified", {"is_conversion": True})
    assert await conversion_overlaps(actor, "qualified") == [AUTO, SOLAR]
    assert [each.others for each in await conversion_overlaps(actor, "sale")] == [
        ("qualified",),
        ("qualified",),
    ]


async def test_only_events_in_force_overlap(actor: Actor) -> None:
    await campaign_events.put(actor, "auto", "sale", {"enabled": False})
    assert await conversion_overlaps(actor, "qualified") == [SOLAR]
    await campaign_events.put(actor, "solar", "qualified", {"enabled": False})
    assert await conversion_overlaps(actor, "qualified") == []
    await event_types.create(
        actor, {"name": "funded", "is_conversion": True, "available_everywhere": False}
    )
    assert await conversion_overlaps(actor, "funded") == []
    await event_lists.create(
        actor, {"name": "All", "events": ["funded"], "campaigns": ["auto", "solar"]}
    )
    assert await conversion_overlaps(actor, "funded") == [SOLAR]


async def test_overrides_of_the_flag_decide_in_their_campaign(actor: Actor) -> None:
    await campaign_events.put(actor, "auto", "qualified", {"is_conversion": False})
    assert await conversion_overlaps(actor, "qualified") == [SOLAR]
    await campaign_events.put(actor, "solar", "sale", {"is_conversion": False})
    assert await conversion_overlaps(actor, "qualified") == []
    await campaign_events.put(actor, "solar", "qualified", {"is_conversion": True})
    assert await conversion_overlaps(actor, "sale") == []
    await campaign_events.clear(actor, "solar", "sale")
    found = await conversion_overlaps(actor, "sale")
    assert found == [ConversionOverlap("solar", "Solar", ("qualified",))]


async def test_what_is_archived_overlaps_with_nothing(actor: Actor) -> None:
    await campaigns.archive(actor, "auto")
    assert await conversion_overlaps(actor, "qualified") == [SOLAR]
    await event_types.archive(actor, "qualified")
    assert await conversion_overlaps(actor, "qualified") == []
    await event_types.restore(actor, "qualified")
    await event_types.archive(actor, "sale")
    assert await conversion_overlaps(actor, "qualified") == []


async def test_unknown_names_are_not_found(actor: Actor) -> None:
    with pytest.raises(NotFound):
        await conversion_overlaps(actor, "none")
    with pytest.raises(NotFound):
        await conversion_overlaps(actor, "sale", campaign_key="none")


@pytest.mark.parametrize(
    ("overlaps", "start"),
    [
        ([], ""),
        ([AUTO], "“sale” counts as a conversion in Auto too."),
        ([AUTO, SOLAR], "“sale” counts as a conversion in Auto and Solar too."),
        (
            [AUTO, ConversionOverlap("b", "B", ("funded", "sale"))],
            "“funded” and “sale” count as a conversion in Auto and B too.",
        ),
        (
            [ConversionOverlap(key, key.upper(), ("sale",)) for key in "abcde"],
            "“sale” counts as a conversion in A, B, C and 2 more too.",
        ),
    ],
)
def test_the_warning_is_one_sentence_about_all_of_them(
    overlaps: list[ConversionOverlap], start: str
) -> None:
    warning = overlap_warning(overlaps)
    assert warning.startswith(start)
    assert bool(warning) == bool(overlaps)
