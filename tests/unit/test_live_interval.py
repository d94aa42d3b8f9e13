"""How often an open page asks again while events pour in."""

import pytest

from dashboard import live


@pytest.mark.parametrize(
    ("took", "interval"),
    [(0.0, 0.15), (0.03, 0.15), (0.1, 0.4), (2.0, 8.0), (5.0, 15.0), (60.0, 70.0)],
)
def test_a_page_that_is_slow_to_ask_asks_less_often(took: float, interval: float) -> None:
    assert live.interval_of(took) == pytest.approx(interval)
