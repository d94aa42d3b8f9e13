"""How a notice leaves for a URL: the call that delivery's guarded sender makes for us.

The sender stands above us, so `runtime` hands it in.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SignedCall:
    """A POST of JSON that is signed with every key, the newest first; see `docs/alerts.md`."""

    url: str
    body: bytes
    message_id: str
    keys: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class SendResult:
    """What came of one call or e-mail; `message` is "" on success, else a sentence for people."""

    succeeded: bool
    message: str
    duration_ms: int
    status_code: int | None = None
    answer: str = ""


# Calls once and never raises for what the other side, the network or the URL does wrong.
Post = Callable[[SignedCall], Awaitable[SendResult]]
