"""An example body for each model that a call takes; a test sees that each is accepted."""

from collections.abc import Mapping
from typing import Any, Final

_EVENT: Final = {
    "event": "sale",
    "transaction_id": "t-1",
    "amount": "49.90",
    "currency": "USD",
    "order_id": "A-1001",
    "fields": {"policy_no": "P-7"},
}
_POSTBACK: Final = {
    "url": "https://partner.example/postback?click={external_click_id}&payout={amount|fixed:2}",
    "method": "GET",
}

TEXTS: Final[Mapping[str, str]] = {
    "text/csv": "event_id,event,…\r\nevt_01kg8m2q9d3f5h7j9k1m3p5r7t,sale,…\r\n",
    "text/plain": "OK",
}
BODIES: Final[Mapping[str, Mapping[str, Any]]] = {
    "BatchInput": {"events": [_EVENT, {**_EVENT, "transaction_id": "t-2"}]},
    "BulkReplayInput": {
        "verdict": "unknown_event",
        "from": "2026-01-31T00:00:00+00:00",
        "dry_run": True,
    },
    "BulkResendInput": {
        "status": ["failed"],
        "destination": "partner.example",
        "from": "2026-01-31T00:00:00+00:00",
        "dry_run": True,
    },
    "CampaignEventInput": {"enabled": True, "multi_trigger": True},
    "CampaignsInput": {"campaigns": ["auto-us", "auto-ca"]},
    "ChannelInput": {
        "name": "On call",
        "kind": "url",
        "target": "https://hooks.example.com/alerts",
    },
    "CopyInput": {"name": "sale_copy"},
    "CustomFieldInput": {"name": "policy_no", "type": "text", "required": True},
    "DismissInput": {"reason": "The partner has sent it again."},
    "DraftInput": {"postback": _POSTBACK, "event": "sale", "values": {"amount": "49.90"}},
    "EchoNameInput": {"name": "my-partner"},
    "ErasureInput": {"cancel_waiting": False},
    "EventInput": _EVENT,
    "EventListInput": {"name": "Auto insurance", "events": ["sale", "qualified"]},
    "EventTypeInput": {
        "name": "sale",
        "description": "The lead bought a policy.",
        "is_conversion": True,
        "dedupe": "once_per_lead",
    },
    "ImportOptions": {
        "columns": {"Click ID": "transaction_id", "Payout": "amount"},
        "fixed": {"event": "sale"},
        "numbers": "comma",
        "time_zone": "Europe/Berlin",
    },
    "IncomingUrlInput": {
        "name": "North Media",
        "campaign": "auto-us",
        "event": "sale",
        "parameters": {"transaction_id": "txid", "amount": "payout"},
        "returns": "OK",
    },
    "KeyInput": {
        "name": "Landing pages",
        "scope": "write",
        "campaigns": ["auto-us"],
        "addresses": ["203.0.113.0/24"],
        "rate_limit": 600,
    },
    "KeyedInput": {"key": "auto-us", "name": "Auto US"},
    "LeadChanges": {"email": "jane@example.com", "phone": "+12025550123"},
    "LeadInput": {
        "campaign": "auto-us",
        "transaction_id": "t-1",
        "affiliate": "north-media",
        "external_click_id": "clk-81723",
        "email": "jane@example.com",
        "first_name": "Jane",
        "last_name": "Doe",
        "fields": {"state": "TX"},
    },
    "MatchInput": {"lead_id": "ld_01kbxk3f6c7q2w8n5v4t1s9r0a", "dry_run": True},
    "NothingInput": {},
    "OrderInput": {"names": ["policy_no", "plan"]},
    "PostbackInput": _POSTBACK,
    "PreviewInput": {"events": ["sale", "qualified"], "campaigns": ["auto-us"]},
    "ResumeInput": {"held": "send", "dry_run": True},
    "RotationInput": {"overlap_hours": 24},
    "SampleInput": {"event": "sale", "values": {"amount": "49.90"}},
    "StatusChangeInput": {"to": "approved", "reason": "The policy was paid."},
    "UndoInput": {"dry_run": True},
    "WholeListInput": {"name": "Auto insurance", "events": ["sale", "qualified"]},
}
