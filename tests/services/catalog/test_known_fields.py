"""Which custom fields the macro picker of a postback offers."""

import pytest

from models.words import PostbackLevel
from services.actor import Actor
from services.catalog import affiliates, campaigns, custom_fields, event_types
from services.catalog.known_fields import KnownField, known_fields
from services.catalog.postbacks import Owner
from services.database import Database
from services.errors import NotFound

SALE = Owner(PostbackLevel.EVENT, "sale")
AUTO = Owner(PostbackLevel.CAMPAIGN, "auto")
NORTH = Owner(PostbackLevel.AFFILIATE, "north")


@pytest.fixture(autouse=True)
async def definitions(db: Database, actor: Actor) -> None:
    for key in ("auto", "solar"):
        await campaigns.create(actor, {"key": key, "name": key.title()})
    await affiliates.create(actor, {"key": "north", "name": "North"})
    for name in ("sale", "signup"):
        await event_types.create(actor, {"name": name})
    await add(actor, "auto", "sale", "policy_no")
    await add(actor, "solar", "sale", "policy_no", example="P-7")
    await add(actor, "solar", "sale", "roof")
    await add(actor, "auto", "signup", "plan")


async def add(actor: Actor, campaign: str, event: str, name: str, *, example: str = "") -> None:
    data = {"name": name, "type": "text", "example": example}
    await custom_fields.create(actor, campaign, event, data)


async def names(actor: Actor, owner: Owner, *, campaign: str | None = None) -> list[str]:
    return [field.name for field in await known_fields(actor, owner, campaign=campaign)]


async def test_a_name_in_several_campaigns_is_one_field_with_its_places(actor: Actor) -> None:
    found = await known_fields(actor, SALE)
    assert found[0] == KnownField("policy_no", ("sale",), ("auto", "solar"), "P-7")


@pytest.mark.parametrize(
    ("whose", "campaign", "expected"),
    [
        (SALE, None, ["policy_no", "roof"]),
        (SALE, "auto", ["policy_no"]),
        (AUTO, None, ["plan", "policy_no"]),
        (NORTH, None, ["plan", "policy_no", "roof"]),
        (NORTH, "solar", ["policy_no", "roof"]),
    ],
)
async def test_an_owner_and_a_campaign_leave_their_own_fields(
    whose: Owner, campaign: str | None, expected: list[str], actor: Actor
) -> None:
    assert await names(actor, whose, campaign=campaign) == expected


async def test_what_is_archived_offers_nothing(actor: Actor) -> None:
    await event_types.archive(actor, "signup")
    await campaigns.archive(actor, "solar")
    assert await names(actor, NORTH) == ["policy_no"]


async def test_an_owner_that_does_not_exist_is_not_found(actor: Actor) -> None:
    with pytest.raises(NotFound):
        await known_fields(actor, Owner(PostbackLevel.EVENT, "nope"))
