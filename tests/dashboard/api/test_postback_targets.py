"""What a program is told that saves a postback to a forbidden address."""

import httpx

from tests.dashboard.api.calls import BASE, assert_problem, create, fields_of, items

OWN = "/event-types/sale/postbacks"
# 127.0.0.1 itself is let through in tests.
HOSTS = {
    "127.2": "127.0.0.2",
    "0x7f.2": "127.0.0.2",
    "2130706434": "127.0.0.2",
    "①②⑦.⓪.⓪.②": "127.0.0.2",
    "[::ffff:127.0.0.2]": "::ffff:7f00:2",
    "[::7f00:1]": "::7f00:1",
    "[64:ff9b::7f00:1]": "64:ff9b::7f00:1",
    "[2002:7f00:1::]": "2002:7f00:1::",
    "[fec0::1]": "fec0::1",
    "[ff02::1]": "ff02::1",
    "169.254.169.254": "169.254.169.254",
}


async def test_a_refusal_names_the_address_and_nothing_is_stored(api: httpx.AsyncClient) -> None:
    await create(api, "/event-types", name="sale")
    kept = await create(api, OWN, url="http://127.0.0.1:8000/pb")
    own = f"{BASE}/postbacks/{kept['id']}"
    for host, address in HOSTS.items():
        body = {"url": f"http://{host}:8000/pb"}
        for refused, field in (
            (await api.post(f"{BASE}{OWN}", json=body), "url"),
            (await api.patch(own, json=body), "url"),
            (await api.post(f"{BASE}/postbacks/test", json={"postback": body}), "postback.url"),
        ):
            assert_problem(refused, 422, "invalid_input", {field})
            assert address in fields_of(refused)[field]
    assert await items(api, OWN) == [kept]
    assert (await api.get(own)).json() == kept
