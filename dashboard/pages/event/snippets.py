"""The calls that fire an event, to be copied by a developer or a partner."""

from urllib.parse import urlencode


def incoming_url(origin: str, event: str, *, has_amount: bool, has_order: bool) -> str:
    """Return the URL that a partner calls for this event; YOUR_KEY stands for the key."""
    told = facts(event, has_amount=has_amount, has_order=has_order)
    return f"{origin}/in/YOUR_KEY?{urlencode(told)}"


def facts(event: str, *, has_amount: bool, has_order: bool) -> dict[str, str]:
    """Return what a call tells of this event, with made-up values."""
    told = {"event": event, "transaction_id": "t-1001"}
    if has_order:
        told["order_id"] = "o-77"
    if has_amount:
        told |= {"amount": "49.90", "currency": "USD"}
    return told
