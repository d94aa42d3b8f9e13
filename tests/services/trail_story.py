"""One call of every service that changes something, in an order in which they can be made."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from models.words import DeliveryStatus, LeadSource, PostbackLevel, Source
from services.bulk_jobs import jobs
from services.catalog import (
    affiliates,
    campaign_events,
    campaigns,
    custom_fields,
    event_lists,
    event_types,
    incoming_urls,
    postback_signing,
    postbacks,
)
from services.catalog.postbacks import Owner
from services.delivery import holding, outbox, resuming, test_receiver
from services.inbox import by_hand
from services.inbox.bulk_replays import REPLAYS
from services.inbox.replay_wish import ReplayWish
from services.intake import erasure, leads, recording, status_changes
from services.notices import channel_trial, channels, closing
from services.reporting.delivery_filter import DeliveryFilter
from services.reporting.filters import SubmissionFilter
from services.resending.bulk_resends import RESENDS
from services.resending.wish import ResendWish
from tests.factories import public_addresses

URL = "https://partner.example.com/cb"
CALLED = "https://chat.example.com/hooks/secret-path"
Made = dict[str, Any]


@dataclass(frozen=True)
class Deed:
    """One call of a service: what it needs, what it leaves, and what the same call again does."""

    service: ModuleType
    function: str
    given: Callable[[Made], tuple[Any, ...]]
    leaves: list[str]
    # Nothing more (None), the same once more, or a refusal: then nothing more, either.
    again: bool | None = None
    keep: str = ""
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.service.__name__.rpartition('.')[2]}.{self.function}"


SALE = Owner(PostbackLevel.EVENT, "sale")
STORY = [
    Deed(
        campaigns, "create", lambda _: ({"key": "auto", "name": "Auto"},), ["created campaign auto"]
    ),
    Deed(campaigns, "update", lambda _: ("auto", {"name": "Cars"}), ["changed campaign auto"]),
    Deed(campaigns, "archive", lambda _: ("auto",), ["archived campaign auto"]),
    Deed(campaigns, "restore", lambda _: ("auto",), ["restored campaign auto"]),
    Deed(affiliates, "create", lambda _: ({"key": "sam", "name": "S"},), ["created affiliate sam"]),
    Deed(affiliates, "update", lambda _: ("sam", {"name": "Sam"}), ["changed affiliate sam"]),
    Deed(affiliates, "archive", lambda _: ("sam",), ["archived affiliate sam"]),
    Deed(affiliates, "restore", lambda _: ("sam",), ["restored affiliate sam"]),
    Deed(event_types, "create", lambda _: ({"name": "sold"},), ["created event_type sold"]),
    Deed(
        incoming_urls,
        "create",
        lambda _: ({"name": "Partner", "words": {"event": {"s": "sold"}}},),
        ["created incoming_url in"],
        again=True,
        keep="in",
    ),
    # The partner's word follows the event, in both of his URLs.
    Deed(
        event_types,
        "update",
        lambda _: ("sold", {"name": "sale"}),
        ["changed event_type sale", "changed incoming_url in", "changed incoming_url in"],
    ),
    Deed(event_types, "archive", lambda _: ("sale",), ["archived event_type sale"]),
    Deed(event_types, "restore", lambda _: ("sale",), ["restored event_type sale"]),
    Deed(
        postbacks,
        "create",
        lambda _: (SALE, {"url": URL}),
        ["created postback pb"],
        keep="pb",
        again=True,
    ),
    Deed(
        postbacks,
        "update",
        lambda m: (m["pb"].id, {"secrets": {"token": "abc"}, "url": URL + "?x=1"}),
        ["changed postback pb"],
    ),
    Deed(
        postback_signing, "new_secret", lambda m: (m["pb"].id,), ["changed postback pb"], again=True
    ),
    Deed(postback_signing, "end_old", lambda m: (m["pb"].id,), ["changed postback pb"]),
    Deed(postback_signing, "switch_off", lambda m: (m["pb"].id,), ["changed postback pb"]),
    Deed(
        event_types,
        "clone",
        lambda _: ("sale",),
        ["cloned event_type sale_copy", "cloned postback pb", "cloned postback pb"],
        again=True,
    ),
    Deed(
        event_lists,
        "create",
        lambda _: ({"name": "All", "events": ["sale"]},),
        ["created event_list el"],
        keep="el",
    ),
    Deed(
        event_lists,
        "update",
        lambda m: (m["el"].id, {"events": ["sale_copy"]}),
        ["changed event_list el"],
    ),
    Deed(event_lists, "set_campaigns", lambda m: (m["el"].id, ["auto"]), ["changed event_list el"]),
    Deed(event_lists, "archive", lambda m: (m["el"].id,), ["archived event_list el"]),
    Deed(event_lists, "restore", lambda m: (m["el"].id,), ["restored event_list el"]),
    Deed(event_lists, "clone", lambda m: (m["el"].id,), ["cloned event_list el"], again=True),
    Deed(
        campaign_events,
        "put",
        lambda _: ("auto", "sale", {"is_conversion": True}),
        ["changed campaign_event auto/sale"],
    ),
    Deed(
        campaign_events, "clear", lambda _: ("auto", "sale"), ["changed campaign_event auto/sale"]
    ),
    Deed(
        custom_fields,
        "create",
        lambda _: ("auto", "sale", {"name": "colour", "type": "text"}),
        ["created custom_field auto/sale/colour"],
    ),
    Deed(
        custom_fields,
        "create",
        lambda _: ("auto", "sale", {"name": "size", "type": "text"}),
        ["created custom_field auto/sale/size"],
    ),
    Deed(
        custom_fields,
        "update",
        lambda _: ("auto", "sale", "size", {"help_text": "In metres", "position": 0}),
        ["changed custom_field auto/sale/size"],
    ),
    Deed(
        custom_fields,
        "reorder",
        lambda _: ("auto", "sale", ["colour", "size"]),
        ["changed custom_field auto/sale"],
    ),
    Deed(
        custom_fields,
        "delete",
        lambda _: ("auto", "sale", "size"),
        ["removed custom_field auto/sale/size"],
    ),
    Deed(
        incoming_urls, "update", lambda m: (m["in"].id, {"name": "P"}), ["changed incoming_url in"]
    ),
    Deed(
        incoming_urls,
        "new_key",
        lambda m: (m["in"].id,),
        ["key_renewed incoming_url in"],
        again=True,
    ),
    Deed(incoming_urls, "archive", lambda m: (m["in"].id,), ["archived incoming_url in"]),
    Deed(
        leads,
        "create",
        lambda _: ({"campaign": "auto", "transaction_id": "t-1", "email": "ann@example.com"},),
        ["created lead ld"],
        keep="ld",
        more={"source": LeadSource.MANUAL},
    ),
    Deed(
        leads,
        "update_details",
        lambda m: (m["ld"].lead.id, {"phone": "+1 415 555 0132", "fields": {"hair": "greenish"}}),
        ["changed lead ld"],
    ),
    # A duplicate is no change.
    Deed(
        recording,
        "record_event",
        lambda _: ({"event": "sale", "transaction_id": "t-1", "fields": {"colour": "reddish"}},),
        ["fired event evt"],
        keep="evt",
        more={"source": Source.MANUAL},
    ),
    Deed(
        status_changes,
        "change",
        lambda m: (m["evt"].event_id,),
        ["changed event evt"],
        more={"to": "rejected", "source": Source.MANUAL},
    ),
    Deed(outbox, "resend", lambda m: (m["delivery"],), ["resent delivery dlv"], again=True),
    Deed(
        jobs,
        "start",
        lambda _: (RESENDS, ResendWish(DeliveryFilter(status=(DeliveryStatus.FAILED,)))),
        ["resent delivery rsd"],
        keep="rsd",
    ),
    Deed(jobs, "cancel", lambda m: (RESENDS, m["rsd"].id), ["cancelled delivery rsd"]),
    Deed(
        by_hand,
        "match",
        lambda m: (m["sub"],),
        ["matched submission sub"],
        more={"lead_id": "ld_unknown"},
    ),
    Deed(by_hand, "replay", lambda m: (m["sub"],), ["replayed submission sub"], again=True),
    Deed(
        by_hand,
        "dismiss",
        lambda m: (m["sub"],),
        ["dismissed submission sub"],
        more={"reason": "A test."},
    ),
    Deed(
        jobs,
        "start",
        lambda _: (REPLAYS, ReplayWish(SubmissionFilter(handling=("dismissed",)))),
        ["replayed submission rpl"],
        keep="rpl",
    ),
    Deed(jobs, "cancel", lambda m: (REPLAYS, m["rpl"].id), ["cancelled submission rpl"]),
    Deed(holding, "pause", lambda m: (m["pb"].id,), ["paused postback pb"]),
    Deed(resuming, "resume", lambda m: (m["pb"].id, {"held": "send"}), ["resumed postback pb"]),
    Deed(postbacks, "archive", lambda m: (m["pb"].id,), ["archived postback pb"]),
    Deed(test_receiver, "create_name", lambda _: ("mine",), ["created test_receiver mine"]),
    Deed(test_receiver, "clear", lambda _: ("mine",), ["changed test_receiver mine"]),
    Deed(test_receiver, "delete_name", lambda _: ("mine",), ["removed test_receiver mine"]),
    Deed(
        channels,
        "create",
        lambda _: ({"name": "Chat", "kind": "url", "target": CALLED},),
        ["created channel nch"],
        again=True,
        keep="nch",
        more={"resolver": public_addresses},
    ),
    Deed(
        channels,
        "update",
        lambda m: (m["nch"].row.id, {"target": CALLED + "2"}),
        ["changed channel nch"],
        more={"resolver": public_addresses},
    ),
    Deed(channel_trial, "send_test", lambda m: (m["nch"].row.id,), ["tested channel nch"]),
    Deed(channels, "new_secret", lambda m: (m["nch"].row.id,), ["changed channel nch"], again=True),
    Deed(leads, "reveal", lambda m: (m["ld"].lead.id,), ["revealed lead ld"], again=True),
    Deed(
        erasure,
        "erase",
        lambda m: (m["ld"].lead.id,),
        ["erased lead ld"],
        more={"cancel_waiting": True},
    ),
    Deed(channels, "archive", lambda m: (m["nch"].row.id,), ["archived channel nch"]),
    Deed(closing, "close", lambda m: (m["notice"],), ["dismissed notice ntc"]),
]
