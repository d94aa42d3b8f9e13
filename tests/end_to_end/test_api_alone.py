"""The main path by the calls of the public contract alone, on a new installation."""

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier

import httpx
import pytest

from tests.dashboard.server import Server
from tests.end_to_end.conftest import client_of, created
from tests.end_to_end.waiting import until
from tests.partner import Partner

NAME = 'O"Neil\\ {event_name}'
EMAIL = "a+b@ü.de"
TRANSACTION_ID = "t 1&x=ü"
SIMULTANEOUS = 20

_numbers = count(1)


@pytest.fixture
def campaign(api: httpx.Client) -> str:
    key = f"auto-us-{next(_numbers)}"
    created(api, "/campaigns", key=key, name="Auto US")
    return key


@pytest.fixture
def event(api: httpx.Client) -> str:
    name = f"sale_{next(_numbers)}"
    created(api, "/event-types", name=name, is_conversion=True)
    return name


def settled(api: httpx.Client, event_id: str) -> dict:
    """Return the event as the log tells it, once nothing of it is under way any more."""

    def look() -> dict | None:
        told = api.get(f"/events/{event_id}")
        assert told.status_code == 200, told.text
        is_over = told.json()["status"] not in {"pending", "sending", "retrying"}
        return told.json() if is_over else None

    return until(look)


def test_a_program_goes_the_whole_way_from_the_first_key_to_the_partners_answer(
    server: Server, partner: Partner
) -> None:
    with client_of(server, name="first") as api:
        assert api.get("/event-types").json() == {"items": [], "next_cursor": None}
        created(api, "/event-types", name="sale", is_conversion=True)
        postback = created(
            api, "/event-types/sale/postbacks", url=partner.url("/ok?tid={transaction_id}")
        )
        assert postback["warnings"] == []

        tried = api.post(f"/postbacks/{postback['id']}/test").json()
        assert (tried["outcome"], tried["response"]["status_code"]) == ("succeeded", 200)
        assert partner.wait_for(1)[0].path == "/ok"
        partner.forget()

        created(api, "/campaigns", key="auto-us", name="Auto US")
        lead = created(api, "/leads", campaign="auto-us", transaction_id="t-1")
        answer = created(api, "/events", event="sale", transaction_id="t-1", amount="49.90")
        assert (answer["status"], answer["deliveries"]) == ("recorded", 1)

        entry = settled(api, answer["event_id"])
        assert (entry["status"], entry["response_code"]) == ("delivered", 200)
        assert (entry["lead_id"], entry["amount"]) == (lead["lead_id"], "49.90")
        delivery = entry["deliveries"][0]
        assert delivery["request"]["url"] == partner.url("/ok?tid=t-1")
        assert delivery["attempts"][0]["response_body"] == "ok"
        assert [call.target for call in partner.requests] == [b"/ok?tid=t-1"]
        listed = api.get("/events", params={"transaction_id": "t-1"}).json()["items"]
        assert [row["event_id"] for row in listed] == [answer["event_id"]]


def test_hostile_values_reach_the_partner_unchanged_in_a_query_and_in_a_json_body(
    api: httpx.Client, partner: Partner, campaign: str, event: str
) -> None:
    query = "name={first_name}&email={email}&tid={transaction_id}"
    created(api, f"/event-types/{event}/postbacks", url=partner.url(f"/get?{query}"))
    created(
        api,
        f"/event-types/{event}/postbacks",
        url=partner.url("/post"),
        method="POST",
        body='{"name": "{first_name}", "email": {email}, "tid": "{transaction_id}"}',
    )
    lead = {"first_name": NAME, "email": EMAIL, "transaction_id": TRANSACTION_ID}
    created(api, "/leads", campaign=campaign, **lead)
    created(api, "/events", event=event, campaign=campaign, transaction_id=TRANSACTION_ID)

    expected = {"name": NAME, "email": EMAIL, "tid": TRANSACTION_ID}
    (by_get,) = partner.wait_for(1, "/get")
    assert (by_get.method, by_get.query) == ("GET", expected)
    (by_post,) = partner.wait_for(1, "/post")
    assert (by_post.method, json.loads(by_post.body)) == ("POST", expected)
    assert by_post.header("content-type") == "application/json"


def test_one_of_many_identical_calls_is_recorded_and_each_postback_is_called_once(
    api: httpx.Client, partner: Partner, campaign: str, event: str
) -> None:
    for path in ("/one", "/two"):
        created(api, f"/event-types/{event}/postbacks", url=partner.url(f"{path}?e={{event_id}}"))
    created(api, "/leads", campaign=campaign, transaction_id="t-same")
    call = {"event": event, "campaign": campaign, "transaction_id": "t-same"}
    answers = at_once(SIMULTANEOUS, lambda: api.post("/events", json=call))

    assert Counter(each.status_code for each in answers) == {201: 1, 200: SIMULTANEOUS - 1}
    assert Counter(each.json()["status"] for each in answers) == {
        "recorded": 1,
        "duplicate": SIMULTANEOUS - 1,
    }
    (event_id,) = {each.json()["event_id"] for each in answers}
    assert settled(api, event_id)["status"] == "delivered"
    calls = sorted(call.target for call in partner.requests)
    assert calls == [f"{path}?e={event_id}".encode() for path in ("/one", "/two")]
    assert len(api.get("/events", params={"event": event}).json()["items"]) == 1


def test_an_answer_says_once_that_it_varies_by_origin(server: Server, api: httpx.Client) -> None:
    answer = api.get("/campaigns", headers={"Origin": server.url})
    assert answer.headers["vary"] == "Origin"


def at_once(times: int, call: Callable[[], httpx.Response]) -> list[httpx.Response]:
    """Make the same call from so many threads, none of which begins before all are ready."""
    ready = Barrier(times)

    def run(_: int) -> httpx.Response:
        ready.wait(10)
        return call()

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(run, range(times)))
