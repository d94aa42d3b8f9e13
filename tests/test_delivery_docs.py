"""docs/deliveries.md knows every word that a program may meet."""

import re
from pathlib import Path

import pytest

from dashboard.api.bulk_resends import BulkResendInput
from models.words import DeliveryReason, DeliveryStatus, PauseReason, RetryPreset, SuccessRuleKind

TEXT = (Path(__file__).resolve().parents[1] / "docs" / "deliveries.md").read_text()
FIRST_CELLS = " ".join(re.findall(r"^\| ([^|]+) \|", TEXT, re.MULTILINE))
NOT_CUSTOM = sorted(set(RetryPreset) - {RetryPreset.CUSTOM})  # programs spell it as a list of waits


@pytest.mark.parametrize(
    "word", [*sorted(set(DeliveryStatus) - {DeliveryStatus.NONE}), *DeliveryReason]
)
def test_each_status_and_reason_has_a_line(word: str) -> None:
    assert f"`{word}`" in FIRST_CELLS


@pytest.mark.parametrize("word", [*PauseReason, *NOT_CUSTOM, *SuccessRuleKind])
def test_each_word_of_a_postback_is_named(word: str) -> None:
    assert re.search(rf'[`"]{word}[`"]', TEXT)


@pytest.mark.parametrize("name", BulkResendInput.model_fields)
def test_each_field_of_a_bulk_resend_is_named(name: str) -> None:
    assert re.search(rf'[`"]{name.rstrip("_")}[`"]', TEXT)
