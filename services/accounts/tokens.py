"""Random texts that open doors, and the hashes that are stored in their place."""

import hashlib
import secrets


def new_token() -> str:
    """Return 256 bits of randomness that fit into a URL."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """Return what is stored for a token. Plain SHA-256 is enough: nobody can guess 256 bits."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
