"""Pages of short lists in the order of a unique text, the same on both databases."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, collate
from sqlalchemy.orm import Mapped
from sqlmodel import Session

from services.errors import InvalidInput
from services.paging import Page, PageRequest, decode_cursor, encode_cursor
from services.validation import is_storable

R = TypeVar("R")
D = TypeVar("D")

_AFTER, _BEFORE = "after", "before"


def page_by_text(
    session: Session,
    query: Select[D],
    *,
    column: Mapped[str] | ColumnElement[str],
    text_of: Callable[[R], str],
    row_of: Callable[[D], R],
    request: PageRequest,
    matches: Callable[[R], bool],
) -> Page[R]:
    """Return one page of the query in the order of `column`, which must be unique.

    `matches` filters in Python, since the databases disagree about the case of letters beyond
    ASCII, and definitions are few. Raises InvalidInput for a cursor that is not ours.
    """
    order: Mapped[str] | ColumnElement[str] = column
    if session.get_bind().dialect.name == "postgresql":
        order = collate(column, "C")  # by code point, as SQLite does
    backwards = False
    if request.cursor:
        direction, text = decode_cursor(request.cursor, keys=2)
        backwards = direction == _BEFORE
        if direction not in {_AFTER, _BEFORE} or not is_storable(text):
            raise InvalidInput({"cursor": "This cursor is not one of ours; start without one."})
        query = query.where(order < text if backwards else order > text)
    rows: list[R] = []
    for definition in session.scalars(query.order_by(order.desc() if backwards else order)):
        row = row_of(definition)
        if matches(row):
            rows.append(row)
        if len(rows) > request.limit:
            break
    has_more = len(rows) > request.limit
    rows = rows[: request.limit]
    if backwards:
        rows.reverse()
    has_later = bool(rows) and (backwards or has_more)
    has_earlier = bool(rows) and (has_more if backwards else bool(request.cursor))
    return Page(
        items=rows,
        next_cursor=encode_cursor(_AFTER, text_of(rows[-1])) if has_later else None,
        previous_cursor=encode_cursor(_BEFORE, text_of(rows[0])) if has_earlier else None,
    )
