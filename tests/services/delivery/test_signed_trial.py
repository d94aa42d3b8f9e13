"""Send Test and preview of a postback that signs, and of those that do not yet."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import pytest
from standardwebhooks import Webhook

from models.words import PostbackLevel
from services import database
from services.actor import Actor
from services.catalog import postback_signing, postbacks
from services.catalog.postbacks import Owner
from services.clock import utc_now
from services.database import Database
from services.delivery import trial
from services.delivery.sender import Sender
from services.delivery.transport import PartnerTransport
from services.delivery.trial import Preview, Sample, TrialResult
from services.errors import InvalidInput
from services.secret_box import MASK, UnreadableSecret
from services.settings import Settings
from services.target_guard import TargetPolicy
from tests.conftest import MakeSettings
from tests.partner import Partner
from tests.world import World, make_world

SALE = Owner(PostbackLevel.EVENT, "sale")


@pytest.fixture
async def sender(settings: Settings) -> AsyncIterator[None]:
    policy = TargetPolicy(allowed_networks=settings.allowed_networks)
    running = Sender(PartnerTransport(policy=policy), policy=policy, clock=utc_now)
    trial.set_sender(running)
    yield
    trial.set_sender(None)
    await running.aclose()


@pytest.fixture
async def world(db: Database, sender: None) -> World:
    return await make_world()


async def save(actor: Actor, partner: Partner) -> str:
    data = {
        "url": partner.url("/in") + "?t={transaction_id}&s={sig}",
        "method": "POST",
        "body": "ü",
        "content_type": "text/plain",
        "headers": {"Authorization": "{secret:token}", "X-Sig": "{sig}"},
        "secrets": {"token": "s3cret"},
    }
    return (await postbacks.create(actor, SALE, data)).id


async def send(actor: Actor, postback_id: str | None, **changes: object) -> TrialResult:
    checked = await postbacks.check(changes, postback_id=postback_id)
    return await trial.send_test(
        actor, checked, secrets=checked.secrets, sample=Sample(), postback_id=postback_id
    )


async def preview(actor: Actor, postback_id: str | None, **changes: object) -> Preview:
    checked = await postbacks.check(changes, postback_id=postback_id, resolve=False)
    return await trial.preview(actor, checked, sample=Sample(), postback_id=postback_id)


async def test_a_test_of_a_saved_postback_is_signed_with_its_secret(
    world: World, actor: Actor, partner: Partner
) -> None:
    postback_id = await save(actor, partner)
    secret = (await postback_signing.new_secret(actor, postback_id)).secret
    result = await send(actor, postback_id)
    (got,) = partner.wait_for(1)
    arrived = {name.lower(): value for name, value in got.headers}
    Webhook(secret).verify("ü", arrived, json_parse=False)
    assert got.query["s"] == arrived["x-sig"] != ""
    assert result.not_signed == ""
    # What is shown is what was sent, but for the secret.
    shown = {name.lower(): value for name, value in result.request.headers}
    assert shown["authorization"] == MASK
    assert {name: arrived[name] for name in shown} | {"authorization": MASK} == shown
    assert result.request.url == partner.url(got.target.decode())
    assert result.request.body == "ü"


async def test_a_preview_shows_that_it_will_be_signed_and_no_signature(
    world: World, actor: Actor, partner: Partner
) -> None:
    postback_id = await save(actor, partner)
    await postback_signing.new_secret(actor, postback_id)
    shown = await preview(actor, postback_id)
    headers = dict(shown.request.headers)
    assert parse_qs(urlsplit(shown.request.url).query)["s"] == ["{sig}"]
    assert headers["X-Sig"] == "{sig}"
    assert headers["Authorization"] == MASK
    assert headers["webhook-signature"] == headers["x-postback-signature"] == MASK
    assert headers["webhook-timestamp"] == MASK
    assert shown.not_signed == ""
    assert partner.connections == 0


async def test_without_signing_a_test_goes_out_unsigned_and_both_say_so(
    world: World, actor: Actor, partner: Partner
) -> None:
    postback_id = await save(actor, partner)
    assert (await preview(actor, postback_id)).not_signed == trial.SIGNING_OFF
    assert (await send(actor, postback_id)).not_signed == trial.SIGNING_OFF
    draft = {"url": partner.url("/in") + "?s={sig}"}
    shown = await preview(actor, None, **draft)
    assert shown.not_signed == trial.UNSAVED
    assert "webhook-signature" not in dict(shown.request.headers)
    assert (await send(actor, None, **draft)).not_signed == trial.UNSAVED
    first, second = partner.wait_for(2)
    assert (first.query["s"], second.query["s"]) == ("", "")
    assert first.header("webhook-signature") is second.header("webhook-signature") is None


async def test_a_test_with_an_unreadable_secret_says_what_to_do(
    make_settings: MakeSettings, actor: Actor, partner: Partner, sender: None
) -> None:
    database.open_database(make_settings())
    await make_world()
    postback_id = await save(actor, partner)
    await postback_signing.new_secret(actor, postback_id)
    database.close_database()
    database.open_database(make_settings(secret_key="another"))
    try:
        with pytest.raises(UnreadableSecret, match="make a new signing secret"):
            await send(actor, postback_id)
    finally:
        database.close_database()
    assert partner.connections == 0


async def test_sig_is_no_value_that_a_test_may_choose(
    world: World, actor: Actor, partner: Partner
) -> None:
    checked = await postbacks.check({"url": partner.url("/in") + "?s={sig}"})
    with pytest.raises(InvalidInput) as error:
        await trial.preview(actor, checked, sample=Sample(values={"sig": "1"}))
    assert set(error.value.fields) == {"values.sig"}
