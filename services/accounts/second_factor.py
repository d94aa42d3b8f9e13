"""The second step of a sign-in: codes of an authenticator app, and codes for when it is lost."""

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import segno
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import update
from sqlmodel import Session, col

from models import User
from models.words import AuditAction, AuditSubject
from services import database, secret_box
from services.accounts import audit
from services.accounts.passwords import require_password
from services.accounts.tokens import token_hash
from services.actor import Actor, Right
from services.clock import Clock, utc_now
from services.errors import Conflict, InvalidInput, NotFound

# RFC 6238 with what every authenticator app understands: SHA-1, six digits, 30 seconds.
STEP_SECONDS: Final = 30
DIGITS: Final = 6
RECOVERY_CODES: Final = 10
ISSUER: Final = "Afterlead"

_SECRET_BYTES = 20
_WRONG = "This code is wrong or was used already. Enter the one that the app shows now."


@dataclass(frozen=True, slots=True)
class NewSecret:
    """What an authenticator app is given: to be typed, and as a picture (a `data:` URI of SVG)."""

    secret: str
    picture: str


async def begin(actor: Actor) -> NewSecret:
    """Return a new secret for the person's app; nothing is switched on before `confirm`."""
    actor.require(Right.READ)
    secret = base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode("ascii")
    uri = _totp(secret).get_provisioning_uri(actor.name, ISSUER)
    picture = segno.make(uri, error="m").svg_data_uri(scale=5, dark="#10201f", light="#fff")
    return NewSecret(secret=secret, picture=picture)


async def confirm(
    actor: Actor, *, secret: str, code: str, password: str, clock: Clock = utc_now
) -> tuple[str, ...]:
    """Switch the second step on and return the recovery codes, which nobody can see again.

    Raises InvalidInput for a wrong password or a code that is not the app's, and Conflict when it
    is on already.
    """
    actor.require(Right.READ)
    await require_password(actor, password)
    now = clock()
    step = _step_of(secret, code, now) if _is_secret(secret) else None
    if step is None:
        raise InvalidInput({"code": _WRONG})
    codes = tuple(_recovery_code() for _ in range(RECOVERY_CODES))
    await database.write(_switch_on, actor, secret_box.encrypt(secret), step, codes, now)
    return codes


async def switch_off(actor: Actor, *, password: str, clock: Clock = utc_now) -> None:
    """Let the person sign in by password alone again; raise InvalidInput for a wrong password."""
    actor.require(Right.READ)
    await require_password(actor, password)
    await database.write(remove, actor, actor.id, clock())


async def is_on(actor: Actor) -> bool:
    """Tell whether the person's sign-in asks for a code."""
    actor.require(Right.READ)
    return await database.read(
        lambda session: (
            (user := session.get(User, actor.id)) is not None and user.totp_secret is not None
        )
    )


def remove(session: Session, actor: Actor, user_id: str, now: datetime) -> None:
    """Switch a person's second step off within the caller's unit of work; raise NotFound."""
    user = session.get(User, user_id, with_for_update=True)
    if user is None:
        raise NotFound("user", user_id)
    if user.totp_secret is None:
        return
    user.totp_secret, user.recovery_hashes = None, None
    _note(session, actor, user, before=True, now=now)


def use(session: Session, user: User, code: str, now: datetime) -> bool:
    """Tell whether a code is the person's, and use it up; none opens anything twice."""
    typed = "".join(code.split()).lower().replace("-", "")
    if user.totp_secret is None:
        return True
    step = _step_of(secret_box.decrypt(user.totp_secret), typed, now)
    if step is not None:
        # The condition decides between two that come with the same code.
        changed = session.execute(
            update(User)
            .where(col(User.id) == user.id, col(User.totp_step) < step)
            .values(totp_step=step)
        )
        return changed.rowcount == 1  # type: ignore[attr-defined, no-any-return]
    hashed = token_hash(typed)
    left = [each for each in user.recovery_hashes or [] if each != hashed]
    if len(left) == len(user.recovery_hashes or []):
        return False
    user.recovery_hashes = left
    session.add(user)
    session.flush()
    return True


def _switch_on(
    session: Session, actor: Actor, sealed: str, step: int, codes: tuple[str, ...], now: datetime
) -> None:
    user = session.get(User, actor.id, with_for_update=True)
    if user is None:
        raise NotFound("user", actor.id)
    if user.totp_secret is not None:
        raise Conflict("The second step is switched on already.", code="second_step_on")
    user.totp_secret, user.totp_step = sealed, step
    user.recovery_hashes = [token_hash(each.replace("-", "")) for each in codes]
    _note(session, actor, user, before=False, now=now)


def _note(session: Session, actor: Actor, user: User, *, before: bool, now: datetime) -> None:
    session.add(user)
    audit.record(
        session,
        actor,
        AuditAction.CHANGED,
        AuditSubject.USER,
        key=user.id,
        name=user.email,
        before={"second_step": before},
        after={"second_step": not before},
        now=now,
    )


def _totp(secret: str) -> TOTP:
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303 - see RFC 6238


def _is_secret(text: str) -> bool:
    try:
        return len(base64.b32decode(text)) == _SECRET_BYTES
    except ValueError:
        return False


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return the step whose code this is: the present one, or a neighbour for a slow clock."""
    typed = "".join(code.split())
    if len(typed) != DIGITS or not typed.isascii() or not typed.isdigit():
        return None
    totp, present = _totp(secret), int(now.timestamp()) // STEP_SECONDS
    for step in (present, present - 1, present + 1):
        try:
            totp.verify(typed.encode(), step * STEP_SECONDS)
        except InvalidToken:
            continue
        return step
    return None


def _recovery_code() -> str:
    text = secrets.token_hex(8)
    return "-".join((text[:4], text[4:8], text[8:12], text[12:]))
