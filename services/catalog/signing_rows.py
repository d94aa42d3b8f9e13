"""How a postback signs, as the rest of the product sees it: everything but the secrets."""

from dataclasses import dataclass
from datetime import datetime

from services import signing_secrets
from services.secret_box import UnreadableSecret


@dataclass(frozen=True, slots=True)
class Signing:
    """Calls are signed.

    `since` is when signing was switched on, `secret_made_at` when the present secret was made, and
    `old_ends` when each old secret stops, the newest first, ended ones included. All are empty when
    the secret was encrypted under another key: `is_readable` is false then, and nothing is sent.
    """

    since: datetime | None
    secret_made_at: datetime | None
    old_ends: tuple[datetime, ...]
    is_readable: bool

    def old_until(self, now: datetime) -> datetime | None:
        """Return until when an old secret signs beside the present one; `None` when none does."""
        return max((end for end in self.old_ends if now < end), default=None)


def signing_of(sealed: str | None) -> Signing | None:
    """Return how a postback with these stored secrets signs, `None` when it does not."""
    if sealed is None:
        return None
    try:
        found = signing_secrets.unseal(sealed)
    except UnreadableSecret:
        return Signing(None, None, (), is_readable=False)
    ends = tuple(each.expires_at for each in found.old if each.expires_at is not None)
    return Signing(found.since, found.present.made_at, ends, is_readable=True)
