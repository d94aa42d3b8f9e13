"""Finds one page of a long list by index, whatever the filter, in bounded work.

A filter of several conditions can use one index only. The scan therefore walks the index of the
most telling condition in windows that grow, and checks the other conditions inside a window: no
statement ever reads more than one window, and none sorts more than that. When the time for one
page is used up, the page is given as far as it got, with a cursor to go on from there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import monotonic

from sqlalchemy import ColumnElement, Subquery, select
from sqlmodel import Session

from services.errors import InvalidInput
from services.paging import Page, PageRequest, decode_cursor, encode_cursor
from services.reporting.index_windows import Key, Place, in_order, most_telling, window_of
from services.reporting.search import Condition, Search, holds
from services.validation import is_storable

FIRST_WINDOW = 500
LAST_WINDOW = 20_000
SECONDS_PER_PAGE = 0.25


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows match; with `is_complete` false there are at least so many."""

    number: int
    is_complete: bool


def find_page(session: Session, search: Search, request: PageRequest) -> Page[str]:
    """Return the ids of one page, newest first, and the cursors beside it.

    `next_cursor` leads to older rows, `previous_cursor` to newer ones. A page may hold fewer rows
    than asked for, even none, and still have a cursor: then the search ended for lack of time and
    goes on from there. Going newer never ends in a half-filled page: the newest page is given.
    Raises `InvalidInput` for a cursor that is not from this kind of list.
    """
    place = _place(request.cursor, search.time)
    if search.is_empty:
        return Page([])
    found, stopped = _walk(session, search, place, wanted=request.limit + 1)
    more = len(found) > request.limit
    shown = found[: request.limit]
    onward = shown[-1] if more else stopped
    if not place.newer:
        back = shown[0] if shown else place.key
        return Page(
            [key[1] for key in shown],
            next_cursor=_cursor(search, onward, newer=False),
            previous_cursor=_cursor(search, back, newer=True) if place.key else None,
        )
    if onward is None:
        return find_page(session, search, PageRequest(limit=request.limit))
    return Page(
        [key[1] for key in reversed(shown)],
        next_cursor=_cursor(search, shown[0] if shown else onward, newer=False),
        previous_cursor=_cursor(search, onward, newer=True),
    )


def find_from(session: Session, search: Search, *, after: str, limit: int) -> Page[str]:
    """Return the ids of the next rows beyond a cursor, oldest first: for work on a whole list.

    `after` is "" to begin with and then each page's `next_cursor`; that is `None` once everything
    was seen. A page may hold fewer rows than `limit` before that, even none. Raises as `find_page`.
    """
    if search.is_empty:
        return Page([])
    place = replace(_place(after, search.time), newer=True)
    found, stopped = _walk(session, search, place, wanted=limit)
    onward = found[-1] if len(found) == limit else stopped
    return Page([key[1] for key in found], next_cursor=_cursor(search, onward, newer=True))


def count(session: Session, search: Search, *, at_most: int, seconds: float | None = None) -> Count:
    """Return how many rows match, counting no further than `at_most` nor longer than `seconds`.

    Without `seconds` that is the time of a page.
    """
    if search.is_empty:
        return Count(0, is_complete=True)
    found, stopped = _walk(session, search, Place(), wanted=at_most + 1, seconds=seconds)
    return Count(min(len(found), at_most), is_complete=stopped is None and len(found) <= at_most)


def newest(
    session: Session, search: Search, *, columns: Sequence[str], size: int
) -> tuple[Subquery, tuple[ColumnElement[bool], ...]]:
    """Return the newest `size` rows of the most telling index, and what else must hold for them.

    For figures over a list that may be long: they are read from these rows alone. The subquery
    has `id`, the time and `columns`.
    """
    driver = most_telling(session, search)
    others = tuple(condition for condition in search.conditions if condition is not driver)
    window = window_of(search, driver, (*_needed(search, others), *columns), Place(), size)
    return window, _all_hold(search, others, window)


def _walk(
    session: Session,
    search: Search,
    place: Place,
    *,
    wanted: int,
    seconds: float | None = None,
) -> tuple[list[Key], Key | None]:
    driver = most_telling(session, search)
    others = tuple(condition for condition in search.conditions if condition is not driver)
    needed = _needed(search, others)
    size = FIRST_WINDOW if others or search.checks else wanted
    give_up_at = monotonic() + (SECONDS_PER_PAGE if seconds is None else seconds)
    found: list[Key] = []
    after = place.key
    while True:
        window = window_of(search, driver, needed, Place(place.newer, after), size)
        matching = (
            select(window.c[search.time], window.c.id)
            .where(*_all_hold(search, others, window))
            .order_by(*in_order(window.c[search.time], window.c.id, newer=place.newer))
            .limit(wanted - len(found))
        )
        found += [(row[0], row[1]) for row in session.execute(matching)]
        if len(found) == wanted:
            return found, None
        bare = window_of(search, driver, (), Place(place.newer, after), size)
        end = session.execute(
            select(bare.c[search.time], bare.c.id)
            .order_by(*in_order(bare.c[search.time], bare.c.id, newer=place.newer))
            .limit(1)
            .offset(size - 1)
        ).first()
        if end is None:
            return found, None
        after = (end[0], end[1])
        if monotonic() > give_up_at:
            return found, after
        size = min(size * 4, LAST_WINDOW)


def _needed(search: Search, others: Sequence[Condition]) -> tuple[str, ...]:
    checked = (name for check in search.checks for name in check.needs)
    return (*(other.column for other in others), *checked)


def _all_hold(
    search: Search, others: Sequence[Condition], window: Subquery
) -> tuple[ColumnElement[bool], ...]:
    return (
        *(holds(window.c[other.column], other.values) for other in others),
        *(check.holds(window.c) for check in search.checks),
    )


def _cursor(search: Search, key: Key | None, *, newer: bool) -> str | None:
    if key is None:
        return None
    direction = "newer" if newer else "older"
    return encode_cursor(direction, search.time, key[0].isoformat(), key[1])


def _place(cursor: str, time: str) -> Place:
    if not cursor:
        return Place()
    direction, axis, at, identity = decode_cursor(cursor, keys=4)
    moment = _moment(at)
    is_ours = direction in {"newer", "older"} and axis == time and is_storable(identity)
    if not is_ours or moment is None:
        raise InvalidInput({"cursor": "This cursor is not from this list; start without a cursor."})
    return Place(newer=direction == "newer", key=(moment, identity))


def _moment(text: str) -> datetime | None:
    """Return the moment in a cursor in UTC, or `None` when there is none."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
