"""An example of everything that /openapi.json describes: one table by name, the rest by kind."""

from collections.abc import Mapping
from typing import Any, Final

Schema = Mapping[str, Any]

_NOW: Final = "2026-01-31T12:00:00+00:00"
_LATER: Final = "2026-01-31T12:00:05+00:00"
_URL: Final = "https://partner.example/postback?click={external_click_id}&payout={amount}"

BY_NAME: Final[Mapping[str, Any]] = {
    "actor": "Campaign tool",
    "actor_name": "ann@example.com",
    "affiliate": "north-media",
    "amount": "49.90",
    "answer": "ok",
    "answer_status": 201,
    "answered": 200,
    "body": None,
    "campaign": "auto-us",
    "campaign_name": "Auto US",
    "campaigns": ["auto-us", "auto-ca"],
    "cause": "timeout",
    "code": "unknown_lead",
    "content_type": "application/json",
    "count": 312,
    "currency": "USD",
    "current_version": 4,
    "data": {},
    "dedupe": "once_per_lead",
    "definitions": {"rate": "Conversions per 100 leads that were captured in the range."},
    "deliveries": 2,
    "deliveries_removed": 0,
    "description": "The lead bought a policy.",
    "destination": "https://partner.example",
    "detail": "There is no lead with this transaction id.",
    "differs": ["email"],
    "duration_ms": 84,
    "email": "jane@example.com",
    "encoded": "49.90",
    "error": None,
    "event": "sale",
    "event_id": "evt_01kg8m2q9d3f5h7j9k1m3p5r7t",
    "events": ["sale", "qualified"],
    "example": "P-7",
    "explanation": "The partner answered 200. It has this postback.",
    "expression": "{amount|fixed:2}",
    "external_click_id": "clk-81723",
    "field": "transaction_id",
    "fields": {"policy_no": "P-7"},
    "filter": {"status": ["failed"], "postback": "pb_01kg8m2q9d3f5h7j9k1m3p5r7t"},
    "first_name": "Jane",
    "gains": ["sale"],
    "headers": {"X-Source": "afterlead"},
    "help_text": "As it stands on the policy.",
    "id": "01kg8m2q9d3f5h7j9k1m3p5r7t",
    "ignored": ["utm_source"],
    "import_id": None,
    "key": "auto-us",
    "key_id": "key_01kg8m2q9d3f5h7j9k1m3p5r7t",
    "key_prefix": "al_4fJ2",
    "last_failure": None,
    "last_name": "Doe",
    "last_error": None,
    "lead_id": "ld_01kg8m2q9d3f5h7j9k1m3p5r7t",
    "loses": [],
    "message": "Give the transaction id of a lead.",
    "method": "GET",
    "name": "sale",
    "names": ["policy_no", "plan"],
    "notice_id": "ntc_01kg8m2q9d3f5h7j9k1m3p5r7t",
    "not_sent": None,
    "not_signed": None,
    "on_conversion_status": [],
    "order_id": "A-1001",
    "parameters": {"transaction_id": "txid", "amount": "payout"},
    "path": "/in/al_4fJ2…",
    "payload": {"event": "sale", "transaction_id": "t-1", "amount": 49.90},
    "phone": "+12025550123",
    "placeholders": {"transaction_id": "#clickid#"},
    "position": 0,
    "postback": {"url": _URL},
    "postback_id": "pb_01kg8m2q9d3f5h7j9k1m3p5r7t",
    "rate": "12.50",
    "reason": "",
    "reason_text": None,
    "response_body": "ok",
    "response_code": 200,
    "response_headers": {"content-type": "text/plain"},
    "retry": "standard",
    "returns": "OK",
    "secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
    "secret_names": ["token"],
    "secrets": {"token": "what the partner gave you"},
    "status_code": 200,
    "submission_id": "sub_01kg8m2q9d3f5h7j9k1m3p5r7t",
    "success": None,
    "target": "/echo/my-partner?tid=t-1",
    "text": "The postback has been failing since 11:40.",
    "title": "A postback fails",
    "to": "approved",
    "transaction_id": "t-1",
    "tries": 1,
    "tries_planned": 12,
    "type": "urn:afterlead:problem:unknown_lead",
    "tz": "America/New_York",
    "url": _URL,
    "value": "49.90",
    "values": {"amount": "49.90"},
    "version": 3,
    "warnings": [],
    "where": "url",
    "window_minutes": 1440,
    "words": {"conversion_status": {"1": "approved"}},
    "your_version": 3,
}
# Members that are null in the usual case, though their kind allows more.
_USUALLY_NULL: Final = frozenset(
    {
        "archived_at",
        "bodies_removed_at",
        "erased_at",
        "failing_since",
        "failure",
        "next_attempt_at",
        "next_cursor",
        "next_try_at",
        "old_secret_until",
        "pause_reason",
        "paused_at",
        "release",
        "resolved_at",
        "signing",
    }
)


def example_of(schema: Schema, definitions: Mapping[str, Schema], *, name: str = "") -> Any:
    """Return an example of what a schema describes; `name` is that of the member it stands at."""
    if "$ref" in schema:
        target = schema["$ref"].rpartition("/")[2]
        return example_of(definitions[target], definitions, name=name)
    choices = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    is_optional = len(choices) < len(schema.get("anyOf", ()))
    if is_optional and name in _USUALLY_NULL:
        return None
    known = BY_NAME.get(name)
    if name in BY_NAME and _fits(known, schema, definitions):
        return known
    if choices:
        return example_of(choices[0], definitions, name=name)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    return _by_kind(schema, definitions)


def _by_kind(schema: Schema, definitions: Mapping[str, Schema]) -> Any:
    if "properties" in schema:
        return {
            name: example_of(part, definitions, name=name)
            for name, part in schema["properties"].items()
        }
    kind = schema.get("type")
    if kind == "array":
        return [example_of(schema.get("items", {}), definitions)]
    if kind == "string":
        return _NOW if schema.get("format") == "date-time" else schema.get("default", "")
    plain = {"integer": schema.get("minimum", 0), "number": 0, "boolean": True, "object": {}}
    return plain.get(str(kind))


def _fits(value: Any, schema: Schema, definitions: Mapping[str, Schema]) -> bool:
    """Tell whether an example from the table is of the kind that a schema allows."""
    if "$ref" in schema:
        return _fits(value, definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "anyOf" in schema:
        return any(_fits(value, each, definitions) for each in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        return value in schema.get("enum", [schema.get("const")])
    kinds = {str: "string", bool: "boolean", int: "integer", list: "array", dict: "object"}
    kind = schema.get("type")
    if kind == "object" and "properties" in schema:
        return False
    if kind == "array" and isinstance(value, list):
        return all(_fits(each, schema.get("items", {}), definitions) for each in value)
    if kind is None:
        return True
    return kind == "null" if value is None else kinds.get(type(value)) == kind
