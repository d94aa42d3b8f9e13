"""The test receiver receives, remembers and misbehaves on request."""

import time

import httpx


async def test_a_call_is_kept_as_it_came(api: httpx.AsyncClient) -> None:
    created = await api.post("/api/v1/echo", json={"name": "partner"})
    assert (created.status_code, created.json()["path"]) == (201, "/echo/partner")
    answer = await api.post("/echo/partner?tid=t%201%2F2&tid=%C3%BC", content="Grüße".encode())
    assert answer.status_code == 200
    call = (await api.get("/api/v1/echo/partner")).json()["items"][0]
    assert (call["method"], call["body"], call["answered"]) == ("POST", "Grüße", 200)
    assert call["target"] == "/echo/partner?tid=t%201%2F2&tid=%C3%BC"
    assert call["headers"]["host"] == "localhost:3000"
    names = (await api.get("/api/v1/echo")).json()["items"]
    assert [(row["name"], row["calls"]) for row in names] == [("partner", 1)]


async def test_it_answers_as_it_is_told(api: httpx.AsyncClient) -> None:
    await api.post("/api/v1/echo", json={"name": "partner"})
    assert (await api.get("/echo/partner?status=500")).status_code == 500
    # What is no status belongs to the call: a postback may well send `status=approved`.
    for query in ("status=approved", "status=99", "status=1000", "delay=soon", "delay=nan"):
        assert (await api.get(f"/echo/partner?{query}")).status_code == 200, query
    began = time.monotonic()
    await api.get("/echo/partner?delay=0.2")
    assert time.monotonic() - began >= 0.2
    newest = (await api.get("/api/v1/echo/partner?limit=1")).json()["items"]
    assert newest[0]["target"] == "/echo/partner?delay=0.2"


async def test_an_unknown_name_is_not_found(api: httpx.AsyncClient) -> None:
    assert (await api.get("/echo/nobody")).status_code == 404
    assert (await api.get("/api/v1/echo/nobody")).status_code == 404
    assert (await api.put("/echo/nobody")).status_code == 405


async def test_a_name_that_is_none_is_refused(api: httpx.AsyncClient) -> None:
    for body in ({}, {"name": 7}, {"name": "Two words"}, {"name": "a", "nmae": "b"}):
        assert (await api.post("/api/v1/echo", json=body)).status_code == 422, body
    await api.post("/api/v1/echo", json={"name": "partner"})
    assert (await api.post("/api/v1/echo", json={"name": "partner"})).status_code == 409


async def test_only_a_key_can_read_what_came(stranger: httpx.AsyncClient) -> None:
    assert (await stranger.get("/api/v1/echo/partner")).status_code == 401
