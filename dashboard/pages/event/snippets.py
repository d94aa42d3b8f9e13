"""The calls that fire an event, to be copied by a developer or a partner."""

from urllib.parse import urlencode


def api_call(origin: str, event: str, *, has_amount: bool, has_order: bool) -> str:
    """Return the cURL call of `POST /events` for this event."""
    body = ",\n".join(
        f'    "{name}": "{value}"'
        for name, value in _facts(event, has_amount=has_amount, has_order=has_order)
    )
    return (
        f"curl -X POST {origin}/api/v1/events \\\n"
        '  -H "Authorization: Bearer $AFTERLEAD_KEY" \\\n'
        '  -H "Content-Type: application/json" \\\n'
        f"  -d '{{\n{body}\n  }}'"
    )


def incoming_url(origin: str, event: str, *, has_amount: bool, has_order: bool) -> str:
    """Return the URL that a partner calls for this event; YOUR_KEY stands for the key."""
    facts = _facts(event, has_amount=has_amount, has_order=has_order)
    return f"{origin}/in/YOUR_KEY?{urlencode(facts)}"


def _facts(event: str, *, has_amount: bool, has_order: bool) -> list[tuple[str, str]]:
    facts = [("event", event), ("transaction_id", "t-1001")]
    if has_order:
        facts.append(("order_id", "o-77"))
    if has_amount:
        facts += [("amount", "49.90"), ("currency", "USD")]
    return facts
