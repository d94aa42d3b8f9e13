"""docs/incoming.md knows every word that a program may meet in the incoming log."""

from pathlib import Path

import pytest

from models.words import Handling, Verdict

TEXT = (Path(__file__).resolve().parents[1] / "docs" / "incoming.md").read_text()


@pytest.mark.parametrize("word", [*Verdict, *Handling])
def test_each_verdict_and_what_may_become_of_a_call_is_named(word: str) -> None:
    assert f"`{word}`" in TEXT
