"""The invariants themselves: each finds the fault that it is for, and names who shows it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from models.words import DeliveryReason, DeliveryStatus, Outcome
from tests.crash.facts import AttemptFact, DeliveryFact, Facts, Kill
from tests.crash.invariants import INVARIANTS, breaches, check
from tests.crash.ledger import Sent

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DELIVERED = DeliveryFact(
    id="dlv_1",
    event_id="evt_1",
    postback_id="pb_1",
    status=DeliveryStatus.DELIVERED,
    reason=None,
    due_at=None,
    claim_token=None,
    lease_until=None,
    worker_id=None,
    tries=1,
    attempts=1,
    reclaims=0,
    resent_at=None,
    policy=None,
)
SUCCESS = AttemptFact("dlv_1", 1, Outcome.SUCCEEDED, 200, late=False)
FAILURE = AttemptFact("dlv_1", 1, Outcome.FAILED, 500, late=False)
SENT = Sent(1.0, "dlv_1", "/ok", ("GET /ok", "host: a"), 200)
REFUSED = replace(SENT, status=500)


def facts(**changes: Any) -> Facts:
    """Return the facts of one delivery that went well, changed as told."""
    values: dict[str, Any] = {
        "at": 9.0,
        "accepted": {"evt_1": ("pb_1",)},
        "deliveries": {"dlv_1": DELIVERED},
        "attempts": {"dlv_1": [SUCCESS]},
        "sent": {"dlv_1": [SENT]},
        "at_rest": True,
    }
    return Facts(**values | changes)


def delivery(**changes: Any) -> dict[str, DeliveryFact]:
    return {"dlv_1": replace(DELIVERED, **changes)}


SENDING = {"status": DeliveryStatus.SENDING, "lease_until": NOON, "claim_token": "t"}
POISON = {"status": DeliveryStatus.FAILED, "reason": DeliveryReason.POISON, "tries": 0}
FAULTS: dict[str, list[Callable[[], Facts]]] = {
    "every_accepted_event_has_its_deliveries": [
        lambda: facts(deliveries={}, attempts={}, sent={}),
        lambda: facts(accepted={"evt_1": ("pb_1", "pb_2")}),
        lambda: facts(deliveries=delivery() | {"dlv_2": replace(DELIVERED, id="dlv_2")}),
    ],
    "each_delivery_arrived_or_waits_or_says_why": [
        lambda: facts(sent={}),
        lambda: facts(deliveries=delivery(status=DeliveryStatus.PENDING)),
        lambda: facts(deliveries=delivery(status=DeliveryStatus.FAILED)),
        lambda: facts(deliveries=delivery(status=DeliveryStatus.SENDING)),
    ],
    "delivered_means_that_the_partner_said_so": [
        lambda: facts(sent={"dlv_1": [REFUSED]}),
        lambda: facts(deliveries=delivery(status=DeliveryStatus.RETRYING, due_at=NOON)),
    ],
    "only_what_was_cut_off_too_often_is_poison": [
        lambda: facts(deliveries=delivery(**POISON), kills=[Kill(1.0, ("dlv_1",))] * 6)
    ],
    "attempts_are_numbered_without_gaps": [
        lambda: facts(attempts={"dlv_1": [replace(SUCCESS, number=2)]}),
        lambda: facts(attempts={}),
        lambda: facts(attempts={"dlv_1": [SUCCESS, replace(SUCCESS, late=True)]}),
    ],
    "nothing_was_written_without_the_claim": [
        lambda: facts(unlawful=[("dlv_1", "was claimed while another claim held it")]),
        lambda: facts(attempts={"dlv_1": [SUCCESS, replace(FAILURE, number=2)]}),
        lambda: facts(attempts={"dlv_1": [SUCCESS, replace(SUCCESS, number=2)]}),
        lambda: facts(deliveries=delivery(tries=2)),
        lambda: facts(attempts={"dlv_1": [FAILURE]}),
    ],
    "every_attempt_sends_the_same_request": [
        lambda: facts(sent={"dlv_1": [SENT, replace(SENT, request=("GET /ok", "host: b"))]}),
        lambda: facts(sent={"dlv_1": [SENT, replace(SENT, request=("GET /ok",))]}),
    ],
    "repeats_are_no_more_than_sends_cut_off": [
        lambda: facts(sent={"dlv_1": [SENT, SENT]}),
        lambda: facts(sent={"dlv_1": [SENT] * 3}, kills=[Kill(1.0, ("dlv_1",))]),
        lambda: facts(sent={"dlv_1": [SENT, SENT]}, kills=[Kill(1.0, ("dlv_2",))]),
    ],
    "what_may_be_sent_once_is_sent_once": [
        lambda: facts(
            deliveries=delivery(policy={"once": True}),
            sent={"dlv_1": [SENT, SENT]},
            kills=[Kill(1.0, ("dlv_1",))],
        )
    ],
    "nothing_is_leased_at_rest": [lambda: facts(deliveries=delivery(**SENDING))],
}


def test_each_invariant_has_a_fault_that_it_finds() -> None:
    assert list(FAULTS) == [invariant.__name__ for invariant in INVARIANTS]


def test_what_went_well_breaks_nothing() -> None:
    check(facts())


@pytest.mark.parametrize(
    ("name", "fault"), [(name, fault) for name, faults in FAULTS.items() for fault in faults]
)
def test_a_fault_is_found_and_the_delivery_or_event_is_named(
    name: str, fault: Callable[[], Facts]
) -> None:
    found = breaches(fault())
    assert found[name][0].startswith(("dlv_1: ", "evt_1: "))
    with pytest.raises(AssertionError, match=r"(dlv|evt)_1: "):
        check(fault())


def test_a_repeat_for_each_kill_during_a_send_is_as_promised() -> None:
    check(facts(sent={"dlv_1": [SENT] * 3}, kills=[Kill(1.0, ("dlv_1",))] * 2))


def test_a_late_success_beside_a_failure_is_as_promised() -> None:
    late = replace(SUCCESS, number=2, late=True)
    check(
        facts(
            deliveries=delivery(status=DeliveryStatus.RETRYING, due_at=NOON, tries=1, attempts=2),
            attempts={"dlv_1": [FAILURE, late]},
            sent={"dlv_1": [SENT, REFUSED]},
            kills=[Kill(1.0, ("dlv_1",))],
        )
    )


def test_what_may_be_sent_once_and_was_cut_off_is_unclear_as_promised() -> None:
    unclear = {"status": DeliveryStatus.FAILED, "reason": DeliveryReason.UNKNOWN}
    check(
        facts(
            deliveries=delivery(**unclear, tries=0, attempts=0, policy={"once": True}),
            attempts={},
            kills=[Kill(1.0, ("dlv_1",))],
        )
    )


def test_while_it_runs_a_success_may_not_be_written_yet() -> None:
    check(facts(deliveries=delivery(**SENDING, tries=0, attempts=0), attempts={}, at_rest=False))
