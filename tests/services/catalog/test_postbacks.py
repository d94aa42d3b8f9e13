"""Postbacks: what may be saved, and what only warns."""

import json
import socket
from collections.abc import Mapping
from typing import Any

import pytest

from models.words import Method, PostbackLevel
from services import database
from services.actor import Actor
from services.catalog import campaigns, event_types, postbacks
from services.catalog.postbacks import Owner
from services.database import Database
from services.errors import InvalidInput, NotAllowed, NotFound
from tests.conftest import MakeSettings
from tests.factories import public_addresses

SALE = Owner(PostbackLevel.EVENT, "sale")
URL = "https://partner.example/postback?tid={transaction_id}"


async def nowhere(host: str, port: int) -> list[str]:
    raise socket.gaierror(socket.EAI_NONAME, "no such host")


async def inside(host: str, port: int) -> list[str]:
    return ["93.184.216.34", "10.0.0.7"]


@pytest.fixture
async def sale(db: Database, actor: Actor) -> str:
    return (await event_types.create(actor, {"name": "sale"})).name


async def make(actor: Actor, data: Mapping[str, object] | None = None) -> postbacks.PostbackRow:
    return await postbacks.create(
        actor, SALE, {"url": URL, **(data or {})}, resolver=public_addresses
    )


async def refused(actor: Actor, data: Mapping[str, object], **how: Any) -> dict[str, str]:
    with pytest.raises(InvalidInput) as error:
        await postbacks.create(actor, SALE, data, **{"resolver": public_addresses, **how})
    assert await postbacks.list_for(actor, SALE) == []
    return error.value.fields


async def test_a_new_postback_has_the_published_defaults(sale: str, actor: Actor) -> None:
    row = await make(actor)
    assert row.id.startswith("pb_")
    assert (row.level, row.event, row.campaign) == (PostbackLevel.EVENT, "sale", None)
    assert (row.url, row.method, row.body) == (URL, Method.GET, None)
    assert (row.content_type, row.headers, row.secret_names) == ("application/json", (), ())
    assert (row.enabled, row.version, row.warnings) == (True, 1, ())
    assert await postbacks.get(actor, row.id) == row
    assert await postbacks.list_for(actor, SALE) == [row]


async def test_everything_that_was_given_is_kept_as_it_was(sale: str, actor: Actor) -> None:
    await campaigns.create(actor, {"key": "auto", "name": "Auto"})
    given = {
        "url": 'https://partner.example/a%2Fb?d={occurred_at|date:"%Y-%m-%d %H:%M"}',
        "method": "POST",
        "body": '{"id": {lead_id}, "email": "{email|lower|sha256}"}\n',
        "content_type": "application/json; charset=utf-8",
        "headers": {"X-B": "2", "Authorization": "Bearer {secret:token}", "X-A": "1"},
        "secrets": {"Token": "hush"},
        "enabled": False,
        "campaign": "auto",
        "affiliate": None,
    }
    row = await make(actor, given)
    assert (row.url, row.body, row.content_type) == (
        given["url"],
        given["body"],
        given["content_type"],
    )
    assert row.headers == (("X-B", "2"), ("Authorization", "Bearer {secret:token}"), ("X-A", "1"))
    assert (row.method, row.enabled, row.campaign) == (Method.POST, False, "auto")
    assert (row.secret_names, row.warnings) == (("token",), ())
    assert await postbacks.get(actor, row.id) == row


@pytest.mark.parametrize(
    ("data", "field", "hint"),
    [
        ({}, "url", "Give the URL"),
        ({"url": "  "}, "url", "Give the URL"),
        ({"url": 5}, "url", "text"),
        ({"url": "https://p.example/" + "x" * 8192}, "url", "8,192"),
        ({"url": "https://p.example/?a={nonsense}"}, "url", "{nonsense}"),
        ({"url": "https://p.example/?a={amount|nonsense}"}, "url", "nonsense"),
        ({"url": "https://p.example/?a={amount"}, "url", "closing brace"),
        ({"url": "https://{sub1}.example/"}, "url", "host"),
        ({"url": "{sub1}://p.example/"}, "url", "https://"),
        ({"url": "https://p.example:{sub1}/"}, "url", "port"),
        ({"url": "https://{sub1}@p.example/"}, "url", "user"),
        ({"url": "https://p.example/?a={secret:x}"}, "url", "headers only"),
        ({"url": "ftp://p.example/"}, "url", "http"),
        ({"url": "https://me:pw@p.example/"}, "url", "user name"),
        ({"url": "https://p.example/a b"}, "url", "space"),
        ({"url": "https://p.example/#part"}, "url", "#"),
        ({"url": "http://10.0.0.1/"}, "url", "10.0.0.1"),
        ({"url": "http://2130706434/"}, "url", "127.0.0.2"),
        ({"url": "http://[::1]/{lead_id}"}, "url", "::1"),
        ({"url": "http://169.254.169.254/latest"}, "url", "169.254.169.254"),
        ({"url": "http://localhost:3000/api/v1/events"}, "url", "Afterlead itself"),
        ({"url": URL, "method": "PUT"}, "method", "POST"),
        ({"url": URL, "method": "get"}, "method", "GET"),
        ({"url": URL, "method": "POST", "body": "{lead_idd}"}, "body", "{lead_id}"),
        ({"url": URL, "method": "POST", "body": "x" * 65_537}, "body", "65,536"),
        ({"url": URL, "method": "POST", "body": {"a": 1}}, "body", "text"),
        ({"url": URL, "content_type": "json"}, "content_type", "application/json"),
        ({"url": URL, "content_type": "a/b\r\nX: y"}, "content_type", "one line"),
        ({"url": URL, "headers": {"Host": "x"}}, "headers.Host", "connection"),
        ({"url": URL, "headers": {"content-LENGTH": "1"}}, "headers.content-LENGTH", "connection"),
        ({"url": URL, "headers": {"X": "a\r\nY: b"}}, "headers.X", "line"),
        ({"url": URL, "headers": {"X": "a\x00"}}, "headers.X", "control"),
        ({"url": URL, "headers": {"X Y": "a"}}, "headers.X Y", "not a header name"),
        ({"url": URL, "headers": {"X": 1}}, "headers.X", "text"),
        ({"url": URL, "headers": {"X": "v" * 8193}}, "headers.X", "8,192"),
        ({"url": URL, "headers": {"X": "{nonsense}"}}, "headers.X", "{nonsense}"),
        ({"url": URL, "headers": {f"X-{n}": "" for n in range(51)}}, "headers", "50"),
        ({"url": URL, "headers": {"Content-Type": "a/b"}}, "headers.Content-Type", "content_type"),
        ({"url": URL, "headers": ["X"]}, "headers", "object"),
        ({"url": URL, "secrets": {"a b": "x"}}, "secrets", "a b"),
        ({"url": URL, "secrets": {"a": "x", "A": "y"}}, "secrets", "twice"),
        ({"url": URL, "secrets": {"a": ""}}, "secrets", "1 to"),
        ({"url": URL, "secrets": {"a": "x\ny"}}, "secrets", "line break"),
        ({"url": URL, "secrets": {f"s{n}": "x" for n in range(21)}}, "secrets", "20"),
        ({"url": URL, "enabled": "true"}, "enabled", "true or false"),
        ({"url": URL, "campaign": "none"}, "campaign", "no campaign"),
        ({"url": URL, "affiliate": "aff"}, "affiliate", "no affiliate"),
        ({"url": URL, "secret": {}}, "secret", "no field of this name"),
    ],
)
async def test_what_may_not_be_saved_gets_a_sentence_beside_its_field(
    sale: str, actor: Actor, data: dict[str, object], field: str, hint: str
) -> None:
    problems = await refused(actor, data)
    assert set(problems) == {field}
    assert hint in problems[field]


async def test_all_wrong_fields_are_named_at_once(sale: str, actor: Actor) -> None:
    data = {
        "url": "https://p.example/{nonsense}",
        "method": "POST",
        "body": "{nonsense}",
        "headers": {"Host": "x", "X": "{nonsense}"},
        "campaign": "none",
    }
    assert set(await refused(actor, data)) == {
        "url",
        "body",
        "headers.Host",
        "headers.X",
        "campaign",
    }


async def test_a_host_with_any_forbidden_address_is_refused(sale: str, actor: Actor) -> None:
    problems = await refused(actor, {"url": URL}, resolver=inside)
    assert "10.0.0.7" in problems["url"]


async def test_a_host_that_cannot_be_found_now_only_warns(sale: str, actor: Actor) -> None:
    row = await postbacks.create(actor, SALE, {"url": URL}, resolver=nowhere)
    assert len(row.warnings) == 1
    assert "partner.example cannot be found" in row.warnings[0]


async def test_an_allowed_range_and_our_own_test_receiver_can_be_called(
    sale: str, actor: Actor
) -> None:
    for url in ("http://127.0.0.1:9/x?a={lead_id}", "http://localhost:3000/echo/{event_name}"):
        assert (await make(actor, {"url": url})).warnings == ()


async def test_a_closed_installation_still_reaches_its_own_test_receiver(
    make_settings: MakeSettings, actor: Actor
) -> None:
    database.open_database(make_settings(allow_targets="", port=3456))
    try:
        await event_types.create(actor, {"name": "sale"})
        await make(actor, {"url": "http://127.0.0.1:3456/echo/partner"})
        for url in ("http://127.0.0.1:3457/echo/partner", "http://127.0.0.1:3456/login"):
            with pytest.raises(InvalidInput):
                await make(actor, {"url": url})
    finally:
        database.close_database()


@pytest.mark.parametrize(
    ("data", "hints"),
    [
        ({"url": "https://p.example/?a={field:policy_no}"}, ["policy_no"]),
        ({"url": "https://p.example/?a={lead:colour}"}, ["colour"]),
        ({"url": "https://p.example/?a=#clickid#"}, ["#clickid#"]),
        ({"url": "https://p.example/?a={{lead_id}}&b=${sub1}"}, ["{{lead_id}}", "${sub1}"]),
        ({"headers": {"X-Key": "{secret:missing}"}}, ["missing"]),
        ({"body": "x"}, ["GET"]),
        ({"method": "POST", "body": '{"a": {lead_id}'}, ["valid JSON"]),
    ],
)
async def test_what_may_be_meant_is_saved_with_a_warning(
    sale: str, actor: Actor, data: dict[str, object], hints: list[str]
) -> None:
    row = await make(actor, data)
    assert len(row.warnings) == len(hints)
    for hint, warning in zip(hints, row.warnings, strict=True):
        assert hint in warning
    assert (await postbacks.get(actor, row.id)).warnings == row.warnings


async def test_the_check_that_asks_no_name_server_judges_the_rest(sale: str, actor: Actor) -> None:
    checked = await postbacks.check({"url": URL}, resolve=False, resolver=inside)
    assert checked.url == URL
    with pytest.raises(InvalidInput):
        await postbacks.check({"url": "http://10.0.0.1/"}, resolve=False)


async def test_lead_fields_that_leads_bring_are_known(sale: str, actor: Actor) -> None:
    from services.intake import leads

    await campaigns.create(actor, {"key": "auto", "name": "Auto"})
    await leads.create(actor, {"campaign": "auto", "fields": {"colour": "red"}})
    row = await make(actor, {"url": "https://p.example/?a={lead:Colour}&b={lead:size}"})
    assert len(row.warnings) == 1
    assert "size" in row.warnings[0]


async def test_unknown_ids_and_missing_rights_are_refused(
    sale: str, actor: Actor, viewer: Actor
) -> None:
    row = await make(actor)
    for unknown in ("pb_none", "", "\x00", "ü" * 50):
        with pytest.raises(NotFound):
            await postbacks.get(actor, unknown)
    unknown_event = Owner(PostbackLevel.EVENT, "nothing")
    with pytest.raises(NotFound):
        await postbacks.create(actor, unknown_event, {"url": URL}, resolver=public_addresses)
    with pytest.raises(NotFound):
        await postbacks.list_for(actor, unknown_event)
    assert await postbacks.get(viewer, row.id) == row
    for attempt in (
        postbacks.create(viewer, SALE, {"url": URL}),
        postbacks.update(viewer, row.id, {"enabled": False}),
        postbacks.archive(viewer, row.id),
    ):
        with pytest.raises(NotAllowed):
            await attempt


async def test_a_body_may_be_long_and_keep_its_lines(sale: str, actor: Actor) -> None:
    body = json.dumps({"lines": ["{email}"] * 2000}, indent=1)
    row = await make(actor, {"method": "POST", "body": body})
    assert row.body == body
