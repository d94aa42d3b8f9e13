"""How much one unit of work of the clean-up may touch."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

# Rows per unit of work, attempts counted; on SQLite everybody else's writes wait that long.
ROWS: Final = 500


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery whose time is over, and how many rows it has with its attempts."""

    delivery_id: str
    rows: int


def batches(found: Iterable[Due]) -> Iterator[list[str]]:
    """Give the ids in groups of at most 500 rows; one delivery alone may have more."""
    batch: list[str] = []
    rows = 0
    for due in found:
        if batch and rows + due.rows > ROWS:
            yield batch
            batch, rows = [], 0
        batch.append(due.delivery_id)
        rows += due.rows
    if batch:
        yield batch
