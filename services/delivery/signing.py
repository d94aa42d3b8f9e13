"""The signatures of one attempt: two headers and `{sig}`, over the exact bytes that leave.

`webhook-signature` is that of Standard Webhooks (https://www.standardwebhooks.com) and covers the
body. That leaves a GET unsigned, whose values are all in its URL; so `x-postback-signature` and
`{sig}` cover method, path, query and body. `docs/signing.md` tells partners how to check them.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.signing_secrets import MAX_OLD

TIMESTAMP_HEADER: Final = "webhook-timestamp"
BODY_HEADER: Final = "webhook-signature"
REQUEST_HEADER: Final = "x-postback-signature"

# Seconds since 1970 have 10 digits until the year 2286; a dot and 64 hexadecimal digits per key.
MAX_SIG_CHARACTERS: Final = 10 + (1 + MAX_OLD) * 65


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs one attempt at `now`, with every key in force, the newest first.

    During a rotation there are several signatures, and a partner accepts the call when one of them
    is made with the secret that it knows.
    """

    keys: Sequence[bytes]
    message_id: str
    now: datetime

    @property
    def timestamp(self) -> str:
        """Return the moment in whole seconds since 1970."""
        return str(int(self.now.timestamp()))

    def headers(self, *, method: str, target: str, body: bytes) -> tuple[tuple[str, str], ...]:
        """Return the headers that sign a request; `target` is path and query as on the wire."""
        of_body = f"{self.message_id}.{self.timestamp}.".encode() + body
        of_request = self._request(method, target, body)
        return (
            (TIMESTAMP_HEADER, self.timestamp),
            (BODY_HEADER, _versioned(self._signatures(of_body))),
            (REQUEST_HEADER, _versioned(self._signatures(of_request))),
        )

    def sig(self, *, method: str, target: str, body: bytes) -> str:
        """Return what `{sig}` stands for, in a request that has nothing at its places.

        The moment and a signature per key, joined by dots: digits and a to f, which mean
        themselves in a URL, a form, JSON and a header alike. Base 64 would not.
        """
        signatures = self._signatures(self._request(method, target, body))
        return ".".join([self.timestamp, *(each.hex() for each in signatures)])

    def _request(self, method: str, target: str, body: bytes) -> bytes:
        digest = hashlib.sha256(body).hexdigest()
        return f"{self.message_id}.{self.timestamp}.{method}.{target}.{digest}".encode()

    def _signatures(self, signed: bytes) -> Iterator[bytes]:
        return (hmac.digest(key, signed, "sha256") for key in self.keys)


def _versioned(signatures: Iterator[bytes]) -> str:
    return " ".join(f"v1,{base64.b64encode(each).decode('ascii')}" for each in signatures)
