"""Which SQLite is warned of."""

import pytest

from services.engines import sqlite_warning


@pytest.mark.parametrize(
    "version", [(3, 40, 1), (3, 44, 5), (3, 50, 6), (3, 51, 2), (3, 52, 0)], ids=str
)
def test_a_faulty_sqlite_is_warned_of_by_its_version(version: tuple[int, int, int]) -> None:
    assert ".".join(map(str, version)) in sqlite_warning(version)


@pytest.mark.parametrize("version", [(3, 44, 6), (3, 50, 7), (3, 51, 3), (3, 53, 0)], ids=str)
def test_a_sound_sqlite_is_not_warned_of(version: tuple[int, int, int]) -> None:
    assert sqlite_warning(version) == ""
