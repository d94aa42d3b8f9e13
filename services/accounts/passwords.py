"""Turns passwords into hashes that cost an attacker time, and checks them."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import select
from sqlmodel import Session, col

from models import User
from services import database
from services.actor import Actor
from services.errors import InvalidInput

MIN_LENGTH = 10
MAX_LENGTH = 200  # a longer one would only buy an attacker our processor's time

_HASHER = PasswordHasher()
# What an unknown person's password is compared with, so that it takes as long as a known one's.
_NOBODY = _HASHER.hash("nobody has this password")


def password_problem(password: str) -> str:
    """Return a sentence about what is wrong with a new password, or nothing."""
    if not password:
        return "Give a password."
    if len(password) < MIN_LENGTH:
        return f"Use at least {MIN_LENGTH} characters; a few unrelated words are easy to keep."
    if len(password) > MAX_LENGTH:
        return f"Use at most {MAX_LENGTH} characters."
    return ""


async def hash_password(password: str) -> str:
    """Return the Argon2id hash of a password, computed away from the event loop."""
    return await asyncio.to_thread(_HASHER.hash, password.encode(errors="surrogatepass"))


async def is_password(password: str, *, password_hash: str | None) -> bool:
    """Tell whether the password belongs to the hash; without one the answer is as slow and no."""
    if len(password) > MAX_LENGTH:
        password = ""
    return await asyncio.to_thread(_verify, password, password_hash)


async def require_password(actor: Actor, password: str, *, field: str = "password") -> None:
    """Pass when it is the signed-in person's own; raise InvalidInput for `field` otherwise."""
    stored = await database.read(_hash_of, actor.id)
    if not await is_password(password, password_hash=stored):
        raise InvalidInput({field: "This is not your password."})


def _hash_of(session: Session, user_id: str) -> str | None:
    return session.scalar(select(col(User.password_hash)).where(col(User.id) == user_id))


def _verify(password: str, password_hash: str | None) -> bool:
    try:
        _HASHER.verify(password_hash or _NOBODY, password.encode(errors="surrogatepass"))
    except (VerifyMismatchError, InvalidHashError):
        return False
    return password_hash is not None
