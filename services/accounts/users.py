"""The people who sign in."""

import base64
import hmac
from dataclasses import dataclass
from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from models import SignInTicket, User, UserSession
from models.words import Role
from services import database, secret_box
from services.accounts.passwords import hash_password, is_password, password_problem
from services.clock import Clock, utc_now
from services.errors import Conflict, InvalidInput, NotFound, NotSignedIn
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
    user = _new_user(email, await hash_password(password), Role.OWNER, clock())
    return await database.write(_insert_owner, user)


async def create_user(*, email: str, password: str, role: Role, clock: Clock = utc_now) -> UserRow:
    """Create a person. Raises InvalidInput for each wrong field and Conflict for a taken e-mail."""
    email, problems = _check(email=email, password=password)
    if problems:
        raise InvalidInput(problems)
    user = _new_user(email, await hash_password(password), role, clock())
    return await database.write(_insert, user)


async def check_password(*, email: str, password: str) -> UserRow:
    """Return the person whose e-mail and password these are.

    Raises NotSignedIn, with the same sentence after the same time, for an unknown or disabled
    person and for a wrong password.
    """
    user = await database.read(_find, _fold(email))
    password_hash = user.password_hash if user is not None else None
    is_right = await is_password(password, password_hash=password_hash)
    if user is None or not is_right or user.disabled_at is not None:
        raise NotSignedIn("The e-mail address or the password is wrong.")
    return _row(user)


async def reset_password(*, email: str, password: str) -> None:
    """Give a person a new password and end all their sessions.

    Raises InvalidInput for a poor password and NotFound for an unknown e-mail.
    """
    problem = password_problem(password)
    if problem:
        raise InvalidInput({"password": problem})
    await database.write(_reset, _fold(email), await hash_password(password))


def _check(*, email: str, password: str) -> tuple[str, dict[str, str]]:
    problems: dict[str, str] = {}
    email = _fold(email)
    if not email:
        problems["email"] = "Give an e-mail address."
    else:
        try:
            # Test domains are real here: an installation may never send a mail.
            validate_email(email, check_deliverability=False, test_environment=True)
        except EmailNotValidError:
            problems["email"] = "Give an e-mail address such as ann@example.com."
    if problem := password_problem(password):
        problems["password"] = problem
    return email, problems


def _fold(email: str) -> str:
    return email.strip().lower()


def _new_user(email: str, password_hash: str, role: Role, now: datetime) -> User:
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
    return _insert(session, user)


def _insert(session: Session, user: User) -> UserRow:
    session.add(user)
    try:
        session.flush()
    except IntegrityError:
        raise Conflict(_TAKEN, code="email_taken", fields={"email": _TAKEN}) from None
    return _row(user)


def _find(session: Session, email: str) -> User | None:
    return session.scalar(select(User).where(col(User.email) == email))


def _reset(session: Session, email: str, password_hash: str) -> None:
    user_id = session.scalar(
        update(User)
        .where(col(User.email) == email)
        .values(password_hash=password_hash)
        .returning(col(User.id))
    )
    if user_id is None:
        raise NotFound("user", email)
    session.execute(delete(UserSession).where(col(UserSession.user_id) == user_id))
    session.execute(delete(SignInTicket).where(col(SignInTicket.user_id) == user_id))


def _row(user: User) -> UserRow:
    return UserRow(id=user.id, email=user.email, role=user.role, created_at=user.created_at)
