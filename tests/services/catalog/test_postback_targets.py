"""A URL that leads to a forbidden address is refused by its field, and nothing of it is stored."""

from collections.abc import AsyncIterator, Iterable

import pytest

from models.words import PostbackLevel
from services.actor import Actor
from services.catalog import event_types, postbacks
from services.catalog.postbacks import Owner, PostbackRow
from services.database import close_database, open_database
from services.errors import InvalidInput
from services.target_guard import Resolver
from tests.conftest import MakeSettings
from tests.factories import public_addresses
from tests.forbidden_targets import (
    ALL_RANGES,
    MISLEADING_URLS,
    PRIZES,
    addresses_of,
    edges,
    spellings,
)
from tests.packets import watching

SALE = Owner(PostbackLevel.EVENT, "sale")
URL = "https://partner.example/pb?tid={transaction_id}"


class Names:
    """A resolver whose answer the test changes."""

    def __init__(self) -> None:
        self.answer: list[str] = []
        self.asked = 0

    async def __call__(self, _host: str, _port: int) -> list[str]:
        self.asked += 1
        return self.answer


@pytest.fixture
async def kept(make_settings: MakeSettings, actor: Actor) -> AsyncIterator[PostbackRow]:
    """Return the one postback of an installation that lets no range through."""
    open_database(make_settings(allow_targets=""))
    await event_types.create(actor, {"name": "sale"})
    yield await postbacks.create(actor, SALE, {"url": URL}, resolver=public_addresses)
    close_database()


async def assert_refused(actor: Actor, kept: PostbackRow, url: str, names: Resolver) -> None:
    data = {"url": url}
    with pytest.raises(InvalidInput) as created:
        await postbacks.create(actor, SALE, data, resolver=names)
    with pytest.raises(InvalidInput) as changed:
        await postbacks.update(actor, kept.id, data, resolver=names)
    for refused in (created, changed):
        assert list(refused.value.fields) == ["url"], url


@pytest.mark.parametrize(
    "urls",
    [
        [f"http://{host}:8000/pb" for one in PRIZES for host in spellings(one)],
        [
            f"http://{spellings(one)[0]}/pb?tid={{lead_id}}"
            for network in ALL_RANGES
            for one in edges(network)
        ],
        [url.format(port=8000) for url in MISLEADING_URLS],
    ],
    ids=["spellings", "ranges", "misleading"],
)
async def test_no_spelling_of_a_forbidden_address_can_be_saved(
    kept: PostbackRow, actor: Actor, urls: Iterable[str]
) -> None:
    names = Names()
    with watching() as seen:
        for url in urls:
            await assert_refused(actor, kept, url, names)
    assert await postbacks.list_for(actor, SALE) == [kept]
    assert (names.asked, seen.dialled, seen.looked_up) == (0, [], [])


async def test_no_name_that_leads_to_a_forbidden_address_can_be_saved(
    kept: PostbackRow, actor: Actor
) -> None:
    names = Names()
    with watching() as seen:
        for address in (one for network in ALL_RANGES for one in addresses_of(network)):
            names.answer = ["93.184.216.34", address]
            await assert_refused(actor, kept, URL, names)
    assert await postbacks.list_for(actor, SALE) == [kept]
    assert (seen.dialled, seen.looked_up) == ([], [])
