"""The people who sign in."""

import base64
import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from models import AccountLink, User
from models.words import AuditAction, AuditSubject, Role
from services import database, secret_box
from services.accounts import audit, sessions, throttle
from services.accounts.emails import email_problem, fold
from services.accounts.passwords import hash_password, password_problem
from services.actor import SYSTEM, Actor
from services.clock import Clock, utc_now
from services.errors import Conflict, InvalidInput, NotFound
from services.identifiers import new_id
from services.settings import Settings

_TAKEN = "Somebody already signs in with this e-mail address."


@dataclass(frozen=True, slots=True)
class UserRow:
    """One person, without the password."""

    id: str
    email: str
    role: Role
    created_at: datetime


async def is_empty() -> bool:
    """Tell whether nobody can sign in yet, so that the first owner may be created."""
    return await database.read(_is_empty)


def setup_code(settings: Settings) -> str:
    """Return the code that a first owner must know when we listen beyond this machine.

    Derived from the secret key: the same at every start, known only to who reads the start-up
    output.
    """
    key = secret_box.derive_key(settings, purpose="first owner")
    letters = base64.b32encode(key).decode("ascii").lower()
    return "-".join((letters[:4], letters[4:8], letters[8:12]))


async def create_owner(
    *, email: str, password: str, code: str = "", clock: Clock = utc_now
) -> UserRow:
    """Create the first person, an owner.

    Raises InvalidInput for each wrong field, and Conflict once anybody exists: of two calls at
    the same moment the database lets one through.
    """
    settings = database.current().settings
    if not await is_empty():
        raise _already_set_up()
    email, problems = _check(email=email, password=password)
    given = code.strip().lower().encode(errors="surrogatepass")
    if not settings.is_loopback and not hmac.compare_digest(given, setup_code(settings).encode()):
        problems["code"] = "Enter the code that was printed when Afterlead started."
    if problems:
        raise InvalidInput(problems)
    user = new_user(email, await hash_password(password), Role.OWNER, clock())
    return await database.write(_insert_owner, user)


async def create_user(*, email: str, password: str, role: Role, clock: Clock = utc_now) -> UserRow:
    """Create a person. Raises InvalidInput for each wrong field and Conflict for a taken e-mail."""
    email, problems = _check(email=email, password=password)
    if problems:
        raise InvalidInput(problems)
    user = new_user(email, await hash_password(password), role, clock())
    return await database.write(insert, SYSTEM, user)


async def reset_password(
    *, email: str, password: str, without_second_step: bool = False, clock: Clock = utc_now
) -> None:
    """Give a person a new password and end all their sessions: for who owns the machine.

    `without_second_step` lets them sign in by password alone, for who lost the app and the codes.
    Raises InvalidInput for a poor password and NotFound for an unknown e-mail.
    """
    if problem := password_problem(password):
        raise InvalidInput({"password": problem})
    hashed = await hash_password(password)
    await database.write(_reset, fold(email), hashed, without_second_step, clock())


def _check(*, email: str, password: str) -> tuple[str, dict[str, str]]:
    email = fold(email)
    found = {"email": email_problem(email), "password": password_problem(password)}
    return email, {field: problem for field, problem in found.items() if problem}


def new_user(email: str, password_hash: str, role: Role, now: datetime) -> User:
    """Return a person who is not stored yet."""
    return User(
        id=new_id("usr"), email=email, password_hash=password_hash, role=role, created_at=now
    )


def _already_set_up() -> Conflict:
    return Conflict("Afterlead already has its owner. Sign in instead.", code="already_set_up")


def _is_empty(session: Session) -> bool:
    return session.scalar(select(col(User.id)).limit(1)) is None


def _insert_owner(session: Session, user: User) -> UserRow:
    if session.get_bind().dialect.name == "postgresql":
        # Both of two first visitors would otherwise find the table empty; SQLite has one writer.
        session.execute(text('LOCK TABLE "user" IN SHARE ROW EXCLUSIVE MODE'))
    if not _is_empty(session):
        raise _already_set_up()
    return insert(session, SYSTEM, user)


def insert(session: Session, actor: Actor, user: User) -> UserRow:
    """Store a new person within the caller's unit of work; raise Conflict for a taken e-mail."""
    session.add(user)
    try:
        session.flush()
    except IntegrityError:
        raise Conflict(_TAKEN, code="email_taken", fields={"email": _TAKEN}) from None
    audit.record(
        session,
        actor,
        AuditAction.CREATED,
        AuditSubject.USER,
        key=user.id,
        name=user.email,
        after={"email": user.email, "role": user.role},
        now=user.created_at,
    )
    return _row(user)


def set_password(session: Session, user: User, password_hash: str, *, but: str = "") -> None:
    """Give a person a new password and end their sessions, `but` one; within a unit of work.

    A link that was made to reset the old one is worth nothing any more, however many there are.
    """
    user.password_hash = password_hash
    session.add(user)
    session.flush()
    session.execute(delete(AccountLink).where(col(AccountLink.email) == user.email))
    sessions.end_all(session, user.id, but=but)


def find(session: Session, email: str) -> User | None:
    """Return the person with a folded e-mail address."""
    return session.scalar(select(User).where(col(User.email) == email))


def _reset(
    session: Session, email: str, password_hash: str, without_second_step: bool, now: datetime
) -> None:
    user = find(session, email)
    if user is None:
        raise NotFound("user", email)
    if without_second_step:
        user.totp_secret, user.recovery_hashes = None, None
    set_password(session, user, password_hash)
    throttle.forgive(session, email=email)
    audit.record(
        session,
        SYSTEM,
        AuditAction.PASSWORD_CHANGED,
        AuditSubject.USER,
        key=user.id,
        name=user.email,
        after={"second_step": False} if without_second_step else None,
        now=now,
    )


def _row(user: User) -> UserRow:
    return UserRow(id=user.id, email=user.email, role=user.role, created_at=user.created_at)
