"""The secrets of postbacks as the sender needs them: in memory, and never old."""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col

from models import Postback
from services.bulk import fetch_value
from services.database import Database
from services.secret_box import decrypt_all
from services.signing_secrets import SigningSecret, SigningSecrets, unseal

log = logging.getLogger(__name__)

# A postback that begins to sign, or whose old secret is ended, is sent accordingly within this.
FRESH_SECONDS: Final = 0.25


class PostbackSecrets:
    """What one postback keeps encrypted; decrypted when first asked for."""

    __slots__ = ("_named", "_sealed", "_sealed_signing", "_signing")

    def __init__(
        self,
        *,
        sealed: str | None = None,
        sealed_signing: str | None = None,
        named: Mapping[str, str] | None = None,
    ) -> None:
        self._sealed = sealed
        self._sealed_signing = sealed_signing
        self._named = named
        self._signing: SigningSecrets | None = None

    def named(self) -> Mapping[str, str]:
        """Return the secrets that headers refer to; raise UnreadableSecret for another key."""
        if self._named is None:
            self._named = MappingProxyType(decrypt_all(self._sealed))
        return self._named

    def signing_keys(self, now: datetime) -> tuple[bytes, ...]:
        """Return the keys that sign now, none when signing is off; raise UnreadableSecret."""
        if self._sealed_signing is None:
            return ()
        if self._signing is None:
            self._signing = unseal(self._sealed_signing)
        return tuple(map(_key, self._signing.in_force(now)))


NO_SECRETS: Final = PostbackSecrets()


class SecretCache:
    """The postbacks that have secrets; all others have nothing here and cost a look into a dict.

    One small read at most every `fresh_seconds`, however much is sent meanwhile; a second one only
    when definitions have changed.
    """

    def __init__(self, database: Database, *, fresh_seconds: float = FRESH_SECONDS) -> None:
        self._database = database
        self._fresh_seconds = fresh_seconds
        self._fresh_until = -1.0
        self._version: str | None = None
        self._kept: Mapping[str, PostbackSecrets] = {}
        self._asking = asyncio.Lock()

    async def of(self, postback_id: str) -> PostbackSecrets:
        """Return the secrets of a postback, as stored no longer than `fresh_seconds` ago."""
        if time.monotonic() >= self._fresh_until:
            await self._look()
        return self._kept.get(postback_id, NO_SECRETS)

    async def _look(self) -> None:
        async with self._asking:  # of many sends at once, one asks
            if time.monotonic() < self._fresh_until:
                return
            try:
                found = await self._database.read(_changed_since, self._version)
            except (SQLAlchemyError, sqlite3.Error):
                if self._version is None:
                    raise
                # What was claimed before the database went away is still sent.
                log.warning("The secrets of postbacks cannot be read anew now.")
            else:
                if found is not None:
                    self._version, self._kept = found
            self._fresh_until = time.monotonic() + self._fresh_seconds


def _key(secret: SigningSecret) -> bytes:
    return secret.key


def _changed_since(
    session: Session, known: str | None
) -> tuple[str, dict[str, PostbackSecrets]] | None:
    # The version first: what is committed while we read is then found at the next look.
    version: str = fetch_value(session.connection(), "SELECT version FROM definition_version")
    if version == known:
        return None
    columns = (col(Postback.id), col(Postback.secrets), col(Postback.signing_secrets))
    rows = session.execute(
        select(*columns).where(
            or_(col(Postback.secrets).is_not(None), col(Postback.signing_secrets).is_not(None))
        )
    )
    return version, {
        postback_id: PostbackSecrets(sealed=sealed, sealed_signing=sealed_signing)
        for postback_id, sealed, sealed_signing in rows
    }
