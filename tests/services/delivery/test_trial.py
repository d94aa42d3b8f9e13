"""Send Test and preview: the real sender and a real partner, but counted in no figure."""

import json
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta

import pytest

from models import Trial
from models.words import FailureKind, Outcome, PostbackLevel
from services.actor import Actor
from services.catalog import affiliates, campaigns, custom_fields, event_types, postbacks
from services.catalog.postbacks import Owner
from services.clock import utc_now
from services.database import Database
from services.delivery import trial
from services.delivery.sender import Sender
from services.delivery.transport import PartnerTransport
from services.delivery.trial import MAX_PER_MINUTE, Preview, Sample, TrialResult
from services.errors import InvalidInput, NotAllowed, NotFound, TooMany
from services.secret_box import MASK
from services.settings import Settings
from services.target_guard import TargetPolicy
from tests.factories import FrozenClock, public_addresses
from tests.partner import Partner
from tests.world import World, attempts, deliveries, events, make_world, rows, submissions

SALE = Owner(PostbackLevel.EVENT, "sale")


@pytest.fixture
async def world(db: Database, settings: Settings) -> AsyncIterator[World]:
    policy = TargetPolicy(allowed_networks=settings.allowed_networks)
    sender = Sender(PartnerTransport(policy=policy), policy=policy, clock=utc_now)
    trial.set_sender(sender)
    yield await make_world(first_name="Änne", email="a+b@ü.de", fields={"plan": "gold"})
    trial.set_sender(None)
    await sender.aclose()


async def send(actor: Actor, data: Mapping[str, object], **sample: object) -> TrialResult:
    checked = await postbacks.check(data, resolver=public_addresses)
    return await trial.send_test(
        actor,
        checked,
        secrets=checked.secrets,
        sample=Sample(**sample),  # type: ignore[arg-type]
    )


async def preview(actor: Actor, url: str, **sample: object) -> Preview:
    checked = await postbacks.check({"url": url}, resolver=public_addresses)
    return await trial.preview(actor, checked, sample=Sample(**sample))  # type: ignore[arg-type]


async def test_a_test_arrives_with_sample_values_and_brings_the_answer_back(
    world: World, actor: Actor, partner: Partner
) -> None:
    result = await send(
        actor, {"url": partner.url("/ok") + "?e={event_name}&a={amount}&t={is_test}"}
    )
    (got,) = partner.wait_for(1)
    assert got.query == {"e": "sale", "a": "49.90", "t": "true"}
    assert (result.outcome, result.failure, result.message) == (Outcome.SUCCEEDED, None, "")
    assert (result.status_code, result.response_body, result.truncated) == (200, "ok", False)
    assert result.request.url == partner.url(got.target.decode())
    assert result.duration_ms >= 0


async def test_a_refusal_of_the_partner_is_an_answer_and_says_what_it_means(
    world: World, actor: Actor, partner: Partner
) -> None:
    result = await send(actor, {"url": partner.url("/status/404")})
    assert (result.outcome, result.failure) == (Outcome.FAILED, FailureKind.HTTP_STATUS)
    assert result.status_code == 404
    assert "404" in result.message
    assert len(partner.requests) == 1


async def test_a_blocked_address_fails_before_any_packet(
    world: World, actor: Actor, partner: Partner
) -> None:
    # Saved when it was allowed: at save it would be refused.
    blocked = await world.postback(partner.url("/ok", host="127.0.0.2"))
    (saved,) = [row for row in await postbacks.list_for(actor, SALE) if row.id == blocked]
    result = await trial.send_test(actor, saved, secrets={}, sample=Sample(), postback_id=blocked)
    assert (result.outcome, result.failure) == (Outcome.FAILED, FailureKind.BLOCKED)
    assert result.status_code is None
    assert "127.0.0.2" in result.message
    assert partner.connections == 0


async def test_secrets_go_out_and_are_masked_where_people_look(
    world: World, actor: Actor, partner: Partner
) -> None:
    data = {
        "url": partner.url("/ok"),
        "method": "POST",
        "body": '{"e": "{email}"}',
        "headers": {"Authorization": "Bearer {secret:token}"},
        "secrets": {"token": "s3cret"},
    }
    result = await send(actor, data, lead_id=world.lead_id)
    (got,) = partner.wait_for(1)
    assert got.header("authorization") == "Bearer s3cret"
    assert json.loads(got.body) == {"e": "a+b@ü.de"}
    assert dict(result.request.headers)["Authorization"] == f"Bearer {MASK}"
    assert result.request.body == got.body.decode()
    assert "s3cret" not in repr(result)


async def test_a_test_is_written_down_as_such_and_counts_nowhere(
    world: World, actor: Actor, partner: Partner
) -> None:
    saved = await world.postback(partner.url("/status/500"))
    row = await postbacks.get(actor, saved)
    await trial.send_test(actor, row, secrets={}, sample=Sample(), postback_id=saved)
    await send(actor, {"url": partner.url("/ok")})
    first, second = sorted(await rows(Trial), key=lambda one: one.tried_at)
    assert (first.postback_id, first.outcome, first.status_code) == (saved, Outcome.FAILED, 500)
    assert (second.postback_id, second.outcome, second.actor_name) == (
        None,
        Outcome.SUCCEEDED,
        actor.name,
    )
    assert await events() == await deliveries() == await attempts() == await submissions() == []
    assert (await postbacks.get(actor, saved)).version == 1


async def test_a_test_that_finds_the_address_gone_switches_nothing_off(
    world: World, actor: Actor, partner: Partner
) -> None:
    saved = await world.postback(partner.url("/status/410"))
    row = await postbacks.get(actor, saved)
    await trial.send_test(actor, row, secrets={}, sample=Sample(), postback_id=saved)
    assert (await postbacks.get(actor, saved)).enabled


async def test_so_many_tests_a_minute_and_no_more_for_each(
    world: World, actor: Actor, program: Actor, partner: Partner, clock: FrozenClock
) -> None:
    checked = await postbacks.check({"url": partner.url("/ok")}, resolver=public_addresses)

    async def send_by(who: Actor) -> TrialResult:
        return await trial.send_test(who, checked, secrets={}, sample=Sample(), clock=clock)

    for _ in range(MAX_PER_MINUTE):
        await send_by(actor)
    with pytest.raises(TooMany) as error:
        await send_by(actor)
    assert 0 < error.value.retry_after_seconds <= 60
    assert len(partner.requests) == MAX_PER_MINUTE
    await send_by(program)
    clock.now += timedelta(seconds=61)
    await send_by(actor)


async def previewed(
    actor: Actor, owner: Owner, data: Mapping[str, object], **sample: object
) -> str:
    """Return the URL of a preview of a new postback, past its host; the body where it has one."""
    given = {"url": "https://p.example/", **data}
    checked = await postbacks.check(given, owner=owner, resolver=public_addresses)
    shown = await trial.preview(actor, checked, sample=Sample(**sample))  # type: ignore[arg-type]
    return shown.request.body or shown.request.url.partition("?")[2]


async def test_a_sample_has_the_campaign_and_affiliate_that_the_postback_is_for(
    world: World, actor: Actor
) -> None:
    await affiliates.create(actor, {"key": "north", "name": "North Media"})
    url = "https://p.example/?{campaign_id}&{campaign_name}&{affiliate_id}&{affiliate_name}"
    any_campaign, any_affiliate = "sample-campaign&Sample%20campaign", "sample-affiliate&Sample%20"
    auto, north = "auto-us&Auto%20US", "north&North%20Media"
    campaign = Owner(PostbackLevel.CAMPAIGN, "auto-us")
    affiliate = Owner(PostbackLevel.AFFILIATE, "north")
    for owner, filters, expected in (
        (SALE, {}, f"{any_campaign}&{any_affiliate}affiliate"),
        (SALE, {"campaign": "auto-us", "affiliate": "north"}, f"{auto}&{north}"),
        (campaign, {}, f"{auto}&{any_affiliate}affiliate"),
        (campaign, {"affiliate": "north"}, f"{auto}&{north}"),
        (affiliate, {}, f"{any_campaign}&{north}"),
    ):
        assert await previewed(actor, owner, {"url": url, **filters}) == expected


async def test_a_chosen_lead_brings_its_affiliate_or_none(world: World, actor: Actor) -> None:
    await affiliates.create(actor, {"key": "north", "name": "North Media"})
    chosen = await world.lead("t-2", affiliate="north", external_click_id="clk-1")
    url = "https://p.example/?{affiliate_id}&{affiliate_name}&{external_click_id}"
    shown = await previewed(actor, SALE, {"url": url}, lead_id=chosen)
    assert shown == "north&North%20Media&clk-1"
    assert await previewed(actor, SALE, {"url": url}, lead_id=world.lead_id) == "&&"


async def test_a_test_names_the_event_that_the_postback_belongs_to(
    world: World, actor: Actor
) -> None:
    await event_types.create(actor, {"name": "call"})
    data = {"url": "https://p.example/?{event_name}"}
    call = Owner(PostbackLevel.EVENT, "call")
    assert await previewed(actor, call, data) == "call"
    assert await previewed(actor, call, data, event="sale") == "sale"
    assert await previewed(actor, Owner(PostbackLevel.CAMPAIGN, "auto-us"), data) == "sale"
    saved = await postbacks.create(actor, call, data, resolver=public_addresses)
    for tried in (saved, await postbacks.check({}, postback_id=saved.id, resolve=False)):
        assert (await trial.preview(actor, tried, sample=Sample())).request.url.endswith("?call")


async def test_a_test_of_a_postback_that_waits_for_a_status_has_that_status(
    world: World, actor: Actor
) -> None:
    data = {"url": "https://p.example/?{status}"}
    assert await previewed(actor, SALE, data) == "approved"
    waiting = {**data, "on_conversion_status": ["reversed", "rejected"]}
    assert await previewed(actor, SALE, waiting) == "rejected"


async def test_custom_fields_show_their_examples_in_a_test(world: World, actor: Actor) -> None:
    for field in (
        {"name": "policy", "type": "text", "example": "P-7"},
        {"name": "rate", "type": "number", "example": "0.10"},
        {"name": "plain", "type": "number"},
        {"name": "since", "type": "date"},
    ):
        await custom_fields.create(actor, "auto-us", "sale", field)
    data = {
        "method": "POST",
        "body": "[{field:policy}, {field:rate}, {field:plain}, {field:since}, {field:other}]",
    }
    examples = '["P-7", 0.10, 12.50, "2026-01-31", null]'
    for owner in (SALE, Owner(PostbackLevel.CAMPAIGN, "auto-us")):
        assert await previewed(actor, owner, data) == examples
        assert await previewed(actor, owner, data, lead_id=world.lead_id) == examples
    assert await previewed(actor, SALE, data, values={"field:rate": 5, "field:policy": 7}) == (
        '[7, 5, 12.50, "2026-01-31", null]'
    )


async def test_a_test_has_the_fields_of_its_event_and_campaign_alone(
    world: World, actor: Actor
) -> None:
    await campaigns.create(actor, {"key": "home", "name": "Home"})
    await event_types.create(actor, {"name": "call"})
    for campaign, event in (("home", "sale"), ("auto-us", "call")):
        field = {"name": f"{event}_field", "type": "text", "example": f"of {event}"}
        await custom_fields.create(actor, campaign, event, field)
    data = {"url": "https://p.example/?{field:sale_field}&{field:call_field}"}
    auto = Owner(PostbackLevel.CAMPAIGN, "auto-us")
    assert await previewed(actor, SALE, data) == "of%20sale&"
    assert await previewed(actor, SALE, {**data, "campaign": "auto-us"}) == "&"
    assert await previewed(actor, SALE, data, lead_id=world.lead_id) == "&"
    assert await previewed(actor, auto, data) == "&of%20call"
    assert await previewed(actor, auto, data, event="sale") == "&"


async def test_a_preview_shows_the_chosen_lead_and_sends_nothing(
    world: World, actor: Actor, partner: Partner
) -> None:
    url = partner.url("/ok") + "?n={first_name}&c={campaign_id}&p={lead:plan}&x={sub1}"
    shown = await preview(actor, url, lead_id=world.lead_id, event="sale")
    assert shown.request.url == partner.url("/ok") + "?n=%C3%84nne&c=auto-us&p=gold&x="
    assert [(use.expression, use.value, use.empty, use.where) for use in shown.macros] == [
        ("{first_name}", "Änne", False, "URL"),
        ("{campaign_id}", "auto-us", False, "URL"),
        ("{lead:plan}", "gold", False, "URL"),
        ("{sub1}", "", True, "URL"),
    ]
    assert shown.not_sent == ""
    assert partner.connections == 0
    assert await rows(Trial) == []


@pytest.mark.parametrize(
    ("name", "macro"),
    [
        ("amount", "amount"),
        ("Amount", "amount"),
        ("status", "conversion_status"),
        ("conversion_status", "status"),
        ("lead:plan", "lead:plan"),
        ("lead:email", "email"),
        ("field:policy", "field:policy"),
    ],
)
async def test_given_values_replace_the_lead_s_and_the_sample_s(
    world: World, actor: Actor, name: str, macro: str
) -> None:
    url = f"https://p.example/?x={{{macro}}}"
    shown = await preview(actor, url, lead_id=world.lead_id, values={name: "mine &"})
    assert shown.request.url == "https://p.example/?x=mine%20%26"
    emptied = await preview(actor, url, lead_id=world.lead_id, values={name: None})
    assert emptied.request.url == "https://p.example/?x="


async def test_half_a_character_in_a_value_breaks_nothing(world: World, actor: Actor) -> None:
    shown = await preview(actor, "https://p.example/?x={email}", values={"email": "a\ud800\x00"})
    assert shown.request.url == "https://p.example/?x=a%EF%BF%BD%EF%BF%BD"


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"nonsense": "x"}, "values.nonsense", "There is no macro of this name."),
        ({"secret:token": "x"}, "values.secret:token", "There is no macro of this name."),
        ({"amount": [1]}, "values.amount", "Give text or a number."),
        ({"amount": True}, "values.amount", "Give text or a number."),
    ],
)
async def test_a_value_that_no_macro_takes_is_refused(
    world: World, actor: Actor, values: dict[str, object], field: str, sentence: str
) -> None:
    with pytest.raises(InvalidInput) as error:
        await preview(actor, "https://p.example/", values=values)
    assert error.value.fields == {field: sentence}


async def test_a_required_macro_without_a_value_is_not_sent(
    world: World, actor: Actor, partner: Partner
) -> None:
    url = partner.url("/ok") + "?x={external_click_id|required}"
    shown = await preview(actor, url, lead_id=world.lead_id)
    assert "external_click_id" in shown.not_sent
    with pytest.raises(InvalidInput) as error:
        await send(actor, {"url": url}, lead_id=world.lead_id)
    assert error.value.fields == {"url": shown.not_sent}
    assert partner.connections == 0
    assert await rows(Trial) == []


@pytest.mark.parametrize(
    "sample", [{"lead_id": "ld_none"}, {"lead_id": "\x00"}, {"event": "nope"}, {"event": "\x00"}]
)
async def test_an_unknown_lead_or_event_is_not_found(
    world: World, actor: Actor, sample: dict[str, str]
) -> None:
    with pytest.raises(NotFound):
        await preview(actor, "https://p.example/", **sample)


async def test_who_may_only_read_sees_previews_and_sends_no_test(
    world: World, viewer: Actor, partner: Partner
) -> None:
    assert (await preview(viewer, partner.url("/ok"))).not_sent == ""
    with pytest.raises(NotAllowed):
        await send(viewer, {"url": partner.url("/ok")})
    assert partner.connections == 0


@pytest.mark.parametrize(
    ("rule", "outcome", "failure", "says"),
    [
        (
            {"contains": "ok"},
            Outcome.SUCCEEDED,
            None,
            "The answer contains “ok”, as the success rule wants.",
        ),
        (
            {"contains": "OK"},
            Outcome.FAILED,
            FailureKind.BODY_RULE,
            "The partner answered 200, but its text does not contain “OK”: “ok”",
        ),
    ],
)
async def test_a_test_tells_whether_the_success_rule_held(
    world: World,
    actor: Actor,
    partner: Partner,
    rule: dict[str, str],
    outcome: Outcome,
    failure: FailureKind | None,
    says: str,
) -> None:
    result = await send(actor, {"url": partner.url("/ok"), "success": rule})
    assert (result.outcome, result.failure, result.message) == (outcome, failure, says)
    assert (result.status_code, result.response_body) == (200, "ok")
    (kept,) = await rows(Trial)
    assert kept.outcome is outcome
