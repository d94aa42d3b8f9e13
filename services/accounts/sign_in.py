"""Signing in: e-mail and password, a code where the person wants one, then a one-time ticket."""

from datetime import datetime

from sqlmodel import Session

from models import User
from models.words import AuditAction, AuditSubject
from services import database
from services.accounts import audit, second_factor, sessions, throttle, users
from services.accounts.emails import fold
from services.accounts.passwords import is_password
from services.accounts.throttle import Tried
from services.actor import Actor, ActorKind
from services.clock import Clock, utc_now
from services.errors import NotSignedIn

WRONG = "The e-mail address or the password is wrong."
WRONG_CODE = "This code is wrong or was used already. Enter the one that the app shows now."


class CodeNeeded(NotSignedIn):
    """E-mail and password are right; the person's sign-in asks for a code as well."""

    code = "code_needed"


async def sign_in(
    *, email: str, password: str, code: str = "", address: str = "", clock: Clock = utc_now
) -> str:
    """Return a ticket for the person whose e-mail, password and code these are.

    Raises NotSignedIn, with the same sentence after the same time, for an unknown or disabled
    person and for a wrong password; TooMany after many failures of the account or the address,
    whether the account exists or not; and CodeNeeded when everything but the code was right.
    """
    email, now = fold(email), clock()
    who = throttle.tried(email=email, address=address)
    await database.write(throttle.attempt, who, now=now)
    user = await database.read(users.find, email)
    password_hash = user.password_hash if user is not None else None
    is_right = await is_password(password, password_hash=password_hash)
    if user is None or not is_right or user.disabled_at is not None:
        await database.write(_note_failure, user, address, now)
        raise NotSignedIn(WRONG)
    if user.totp_secret is not None and not code.strip():
        # Not as a success: wrong codes must go on counting.
        await database.write(throttle.take_back, who)
        raise CodeNeeded("Enter the code that your authenticator app shows.")
    if not await database.write(_admit, user.id, code, who, now):
        await database.write(_note_failure, user, address, now)
        raise NotSignedIn(WRONG_CODE)
    return await sessions.issue_ticket(user.id, clock=clock)


def _admit(session: Session, user_id: str, code: str, who: Tried, now: datetime) -> bool:
    user = session.get_one(User, user_id)
    if not second_factor.use(session, user, code, now):
        return False
    throttle.succeeded(session, who)
    return True


def _note_failure(session: Session, user: User | None, address: str, now: datetime) -> None:
    # What an unknown person typed may be a password in the wrong field, so it is not kept.
    email = user.email if user is not None else "somebody unknown"
    audit.record(
        session,
        Actor(
            kind=ActorKind.USER,
            id=user.id if user is not None else "",
            name=email,
            rights=frozenset(),
            address=address,
        ),
        AuditAction.SIGN_IN_FAILED,
        AuditSubject.USER,
        key=user.id if user is not None else "",
        name=email,
        now=now,
    )
