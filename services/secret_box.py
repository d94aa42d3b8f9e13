"""Keeps small texts unreadable at rest, under the installation's one secret key."""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services import database
from services.errors import AppError
from services.settings import Settings

KEY_FILE = "secret.key"
# What people see in the place of a secret.
MASK = "••••••"


class UnreadableSecret(AppError):
    """The secret was encrypted under another key."""

    code = "unreadable_secret"


def encrypt(text: str) -> str:
    """Return the text as a token that only this installation can read."""
    return _fernet(database.current().settings).encrypt(text.encode()).decode("ascii")


def decrypt(token: str) -> str:
    """Return the text behind a token of `encrypt`.

    Raises UnreadableSecret when it was made under another key.
    """
    try:
        return _fernet(database.current().settings).decrypt(token.encode()).decode()
    except InvalidToken:
        raise UnreadableSecret(
            "A stored secret cannot be read with the present secret key. Restore secret.key or "
            "AFTERLEAD_SECRET_KEY, or enter the secret again."
        ) from None


def encrypt_all(secrets_by_name: Mapping[str, str]) -> str | None:
    """Return named secrets as one token, None when there are none."""
    return encrypt(json.dumps(dict(secrets_by_name))) if secrets_by_name else None


def decrypt_all(token: str | None) -> dict[str, str]:
    """Return the secrets behind a token of `encrypt_all`, by name; raises as `decrypt` does."""
    found: dict[str, str] = json.loads(decrypt(token)) if token else {}
    return found


def derive_key(settings: Settings, *, purpose: str) -> bytes:
    """Return 32 bytes for one purpose; those for another purpose tell nothing about them.

    HKDF with SHA-256 (RFC 5869) over AFTERLEAD_SECRET_KEY, or else over the key file, which is
    made on first use.
    """
    material = settings.secret_key.encode() or _key_file(settings.data_folder / KEY_FILE)
    return _derive(material, purpose)


@lru_cache(maxsize=16)
def _derive(material: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), 32, salt=b"afterlead", info=purpose.encode()).derive(material)


def _fernet(settings: Settings) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(derive_key(settings, purpose="secret box")))


def _key_file(path: Path) -> bytes:
    """Return the key in the file, made once and readable by its owner only."""
    with suppress(FileNotFoundError):
        return path.read_bytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written in full under another name, then linked: of two processes that start at once the
    # first link wins, and nobody can ever read half a key.
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_urlsafe(48).encode("ascii"))
        file.flush()
        os.fsync(file.fileno())
    try:
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink()
    return path.read_bytes()
