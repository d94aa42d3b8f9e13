import pytest

from models.words import DeliveryReason, DeliveryStatus
from services.reporting.explanations import explain


@pytest.mark.parametrize("reason", DeliveryReason)
def test_every_reason_says_what_happened_and_what_to_do(reason: DeliveryReason) -> None:
    words = explain(
        status=DeliveryStatus.FAILED, reason=reason, attempts=3, last_message="No answer."
    )

    assert words.startswith(("Not sent: ", "Given up: "))
    assert words.count(".") >= 2


@pytest.mark.parametrize("status", DeliveryStatus)
@pytest.mark.parametrize("attempts", [0, 1, 4])
def test_every_status_is_explained_without_a_reason(status: DeliveryStatus, attempts: int) -> None:
    words = explain(status=status, reason=None, attempts=attempts, last_message="")

    assert words.endswith(".")
    assert ".." not in words


@pytest.mark.parametrize(
    ("status", "attempts", "message", "words"),
    [
        (DeliveryStatus.DELIVERED, 1, "", "Delivered at the first try."),
        (DeliveryStatus.DELIVERED, 2, "", "Delivered at try 2."),
        (
            DeliveryStatus.RETRYING,
            3,
            "The partner answered 503.",
            "Try 3 failed: The partner answered 503. It is tried again by itself.",
        ),
        (DeliveryStatus.RETRYING, 3, "", "Try 3 failed. It is tried again by itself."),
        (DeliveryStatus.SENDING, 0, "", "Being sent now: try 1."),
    ],
)
def test_tries_are_counted_in_words(
    status: DeliveryStatus, attempts: int, message: str, words: str
) -> None:
    assert explain(status=status, reason=None, attempts=attempts, last_message=message) == words


def test_what_was_discarded_at_a_resume_is_told_from_what_somebody_cancelled() -> None:
    words = explain(
        status=DeliveryStatus.CANCELLED,
        reason=DeliveryReason.DISCARDED,
        attempts=0,
        last_message="",
    )
    assert words.startswith("Given up: cancelled when the postback was resumed")
