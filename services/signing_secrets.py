"""The secrets with which a postback's calls are signed: made, rotated, and stored encrypted.

The form is that of Standard Webhooks (https://www.standardwebhooks.com): `whsec_` and the base 64
of 32 random bytes.
"""

import base64
import json
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from services import secret_box
from services.secret_box import UnreadableSecret

PREFIX: Final = "whsec_"
OVERLAP: Final = timedelta(hours=24)
MAX_OLD: Final = 5

_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class SigningSecret:
    """One secret; `expires_at` is empty for the present one."""

    secret: str = field(repr=False)
    made_at: datetime
    expires_at: datetime | None = None

    @property
    def key(self) -> bytes:
        """Return the bytes that sign."""
        return base64.b64decode(self.secret.removeprefix(PREFIX))


@dataclass(frozen=True, slots=True)
class SigningSecrets:
    """What a postback signs with since `since`: the present secret, and old ones, newest first."""

    since: datetime
    present: SigningSecret
    old: tuple[SigningSecret, ...] = ()

    def in_force(self, now: datetime) -> tuple[SigningSecret, ...]:
        """Return the secrets that sign now, the present one first."""
        return (self.present, *self._still_old(now))

    def rotated(self, now: datetime) -> "SigningSecrets":
        """Return the same with a new secret; the present one signs on for 24 hours beside it.

        Of the old ones the newest five stay.
        """
        ending = replace(self.present, expires_at=now + OVERLAP)
        old = (ending, *self._still_old(now))[:MAX_OLD]
        return SigningSecrets(self.since, _new_secret(now), old)

    def without_old(self) -> "SigningSecrets":
        """Return the same with the present secret alone."""
        return replace(self, old=())

    def _still_old(self, now: datetime) -> tuple[SigningSecret, ...]:
        return tuple(each for each in self.old if each.expires_at and now < each.expires_at)


def begin(now: datetime) -> SigningSecrets:
    """Return the first secret of a postback that is to sign."""
    return SigningSecrets(now, _new_secret(now))


def seal(found: SigningSecrets) -> str:
    """Return the secrets as a token that only this installation can read."""
    entries = [_entry(each) for each in (found.present, *found.old)]
    return secret_box.encrypt(json.dumps({"since": found.since.isoformat(), "secrets": entries}))


def unseal(token: str) -> SigningSecrets:
    """Return the secrets behind a token of `seal`; raise UnreadableSecret for another key."""
    try:
        stored = json.loads(secret_box.decrypt(token))
    except UnreadableSecret:
        raise UnreadableSecret(
            "The signing secret cannot be read with the present secret key. Restore secret.key or "
            "AFTERLEAD_SECRET_KEY, or make a new signing secret and give it to the partner."
        ) from None
    present, *old = [
        SigningSecret(entry["secret"], _moment(entry["made_at"]), _moment_or_none(entry))
        for entry in stored["secrets"]
    ]
    return SigningSecrets(_moment(stored["since"]), present, tuple(old))


def _new_secret(now: datetime) -> SigningSecret:
    random = base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode("ascii")
    return SigningSecret(f"{PREFIX}{random}", now)


def _entry(secret: SigningSecret) -> dict[str, str | None]:
    expires_at = secret.expires_at
    return {
        "secret": secret.secret,
        "made_at": secret.made_at.isoformat(),
        "expires_at": None if expires_at is None else expires_at.isoformat(),
    }


def _moment_or_none(entry: dict[str, str | None]) -> datetime | None:
    text = entry["expires_at"]
    return None if text is None else _moment(text)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
