"""Signing secrets: made, shown once, rotated, ended, forgotten, and unreadable at rest."""

import asyncio
import base64
from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlalchemy import text

from models.words import PostbackLevel
from services import database, signing_secrets
from services.actor import Actor
from services.catalog import cache, event_types, postback_signing, postbacks
from services.catalog.postbacks import Owner, PostbackRow
from services.database import Database
from services.errors import Conflict, InvalidInput, NotAllowed, NotFound, StaleVersion
from services.signing_secrets import OVERLAP
from tests.conftest import MakeSettings
from tests.factories import FrozenClock, public_addresses

SALE = Owner(PostbackLevel.EVENT, "sale")
URL = "https://partner.example/in?t={transaction_id}"


@pytest.fixture
async def postback(db: Database, actor: Actor) -> PostbackRow:
    await event_types.create(actor, {"name": "sale"})
    return await make(actor)


async def make(actor: Actor, **data: object) -> PostbackRow:
    return await postbacks.create(actor, SALE, {"url": URL, **data}, resolver=public_addresses)


async def sealed() -> str | None:
    return await database.read(
        lambda session: session.execute(text("SELECT signing_secrets FROM postback")).scalar_one()
    )


async def in_force(clock: FrozenClock) -> list[str]:
    token = await sealed()
    assert token is not None
    return [each.secret for each in signing_secrets.unseal(token).in_force(clock())]


async def test_a_new_secret_is_32_random_bytes_and_encrypted_at_rest(
    postback: PostbackRow, actor: Actor, clock: FrozenClock
) -> None:
    assert postback.signing is None
    made = await postback_signing.new_secret(actor, postback.id, clock=clock)
    prefix, _, encoded = made.secret.partition("_")
    assert prefix == "whsec"
    assert len(base64.b64decode(encoded, validate=True)) == 32
    token = await sealed()
    assert token is not None
    assert encoded not in token
    assert made.row.version == postback.version + 1
    signing = made.row.signing
    assert signing is not None
    assert (signing.since, signing.secret_made_at) == (clock.now, clock.now)
    assert (signing.old_until(clock.now), signing.is_readable) == (None, True)
    assert encoded not in repr(made)
    assert encoded not in repr(await postbacks.get(actor, postback.id))
    assert encoded not in repr(await postbacks.check({}, postback_id=postback.id))


async def test_the_old_secret_stays_for_24_hours(
    postback: PostbackRow, actor: Actor, clock: FrozenClock
) -> None:
    first = await postback_signing.new_secret(actor, postback.id, clock=clock)
    began = clock.now
    clock.move(days=30)
    second = await postback_signing.new_secret(actor, postback.id, clock=clock)
    signing = second.row.signing
    assert signing is not None
    assert (signing.since, signing.secret_made_at) == (began, clock.now)
    assert signing.old_until(clock.now) == clock.now + timedelta(hours=24)
    assert await in_force(clock) == [second.secret, first.secret]
    clock.now += OVERLAP
    assert await in_force(clock) == [second.secret]
    assert signing.old_until(clock.now) is None


async def test_at_most_five_old_secrets_are_kept_the_newest(
    postback: PostbackRow, actor: Actor, clock: FrozenClock
) -> None:
    made = []
    for _ in range(8):
        made.append((await postback_signing.new_secret(actor, postback.id, clock=clock)).secret)
        clock.move(minutes=1)
    assert await in_force(clock) == made[:1:-1]


async def test_the_old_secret_can_be_ended_before_its_time(
    postback: PostbackRow, actor: Actor, clock: FrozenClock
) -> None:
    await postback_signing.new_secret(actor, postback.id, clock=clock)
    second = await postback_signing.new_secret(actor, postback.id, clock=clock)
    ended = await postback_signing.end_old(actor, postback.id, clock=clock)
    assert await in_force(clock) == [second.secret]
    assert ended.signing is not None
    assert ended.signing.old_until(clock.now) is None
    again = await postback_signing.end_old(actor, postback.id, clock=clock)
    assert again.version == ended.version == second.row.version + 1


async def test_switching_off_forgets_every_secret(
    postback: PostbackRow, actor: Actor, clock: FrozenClock
) -> None:
    first = await postback_signing.new_secret(actor, postback.id, clock=clock)
    off = await postback_signing.switch_off(actor, postback.id)
    assert off.signing is None
    assert await sealed() is None
    assert (await postback_signing.switch_off(actor, postback.id)).version == off.version
    assert (await postback_signing.end_old(actor, postback.id)).version == off.version
    again = await postback_signing.new_secret(actor, postback.id, clock=clock)
    assert await in_force(clock) == [again.secret]
    assert again.secret != first.secret


async def test_a_secret_of_another_key_is_told_and_can_be_replaced(
    make_settings: MakeSettings, actor: Actor, clock: FrozenClock
) -> None:
    database.open_database(make_settings())
    await event_types.create(actor, {"name": "sale"})
    row = await make(actor)
    await postback_signing.new_secret(actor, row.id, clock=clock)
    database.close_database()
    database.open_database(make_settings(secret_key="another"))
    try:
        signing = (await postbacks.get(actor, row.id)).signing
        assert signing is not None
        assert (signing.is_readable, signing.since) == (False, None)
        before = await sealed()
        await postback_signing.end_old(actor, row.id, clock=clock)
        await postbacks.update(actor, row.id, {"enabled": False}, resolver=public_addresses)
        assert await sealed() == before  # the right key may come back
        made = await postback_signing.new_secret(actor, row.id, clock=clock)
        assert await in_force(clock) == [made.secret]
        assert made.row.signing is not None
        assert made.row.signing.is_readable
    finally:
        database.close_database()


ACTIONS = [postback_signing.new_secret, postback_signing.end_old, postback_signing.switch_off]


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.__name__)
async def test_who_may_not_edit_or_is_too_late_or_finds_nothing_is_refused(
    postback: PostbackRow, actor: Actor, viewer: Actor, action: object
) -> None:
    assert callable(action)
    with pytest.raises(NotAllowed):
        await action(viewer, postback.id)
    with pytest.raises(NotFound):
        await action(actor, "pb_none")
    with pytest.raises(StaleVersion):
        await action(actor, postback.id, if_match=postback.version + 1)
    await postbacks.archive(actor, postback.id)
    with pytest.raises(Conflict):
        await action(actor, postback.id)
    assert await sealed() is None


async def test_of_two_who_switch_on_the_same_version_one_gets_a_secret(
    postback: PostbackRow, actor: Actor, clock: FrozenClock
) -> None:
    answers = await asyncio.gather(
        *(
            postback_signing.new_secret(actor, postback.id, if_match=postback.version, clock=clock)
            for _ in range(2)
        ),
        return_exceptions=True,
    )
    (late,) = [each for each in answers if isinstance(each, BaseException)]
    (made,) = [each for each in answers if not isinstance(each, BaseException)]
    assert isinstance(late, StaleVersion)
    assert await in_force(clock) == [made.secret]


async def test_a_change_of_the_postback_leaves_its_signing_and_every_process_hears_of_both(
    postback: PostbackRow, actor: Actor, clock: FrozenClock
) -> None:
    before = await database.read(cache.definitions)
    made = await postback_signing.new_secret(actor, postback.id, clock=clock)
    assert await database.read(cache.definitions) is not before
    changed = await postbacks.update(
        actor, postback.id, {"method": "POST"}, resolver=public_addresses
    )
    assert changed.signing == made.row.signing
    assert await in_force(clock) == [made.secret]


async def test_a_clone_of_the_event_signs_with_the_secret_that_the_partner_knows(
    postback: PostbackRow, actor: Actor, clock: FrozenClock
) -> None:
    made = await postback_signing.new_secret(actor, postback.id, clock=clock)
    await event_types.clone(actor, "sale", new_name="sold")
    (copy,) = await postbacks.list_for(actor, Owner(PostbackLevel.EVENT, "sold"))
    assert copy.signing == made.row.signing


# The macro


@pytest.mark.parametrize(
    "data",
    [
        {"url": URL + "&s={sig}"},
        {"method": "POST", "body": '{"s": {sig}}'},
        {"headers": {"X-Sig": "{sig}"}},
    ],
)
async def test_sig_warns_until_signing_is_on(
    postback: PostbackRow, actor: Actor, data: Mapping[str, object]
) -> None:
    row = await make(actor, **data)
    assert any("{sig} will be empty" in each for each in row.warnings)
    await postback_signing.new_secret(actor, row.id)
    assert (await postbacks.get(actor, row.id)).warnings == ()
    checked = await postbacks.check({}, postback_id=row.id, resolver=public_addresses)
    assert checked.warnings == ()


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"url": URL + "&s={sig}&again={sig}"}, "url"),
        ({"url": URL + "&s={sig}", "method": "POST", "body": "{sig}"}, "body"),
        ({"method": "POST", "body": '{"a": {sig}, "b": "{sig}"}'}, "body"),
        ({"url": URL + "&s={sig|upper}"}, "url"),
        ({"url": "https://{sig}.example/"}, "url"),
    ],
)
async def test_sig_stands_at_one_place_of_url_and_body(
    postback: PostbackRow, actor: Actor, data: Mapping[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as error:
        await make(actor, **data)
    assert set(error.value.fields) == {field}
    assert "{sig" in error.value.fields[field]


async def test_a_body_that_is_not_sent_may_hold_sig_too(
    postback: PostbackRow, actor: Actor
) -> None:
    row = await make(actor, url=URL + "&s={sig}", method="GET", body="{sig}")
    assert row.body == "{sig}"
