"""What an answer comes to, before it is written down."""

from datetime import UTC, datetime

from models.words import FailureKind
from services.delivery.outcome import judged
from services.delivery.sender import AttemptResult
from services.delivery.success_rule import rule_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_partner_quoted_with_a_nul_gives_a_sentence_that_every_database_stores() -> None:
    result = AttemptResult(
        succeeded=True,
        status_code=200,
        failure=None,
        message="",
        response_headers=(),
        response_body="",
        truncated=False,
        started_at=NOON,
        duration_ms=1,
        retry_after=None,
        left=True,
        answer=b"no\x00way",
    )
    found = judged(result, rule_of({"kind": "contains", "value": "yes"}))
    assert found.failure is FailureKind.BODY_RULE
    assert "no\ufffdway" in found.message
