"""Channels are edited by those who edit definitions, and checked as postbacks are."""

import pytest
from standardwebhooks import Webhook

from models import NoticeChannel
from models.words import ChannelKind, KeyScope, NoticeKind, Role
from services.actor import Actor
from services.clock import utc_now
from services.database import Database
from services.errors import Conflict, InvalidInput, NotAllowed, NotFound, StaleVersion, TooMany
from services.notices import channel_trial, channels
from tests import factories
from tests.factories import FrozenClock, public_addresses
from tests.partner import Partner
from tests.services.notices.conftest import Channels, MakeChannel
from tests.world import rows

URL = {"name": "Ops", "kind": "url", "target": "https://hooks.example/T0/secret"}


async def make(owner: Actor, **changes: object) -> channels.ChannelWithSecret:
    return await channels.create(owner, {**URL, **changes}, resolver=public_addresses)


async def test_a_url_wants_every_type_and_shows_its_secret_once(db: Database, owner: Actor) -> None:
    made = await make(owner)
    assert made.secret.startswith("whsec_")
    assert set(made.row.kinds) == set(NoticeKind)
    assert made.row == await channels.get(owner, made.row.id)
    (stored,) = await rows(NoticeChannel)
    assert made.secret not in str(stored.secret)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"kind": "sms"}, "kind"),
        ({"target": ""}, "target"),
        ({"target": "ops@example.com"}, "target"),
        ({"target": "http://127.0.0.2/"}, "target"),
        ({"target": "http://2130706434/"}, "target"),
        ({"target": "http://localhost:3000/in/key"}, "target"),
        ({"target": "https://user:pw@hooks.example/"}, "target"),
        ({"target": "https://hooks.example:22/"}, "target"),
        ({"types": []}, "types"),
        ({"types": ["delivery.late"]}, "types.0"),
        ({"tipes": []}, "tipes"),
    ],
)
async def test_what_does_not_fit_is_refused_by_its_field(
    db: Database, owner: Actor, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await make(owner, **changes)
    assert set(refused.value.fields) == {field}
    assert await rows(NoticeChannel) == []


async def test_a_name_that_leads_into_the_private_network_is_refused(
    db: Database, owner: Actor
) -> None:
    async def private(host: str, port: int) -> list[str]:
        return ["93.184.216.34", "10.0.0.1"]

    with pytest.raises(InvalidInput) as refused:
        await channels.create(owner, URL, resolver=private)
    assert "10.0.0.1" in refused.value.fields["target"]


async def test_a_name_that_is_not_found_now_may_be_saved(db: Database, owner: Actor) -> None:
    async def nowhere(host: str, port: int) -> list[str]:
        raise OSError

    await channels.create(owner, URL, resolver=nowhere)


async def test_changes_count_versions_and_the_kind_stays(db: Database, owner: Actor) -> None:
    row = (await make(owner)).row
    changes = {"name": "Night", "types": ["postback.paused"]}
    changed = await channels.update(owner, row.id, changes, resolver=public_addresses)
    assert (changed.name, changed.version) == ("Night", 2)
    same = await channels.update(owner, row.id, changes, resolver=public_addresses)
    assert same.version == 2
    with pytest.raises(StaleVersion):
        await channels.update(owner, row.id, {"name": "x"}, if_match=1)
    with pytest.raises(Conflict):
        await channels.update(owner, row.id, {"kind": ChannelKind.EMAIL.value})
    with pytest.raises(InvalidInput):
        await channels.update(owner, row.id, {"target": "http://10.0.0.1/"})


async def test_an_archived_one_is_kept_and_does_nothing_more(db: Database, owner: Actor) -> None:
    row = (await make(owner)).row
    archived = await channels.archive(owner, row.id)
    assert archived == await channels.archive(owner, row.id)
    assert await channels.list_all(owner) == []
    assert await channels.list_all(owner, archived=None) == [archived]
    for act in (
        channels.update(owner, row.id, {"name": "x"}),
        channels.new_secret(owner, row.id),
        channel_trial.send_test(owner, row.id),
    ):
        with pytest.raises(Conflict):
            await act


async def test_who_may_only_read_sees_where_but_not_the_whole_url(
    db: Database, owner: Actor, viewer: Actor
) -> None:
    row = (await make(owner)).row
    seen = await channels.get(viewer, row.id)
    assert seen.target == "https://hooks.example/…"
    assert [each.target for each in await channels.list_all(viewer)] == [seen.target]
    operator = factories.person(Role.OPERATOR)
    reader = factories.program(KeyScope.READ)
    for actor in (viewer, operator, reader):
        for act in (
            channels.create(actor, URL),
            channels.update(actor, row.id, {"name": "x"}),
            channels.archive(actor, row.id),
            channels.new_secret(actor, row.id),
        ):
            with pytest.raises(NotAllowed):
                await act
    with pytest.raises(NotAllowed):
        await channel_trial.send_test(viewer, row.id)


async def test_a_test_is_signed_says_that_nothing_is_wrong_and_counts_for_nothing(
    job: Channels, owner: Actor, partner: Partner
) -> None:
    data = {"name": "Ops", "kind": "url", "target": partner.url("/hook")}
    made = await channels.create(owner, data)
    job.clock.now = utc_now()
    result = await channel_trial.send_test(owner, made.row.id)
    assert (result.succeeded, result.status_code, result.answer) == (True, 200, "ok")
    (got,) = partner.requests
    headers = {name.lower(): value for name, value in got.headers}
    content = Webhook(made.secret).verify(got.body, headers)
    assert (content["type"], content["id"]) == ("notice.test", made.row.id)
    assert (await channels.get(owner, made.row.id)).last_sent_at is None
    with pytest.raises(TooMany):
        await channel_trial.send_test(owner, made.row.id)


async def test_a_test_that_fails_says_why(
    job: Channels, make_channel: MakeChannel, owner: Actor, partner: Partner
) -> None:
    row = await make_channel(partner.url("/status/404"))
    result = await channel_trial.send_test(owner, row.id)
    assert (result.succeeded, result.status_code) == (False, 404)
    assert "404" in result.message
    assert (await channels.get(owner, row.id)).failing_since is None


async def test_during_a_change_of_the_secret_both_sign_for_a_day(
    job: Channels, owner: Actor, partner: Partner, clock: FrozenClock
) -> None:
    clock.now = utc_now()
    data = {"name": "Ops", "kind": "url", "target": partner.url("/hook")}
    first = await channels.create(owner, data, clock=clock)
    second = await channels.new_secret(owner, first.row.id, clock=clock)
    assert second.secret != first.secret
    await channel_trial.send_test(owner, first.row.id, clock=clock)
    (got,) = partner.requests
    headers = {name.lower(): value for name, value in got.headers}
    for secret in (first.secret, second.secret):
        Webhook(secret).verify(got.body, headers)
    assert len(str(got.header("webhook-signature")).split()) == 2
    clock.move(hours=25)
    await channel_trial.send_test(owner, first.row.id, clock=clock)
    assert len(str(partner.requests[1].header("webhook-signature")).split()) == 1


async def test_an_unknown_one_is_not_found(db: Database, owner: Actor) -> None:
    for act in (
        channels.get(owner, "nch_nothing"),
        channels.get(owner, "\x00"),
        channels.update(owner, "nch_nothing", {}),
        channels.archive(owner, "nch_nothing"),
        channel_trial.send_test(owner, "nch_nothing"),
        channels.list_sends(owner, "nch_nothing"),
    ):
        with pytest.raises(NotFound):
            await act


async def test_there_is_an_end_to_the_number_of_channels(db: Database, owner: Actor) -> None:
    for _ in range(channels.MAX_CHANNELS):
        await make(owner)
    with pytest.raises(Conflict):
        await make(owner)
