"""Finding leads: by what people have at hand, page by page, on both databases."""

import pytest

from services.actor import Actor
from services.catalog import campaigns
from services.database import Database
from services.errors import InvalidInput
from services.intake import leads
from services.paging import PageRequest, encode_cursor
from tests.factories import FrozenClock


@pytest.fixture
async def campaign(db: Database, actor: Actor) -> str:
    await campaigns.create(actor, {"key": "auto-us", "name": "Auto US"})
    return "auto-us"


async def add(actor: Actor, transaction_id: str, clock: FrozenClock, **data: object) -> str:
    clock.move(seconds=1)
    given = {"campaign": "auto-us", "transaction_id": transaction_id, **data}
    return (await leads.create(actor, given, clock=clock)).lead.id


async def found(actor: Actor, q: str, **how: str) -> list[str]:
    page = await leads.list_page(actor, PageRequest(), q=q, **how)
    return [row.transaction_id for row in page.items]


@pytest.fixture
async def people(campaign: str, actor: Actor, clock: FrozenClock) -> dict[str, str]:
    details: dict[str, dict[str, object]] = {
        "ann": {"first_name": "Ann", "last_name": "O'Neil", "email": "Ann.ONeil@Example.com"},
        "anna": {"first_name": "Änne", "last_name": "Jäger", "phone": "+49 30 555-0199"},
        "bob": {"first_name": "Bob", "last_name": "Annan", "phone": "(202) 555-0143"},
        "%": {"first_name": "100%", "last_name": "_", "email": "percent@example.com"},
    }
    return {name: await add(actor, name, clock, **given) for name, given in details.items()}


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("ann.oneil@example.com", ["ann"]),
        ("ANN.O", ["ann"]),
        ("oneil@", []),
        ("ann o'n", ["ann"]),
        ("Ann", ["ann"]),
        ("ÄNNE", ["anna"]),
        ("annan", []),
        ("+49 30", ["anna"]),
        ("4930555", ["anna"]),
        ("(202) 555-01", ["bob"]),
        ("202.555", ["bob"]),
        ("100%", ["%"]),
        ("__", []),
        ("a", []),
        ("%", ["%"]),
        ("bob", ["bob"]),
        ("  bob  ", ["bob"]),
        ("bo\x00", []),
        ("bo\ud800", []),
        ("", ["%", "bob", "anna", "ann"]),
    ],
)
async def test_a_search_finds_ids_and_the_beginnings_of_contacts(
    people: dict[str, str], actor: Actor, q: str, expected: list[str]
) -> None:
    assert await found(actor, q) == expected


async def test_a_search_finds_our_own_id_only_whole(people: dict[str, str], actor: Actor) -> None:
    assert await found(actor, people["bob"]) == ["bob"]
    assert await found(actor, people["bob"][:-1]) == []


async def test_a_changed_contact_is_found_under_the_new_one_only(
    people: dict[str, str], actor: Actor
) -> None:
    await leads.update_details(actor, people["ann"], {"email": "new@example.com"})
    assert await found(actor, "ann.oneil") == []
    assert await found(actor, "new@") == ["ann"]
    assert await found(actor, "ann o") == ["ann"]


async def test_a_campaign_narrows_the_list(
    people: dict[str, str], actor: Actor, clock: FrozenClock
) -> None:
    await campaigns.create(actor, {"key": "solar-de", "name": "Solar DE"})
    await add(actor, "ann-de", clock, campaign="solar-de", first_name="Ann")
    assert await found(actor, "ann", campaign="solar-de") == ["ann-de"]
    assert await found(actor, "ann", campaign="auto-us") == ["ann"]
    assert await found(actor, "", campaign="none") == []
    assert await found(actor, "", campaign="\x00") == []


async def test_pages_join_without_a_gap_while_leads_come_in(
    campaign: str, actor: Actor, clock: FrozenClock
) -> None:
    # Three at each moment: the id must decide between them.
    for number in range(12):
        if number % 3 == 0:
            clock.move(seconds=1)
        await leads.create(
            actor, {"campaign": campaign, "transaction_id": f"t-{number}"}, clock=clock
        )
    whole = [row.id for row in (await leads.list_page(actor, PageRequest())).items]
    assert len(whole) == 12
    pages = []
    cursor: str | None = ""
    while cursor is not None:
        page = await leads.list_page(actor, PageRequest(limit=5, cursor=cursor))
        pages.append(page)
        cursor = page.next_cursor
        await add(actor, f"new-{len(pages)}", clock)
    assert [len(page.items) for page in pages] == [5, 5, 2]
    assert [row.id for page in pages for row in page.items] == whole

    back = await leads.list_page(actor, PageRequest(limit=5, cursor=pages[2].previous_cursor or ""))
    assert back.items == pages[1].items
    back = await leads.list_page(actor, PageRequest(limit=5, cursor=back.previous_cursor or ""))
    assert back.items == pages[0].items
    assert back.next_cursor is not None
    again = await leads.list_page(actor, PageRequest(limit=5, cursor=back.next_cursor))
    assert again.items == pages[1].items
    newest = await leads.list_page(actor, PageRequest(limit=5, cursor=back.previous_cursor or ""))
    assert [row.transaction_id for row in newest.items] == ["new-3", "new-2", "new-1"]
    assert newest.previous_cursor is None


async def test_the_only_page_leads_nowhere(people: dict[str, str], actor: Actor) -> None:
    page = await leads.list_page(actor, PageRequest())
    assert (page.next_cursor, page.previous_cursor) == (None, None)


@pytest.mark.parametrize(
    "cursor",
    [
        "nonsense",
        encode_cursor("older", "yesterday", "ld_1"),
        encode_cursor("sideways", "2026-03-01T12:00:00+00:00", "ld_1"),
        encode_cursor("older", "2026-03-01T12:00:00+00:00", "ld_\x00"),
        encode_cursor("older", "2026-03-01T12:00:00+00:00"),
    ],
)
async def test_a_cursor_of_somewhere_else_is_refused(
    campaign: str, actor: Actor, cursor: str
) -> None:
    with pytest.raises(InvalidInput) as error:
        await leads.list_page(actor, PageRequest(cursor=cursor))
    assert "cursor" in error.value.fields
