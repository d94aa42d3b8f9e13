"""How a partner checks that a call comes from us: Python 3.9 or newer, nothing to install."""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping

SECRET = "whsec_…"  # shown once, when signing was switched on or the secret was changed
TOLERANCE_SECONDS = 300


def is_genuine(method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> bool:
    """Check the header x-postback-signature, which covers the whole call.

    `target` is path and query exactly as they arrived, such as "/in?tid=7". `headers` have names
    in lower case. `body` is the bytes that arrived, none for a GET.
    """
    sent_at = headers.get("webhook-timestamp", "")
    given = [each.partition(",")[2] for each in headers.get("x-postback-signature", "").split()]
    signed = _signature(headers.get("webhook-id", ""), sent_at, method, target, body)
    return _is_fresh(sent_at) and _is_among(base64.b64encode(signed).decode(), given)


def is_genuine_sig(sig: str, method: str, target: str, message_id: str, body: bytes = b"") -> bool:
    """Check {sig}, for who cannot read headers: it covers the call without {sig} itself.

    `message_id` is the header webhook-id, or what {delivery_id} stands for, which is the same.
    """
    sent_at, *given = sig.split(".")
    if (target.encode() + body).count(sig.encode()) > 1:
        return False  # somebody put it into other values, too
    target, body = target.replace(sig, ""), body.replace(sig.encode(), b"")
    signed = _signature(message_id, sent_at, method, target, body)
    return _is_fresh(sent_at) and _is_among(signed.hex(), given)


def _signature(message_id: str, sent_at: str, method: str, target: str, body: bytes) -> bytes:
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    text = f"{message_id}.{sent_at}.{method}.{target}.{hashlib.sha256(body).hexdigest()}"
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _is_fresh(sent_at: str) -> bool:
    return sent_at.isdigit() and abs(time.time() - int(sent_at)) <= TOLERANCE_SECONDS


def _is_among(expected: str, given: list[str]) -> bool:
    # While the secret changes there are several signatures, and one of them is made with yours.
    return any(hmac.compare_digest(expected.encode(), each.encode()) for each in given)
