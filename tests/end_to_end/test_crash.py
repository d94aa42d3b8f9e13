"""What was answered with 201 reaches the partner, whatever happens to the server in between."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.dashboard.server import STOP_SECONDS, Server
from tests.end_to_end.conftest import client_of, created
from tests.end_to_end.waiting import until
from tests.partner import Partner, Received

CAMPAIGN = "auto-us"
# More than are ever in flight at once to one partner, so that most are still owed at the kill.
MANY = 150


@pytest.fixture(scope="module")
def key(server: Server) -> str:
    with client_of(server) as client:
        created(client, "/campaigns", key=CAMPAIGN, name="Auto US")
        return client.headers["Authorization"]


@contextmanager
def program(server: Server, key: str) -> Iterator[httpx.Client]:
    """Return a client whose connections are new, as after a restart they have to be."""
    with httpx.Client(
        base_url=f"{server.url}/api/v1", headers={"Authorization": key}, timeout=30
    ) as client:
        yield client


def define(client: httpx.Client, name: str, url: str) -> None:
    created(client, "/event-types", name=name, multi_trigger=True)
    created(client, f"/event-types/{name}/postbacks", url=f"{url}&e={{event_id}}")
    created(client, "/leads", campaign=CAMPAIGN, transaction_id=name)


def fire(client: httpx.Client, name: str) -> str:
    return str(created(client, "/events", event=name, transaction_id=name)["event_id"])


def events_of(calls: list[Received]) -> Counter[str]:
    return Counter(call.query["e"] for call in calls)


def all_delivered(client: httpx.Client, name: str, wanted: set[str]) -> bool:
    query = {"event": name, "status": "delivered", "limit": 500}
    listed = client.get("/events", params=query).json()["items"]
    return wanted <= {row["event_id"] for row in listed}


def test_a_kill_between_the_answer_and_the_partners_call_loses_nothing(
    server: Server, key: str, partner: Partner
) -> None:
    with program(server, key) as client:
        define(client, "killed", partner.url("/slow?seconds=0.5"))
        acknowledged = {fire(client, "killed") for _ in range(MANY)}
    server.kill()
    before = events_of(partner.requests)
    owed = acknowledged - set(before)
    assert owed, "the kill came too late to be one before the partner's call"

    server.start()
    with program(server, key) as client:
        assert until(lambda: all_delivered(client, "killed", acknowledged), seconds=60)
    calls = partner.requests
    assert set(events_of(calls)) == acknowledged
    # What had not been called is called once; only what was under way may have come twice.
    assert {events_of(calls)[event_id] for event_id in owed} == {1}
    by_id = Counter((call.header("webhook-id"), call.query["e"]) for call in calls)
    assert len(by_id) == len(acknowledged), "a repeat carries the id of the first call"


def test_a_partner_that_was_called_and_never_answered_is_called_again_after_the_kill(
    server: Server, key: str, partner: Partner
) -> None:
    with program(server, key) as client:
        define(client, "unanswered", partner.url("/slow?seconds=2"))
        event_id = fire(client, "unanswered")
    (first,) = partner.wait_for(1)
    server.kill()
    server.start()
    with program(server, key) as client:
        assert until(lambda: all_delivered(client, "unanswered", {event_id}), seconds=60)
    assert events_of(partner.requests) == {event_id: 2}
    assert {call.header("webhook-id") for call in partner.requests} == {first.header("webhook-id")}


def test_a_stop_under_load_is_quick_and_neither_loses_nor_repeats_a_call(
    server: Server, key: str, partner: Partner
) -> None:
    acknowledged: set[str] = set()
    under_way = threading.Event()

    def fire_until_the_end() -> None:
        try:
            with program(server, key) as client:
                while True:
                    acknowledged.add(fire(client, "stopped"))
                    if len(acknowledged) == MANY:
                        under_way.set()
        except httpx.TransportError:
            pass  # the server is gone

    with program(server, key) as client:
        define(client, "stopped", partner.url("/slow?seconds=0.5"))
    load = threading.Thread(target=fire_until_the_end, name="load")
    load.start()
    assert under_way.wait(60)
    assert server.stop() < STOP_SECONDS
    load.join(30)
    assert not load.is_alive()

    server.start()
    with program(server, key) as client:
        assert until(lambda: all_delivered(client, "stopped", acknowledged), seconds=60)
    calls = events_of(partner.requests)
    assert acknowledged <= set(calls)
    assert set(calls.values()) == {1}
