"""Pages of the event log: whole, stable, and bounded in their work."""

from datetime import timedelta

import pytest

from models.words import DeliveryStatus
from services.actor import Actor
from services.database import Database
from services.paging import PageRequest, encode_cursor
from services.reporting import event_log, keyset
from services.reporting.event_log import EventLogFilter
from services.settings import Settings
from tests.factories import START
from tests.services.reporting.rows import Rows

HOUR = timedelta(hours=1)


async def _walk(viewer: Actor, wanted: EventLogFilter, limit: int) -> list[list[str]]:
    pages: list[list[str]] = []
    cursor = ""
    while len(pages) < 100:  # a cursor that leads nowhere must fail a test, not hang it
        page = await event_log.list_page(viewer, wanted, PageRequest(limit=limit, cursor=cursor))
        pages.append([row.event_id for row in page.items])
        if page.next_cursor is None:
            return pages
        cursor = page.next_cursor
    raise AssertionError(f"The list does not end: {pages[-3:]}")


@pytest.fixture
def many(db: Database, settings: Settings) -> list[str]:
    """Store 23 events, several at the same moment; return their ids, newest first."""
    with Rows(settings) as rows:
        sale, lead = rows.event_type("sale"), rows.lead(rows.campaign())
        made = [
            rows.event(
                sale,
                lead,
                at=START + HOUR * (number // 4),
                delivery_status=[DeliveryStatus.FAILED, DeliveryStatus.DELIVERED][number % 2],
                response_code=[500, 502, 200, None][number % 4],
            )
            for number in range(23)
        ]
    made.sort(key=lambda event: (event.received_at, event.id), reverse=True)
    return [event.id for event in made]


@pytest.mark.parametrize("limit", [1, 2, 5, 22, 23, 24])
@pytest.mark.parametrize(
    "wanted",
    [
        EventLogFilter(),
        EventLogFilter(status=(DeliveryStatus.FAILED, DeliveryStatus.DELIVERED)),
        EventLogFilter(event="sale", source="api"),
        EventLogFilter(time="occurred"),
    ],
    ids=["all", "by status", "by event and source", "occurred"],
)
async def test_pages_put_together_are_the_whole_list(
    many: list[str], viewer: Actor, wanted: EventLogFilter, limit: int
) -> None:
    pages = await _walk(viewer, wanted, limit)

    assert [event_id for page in pages for event_id in page] == many
    assert {len(page) for page in pages[:-1]} <= {limit}
    assert pages[-1]


async def test_the_way_back_shows_the_same_pages(many: list[str], viewer: Actor) -> None:
    wanted = EventLogFilter()
    first = await event_log.list_page(viewer, wanted, PageRequest(limit=5))
    second = await event_log.list_page(
        viewer, wanted, PageRequest(limit=5, cursor=first.next_cursor or "")
    )
    third = await event_log.list_page(
        viewer, wanted, PageRequest(limit=5, cursor=second.next_cursor or "")
    )
    back = await event_log.list_page(
        viewer, wanted, PageRequest(limit=5, cursor=third.previous_cursor or "")
    )
    top = await event_log.list_page(
        viewer, wanted, PageRequest(limit=5, cursor=back.previous_cursor or "")
    )

    assert back.items == second.items
    assert back.next_cursor == second.next_cursor
    assert top == first
    assert top.previous_cursor is None


async def test_the_way_back_never_ends_in_a_half_filled_page(
    many: list[str], viewer: Actor
) -> None:
    top = await event_log.list_page(viewer, EventLogFilter(), PageRequest(limit=2))
    second = await event_log.list_page(
        viewer, EventLogFilter(), PageRequest(limit=2, cursor=top.next_cursor or "")
    )

    back = await event_log.list_page(
        viewer, EventLogFilter(), PageRequest(limit=5, cursor=second.previous_cursor or "")
    )

    assert [row.event_id for row in back.items] == many[:5]
    assert back.previous_cursor is None


async def test_a_new_row_moves_no_row_to_another_page(
    many: list[str], viewer: Actor, settings: Settings
) -> None:
    first = await event_log.list_page(viewer, EventLogFilter(), PageRequest(limit=5))
    with Rows(settings) as rows:
        refund = rows.event_type("refund")
        lead = rows.lead(rows.campaign("home-us"))
        rows.event(refund, lead, at=START + 99 * HOUR)

    second = await event_log.list_page(
        viewer, EventLogFilter(), PageRequest(limit=5, cursor=first.next_cursor or "")
    )

    assert [row.event_id for row in second.items] == many[5:10]


async def test_a_search_that_takes_too_long_stops_with_a_cursor_and_misses_nothing(
    many: list[str], viewer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyset, "SECONDS_PER_PAGE", -1.0)
    monkeypatch.setattr(keyset, "FIRST_WINDOW", 3)
    wanted = EventLogFilter(code="none", source="api")

    pages = await _walk(viewer, wanted, limit=4)
    monkeypatch.undo()
    whole = await event_log.list_page(viewer, wanted, PageRequest())

    assert [event_id for page in pages for event_id in page] == [
        row.event_id for row in whole.items
    ]
    assert len(pages) > 1
    assert len(whole.items) == 5


async def test_a_search_towards_newer_rows_that_takes_too_long_goes_on_too(
    many: list[str], viewer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyset, "SECONDS_PER_PAGE", -1.0)
    monkeypatch.setattr(keyset, "FIRST_WINDOW", 2)
    wanted = EventLogFilter(source="api")
    last = encode_cursor("newer", "received_at", (START - HOUR).isoformat(), "evt_")
    seen: list[str] = []
    cursor: str | None = last
    for _ in range(100):
        page = await event_log.list_page(viewer, wanted, PageRequest(limit=9, cursor=cursor or ""))
        cursor = page.previous_cursor
        if cursor is None:
            break
        seen = [row.event_id for row in page.items] + seen

    assert cursor is None
    assert seen == many[-len(seen) :]
    assert len(seen) >= 20
