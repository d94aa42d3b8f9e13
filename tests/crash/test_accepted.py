"""The server dies between accepting an event and answering its caller, who then asks again."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from models.words import DedupeMode, DeliveryStatus
from services.intake.contract import Duplicate, Recorded
from tests.crash.installation import TRANSACTION_ID, WAIT, Installation, until
from tests.crash.invariants import check
from tests.crash.nursery import ROOT, Nursery
from tests.crash.postbacks import Owed
from tests.dashboard.server import free_port

START_SECONDS = 60
STOP_SECONDS = 25


@contextmanager
def serving(installation: Installation, **settings: str) -> Iterator[httpx.Client]:
    """Serve the API from a process of its own, as production does, and return a client."""
    key = installation.create_key()
    port = free_port()
    log = installation.folder / "server.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.served"],
            cwd=ROOT,
            env={**installation.environment, "AFTERLEAD_PORT": str(port), **settings},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    address = f"http://127.0.0.1:{port}"

    def serves() -> bool:
        assert process.poll() is None, log.read_text()[-3000:]
        try:
            return httpx.get(f"{address}/healthz").status_code == 200
        except httpx.TransportError:
            return False

    until(serves, seconds=START_SECONDS, pause=0.05)
    try:
        with httpx.Client(base_url=f"{address}/api/v1", headers={"Authorization": key}) as client:
            yield client
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


@pytest.mark.parametrize(
    ("point", "second_answer"), [("before_record_commit", Recorded), ("after_record", Duplicate)]
)
def test_an_unanswered_call_that_is_made_again_gives_one_event_and_one_request(
    installation: Installation, nursery: Nursery, point: str, second_answer: type
) -> None:
    """Pass: no answer means recorded or not, as the second answer tells; one event either way."""
    installation.define(Owed("sale", "/ok/sale?e={event_id}"), dedupe=DedupeMode.ONCE_PER_LEAD)
    call = {"event": "sale", "transaction_id": TRANSACTION_ID}
    with (
        serving(installation, AFTERLEAD_FAILPOINT=point, AFTERLEAD_WORKER="off") as client,
        pytest.raises(httpx.TransportError),
    ):
        client.post("/events", json=call)

    (answer,) = installation.record("sale")
    assert isinstance(answer, second_answer)
    worker = installation.start_worker(nursery)

    def delivered() -> bool:
        (delivery,) = installation.look().deliveries.values()
        return delivery.status is DeliveryStatus.DELIVERED

    until(delivered, seconds=WAIT)
    worker.stop()
    facts = installation.look(at_rest=True)
    check(facts)
    assert [len(sent) for sent in facts.sent.values()] == [1]
