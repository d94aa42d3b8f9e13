"""Frozen request → the request of one attempt: secrets and signatures are filled in only now."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from services.clock import Clock, utc_now
from services.database import Database
from services.delivery.claims import Claim
from services.delivery.rendering import (
    FrozenHeaders,
    fill_headers,
    has_sig,
    message_id,
    needs_secrets,
)
from services.delivery.secret_cache import NO_SECRETS, PostbackSecrets, SecretCache
from services.delivery.sender import PreparedRequest
from services.delivery.signing import Signer
from services.sig_places import BODY, URL, SigPlaces, insert_sig, sig_places
from services.target_spelling import BadTarget, read_url


class FrozenRequest(Protocol):
    """A request as rendering left it, kept by a delivery or just made."""

    @property
    def method(self) -> str:
        """GET or POST."""

    @property
    def url(self) -> str:
        """The URL, with nothing at the places of the signature."""

    @property
    def headers(self) -> FrozenHeaders:
        """The headers by their parts."""

    @property
    def body(self) -> str | None:
        """The body, with nothing at the places of the signature."""


class Preparer:
    """Fills in what must be of the present moment, at every attempt.

    Secrets and signing are not frozen with the request but looked up by the postback: so a rotated
    secret holds for what waits, and a partner that asks for signatures after an outage gets them
    on every delivery that it still owes us an answer to.
    """

    def __init__(self, database: Database, *, clock: Clock = utc_now) -> None:
        self._secrets = SecretCache(database)
        self._clock = clock

    async def prepare(self, claim: Claim) -> PreparedRequest:
        """Return the final request of a claimed delivery, signed if its postback signs now.

        Raises UnreadableSecret when its secrets were encrypted under another key.
        """
        secrets = await self._secrets.of(claim.postback_id)
        return finish(claim, places=sig_places(claim.policy), secrets=secrets, now=self._clock())


def finish(
    frozen: FrozenRequest, *, places: SigPlaces | None, secrets: PostbackSecrets, now: datetime
) -> PreparedRequest:
    """Return the request as it goes out at `now`; without a signing key `{sig}` stays empty.

    Raises UnreadableSecret for secrets that are needed and cannot be read.
    """
    needs_any = secrets is not NO_SECRETS and needs_secrets(frozen.headers)
    named = secrets.named() if needs_any else {}
    keys = secrets.signing_keys(now)
    if keys:
        return _signed(frozen, places, named, Signer(keys, message_id(frozen.headers), now))
    return PreparedRequest(
        method=frozen.method,
        url=frozen.url,
        headers=fill_headers(frozen.headers, secrets=named),
        body=None if frozen.body is None else frozen.body.encode(),
    )


def _signed(
    frozen: FrozenRequest, places: SigPlaces | None, named: Mapping[str, str], signer: Signer
) -> PreparedRequest:
    method, url, body = str(frozen.method), frozen.url, frozen.body
    target = _target(url)
    sig = ""
    if places or has_sig(frozen.headers):
        sig = signer.sig(method=method, target=target, body=(body or "").encode())
        url = insert_sig(url, places, URL, sig=sig)
        target = _target(url)
        body = None if body is None else insert_sig(body, places, BODY, sig=sig)
    sent = None if body is None else body.encode()
    # Of the request as it leaves, its {sig} in place: who checks these need not know of that.
    signatures = signer.headers(method=method, target=target, body=sent or b"")
    return PreparedRequest(
        method=frozen.method,
        url=url,
        headers=(*fill_headers(frozen.headers, secrets=named, sig=sig), *signatures),
        body=sent,
    )


def _target(url: str) -> str:
    """Return path and query as the sender puts them on the wire."""
    try:
        return read_url(url)[2]
    except BadTarget:
        return url  # the sender says what is wrong with it, and nothing leaves
