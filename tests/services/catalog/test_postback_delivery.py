"""How a postback wants to be delivered: what may be saved, and that it is kept as it was given."""

from decimal import Decimal
from typing import Any

import pytest

from models.words import PostbackLevel, RetryPreset, SuccessRuleKind
from services import database
from services.actor import Actor
from services.catalog import cache, event_types, postbacks
from services.catalog.delivery_input import Retry, retry_as_given, success_as_given
from services.catalog.postbacks import Owner
from services.database import Database
from services.delivery.success_rule import SuccessRule
from services.errors import InvalidInput
from tests.factories import public_addresses

SALE = Owner(PostbackLevel.EVENT, "sale")
URL = "https://partner.example/postback?tid={transaction_id}"


@pytest.fixture
async def sale(db: Database, actor: Actor) -> None:
    await event_types.create(actor, {"name": "sale"})


async def make(actor: Actor, **data: object) -> postbacks.PostbackRow:
    return await postbacks.create(actor, SALE, {"url": URL, **data}, resolver=public_addresses)


async def refusal(actor: Actor, **data: object) -> dict[str, str]:
    with pytest.raises(InvalidInput) as error:
        await make(actor, **data)
    assert await postbacks.list_for(actor, SALE) == []
    return error.value.fields


async def template_policy() -> Any:
    found = await database.read(cache.definitions)
    (rows,) = found.postbacks_by_event_type_id.values()
    return rows[0].policy


async def test_a_new_postback_is_tried_by_the_standard_schedule(sale: None, actor: Actor) -> None:
    row = await make(actor)
    assert (row.retry, row.success, row.at_most_once) == (Retry(), None, False)
    assert await template_policy() is None


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("standard", Retry(RetryPreset.STANDARD)),
        ("fast", Retry(RetryPreset.FAST)),
        ("none", Retry(RetryPreset.NONE)),
        ({"waits": [0]}, Retry(RetryPreset.CUSTOM, (0,))),
        ({"waits": [324_000]}, Retry(RetryPreset.CUSTOM, (324_000,))),
        ({"waits": [0, *[60] * 23]}, Retry(RetryPreset.CUSTOM, (0, *[60] * 23))),
    ],
)
async def test_retries_are_kept_as_they_were_given(
    sale: None, actor: Actor, given: object, kept: Retry
) -> None:
    row = await make(actor, retry=given)
    assert row.retry == kept
    assert retry_as_given(row.retry) == given
    assert await postbacks.get(actor, row.id) == row


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("often", "standard, fast, none"),
        (None, "standard, fast, none"),
        (7, "standard, fast, none"),
        ("custom", "standard, fast, none"),
        ({"waits": [0], "more": 1}, "standard, fast, none"),
        ({"waits": []}, "list of waits"),
        ({"waits": "0, 30"}, "list of waits"),
        ({"waits": [0] * 25}, "at most 24 waits; there are 25"),
        ({"waits": [0, -1]}, "Wait 2 is no whole number"),
        ({"waits": [0, True]}, "Wait 2 is no whole number"),
        ({"waits": [0, "30s"]}, "Wait 2 is no whole number"),
        ({"waits": [Decimal("1.5")]}, "Wait 1 is no whole number"),
        ({"waits": [0, 324_001]}, "90 hours together; these come to 90"),
        ({"waits": [0, 604_800]}, "90 hours together; these come to 168"),
        ({"waits": [10**400]}, "90 hours together"),
    ],
)
async def test_a_schedule_that_cannot_be_kept_is_refused_with_the_reason(
    sale: None, actor: Actor, given: object, says: str
) -> None:
    fields = await refusal(actor, retry=given)
    assert set(fields) == {"retry"}
    assert says in fields["retry"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"contains": " OK\n"}, SuccessRule(SuccessRuleKind.CONTAINS, " OK\n")),
        ({"matches": "(?i)^ok"}, SuccessRule(SuccessRuleKind.MATCHES, "(?i)^ok")),
        (
            {"json": {"path": "a.b[0]", "equals": "ok"}},
            SuccessRule(SuccessRuleKind.JSON, "ok", "a.b[0]"),
        ),
        (
            {"json": {"path": "a", "equals": ""}},
            SuccessRule(SuccessRuleKind.JSON, "", "a"),
        ),
    ],
)
async def test_a_success_rule_is_kept_as_it_was_given(
    sale: None, actor: Actor, given: object, kept: SuccessRule
) -> None:
    row = await make(actor, success=given)
    assert row.success == kept
    assert success_as_given(row.success) == given
    assert await postbacks.get(actor, row.id) == row


@pytest.mark.parametrize(
    ("equals", "text"),
    [(1, "1"), (Decimal("1.50"), "1.50"), (True, "true"), (False, "false"), (None, "null")],
)
async def test_a_json_value_is_kept_as_the_text_that_it_is_compared_with(
    sale: None, actor: Actor, equals: object, text: str
) -> None:
    row = await make(actor, success={"json": {"path": "a", "equals": equals}})
    assert row.success == SuccessRule(SuccessRuleKind.JSON, text, "a")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("OK", "contains"),
        ({}, "contains"),
        ({"contains": "a", "matches": "b"}, "contains"),
        ({"includes": "a"}, "contains"),
        ({"contains": ""}, "every 2xx count"),
        ({"contains": None}, "Give contains as text"),
        ({"contains": "x" * 1_001}, "at most 1,000 characters; there are 1,001"),
        ({"matches": "("}, "no regular expression that RE2 knows (missing ): ()"),
        ({"matches": "(?=x)"}, "no look-ahead"),
        ({"matches": "(.?){1000}b"}, "too large"),
        ({"matches": "x" * 501}, "at most 500 characters"),
        ({"json": "status"}, '{"path": "status", "equals": "ok"}'),
        ({"json": {"path": "a"}}, '{"path": "status", "equals": "ok"}'),
        ({"json": {"path": " ", "equals": "1"}}, "Give the path"),
        ({"json": {"path": 1, "equals": "1"}}, "Give the path as text"),
        ({"json": {"path": "a[*]", "equals": "1"}}, "names with dots"),
        ({"json": {"path": "a", "equals": [1]}}, "Give equals as"),
    ],
)
async def test_a_rule_that_cannot_be_judged_by_is_refused_with_the_reason(
    sale: None, actor: Actor, given: object, says: str
) -> None:
    fields = await refusal(actor, success=given)
    assert set(fields) == {"success"}
    assert says in fields["success"]


async def test_at_most_once_is_true_or_false(sale: None, actor: Actor) -> None:
    assert set(await refusal(actor, at_most_once="yes")) == {"at_most_once"}
    assert (await make(actor, at_most_once=True)).at_most_once


async def test_each_is_changed_by_itself_and_the_same_again_is_no_change(
    sale: None, actor: Actor
) -> None:
    row = await make(actor, retry={"waits": [0, 60]}, success={"contains": "OK"})
    own = {"resolver": public_addresses}
    again = await postbacks.update(actor, row.id, {"retry": {"waits": [0, 60]}}, **own)
    assert again == row
    once = await postbacks.update(actor, row.id, {"at_most_once": True}, **own)
    assert (once.retry, once.success, once.at_most_once) == (row.retry, row.success, True)
    assert await template_policy() == {
        "waits": [0, 60],
        "success": {"kind": "contains", "value": "OK"},
        "once": True,
    }
    changes = {"retry": "standard", "success": None, "at_most_once": False}
    assert (await postbacks.update(actor, row.id, changes, **own)).version == 3
    assert await template_policy() is None


async def test_a_copy_of_the_event_delivers_as_the_original_does(sale: None, actor: Actor) -> None:
    row = await make(actor, retry="fast", success={"contains": "OK"}, at_most_once=True)
    copy = await event_types.clone(actor, "sale")
    (copied,) = await postbacks.list_for(actor, Owner(PostbackLevel.EVENT, copy.name))
    assert (copied.retry, copied.success, copied.at_most_once) == (
        row.retry,
        row.success,
        row.at_most_once,
    )
