"""Signed-in browsers: from a checked password over a one-time ticket to a cookie."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from models import SignInTicket, User, UserSession
from services import database
from services.accounts.rights import ROLE_RIGHTS
from services.accounts.tokens import new_token, token_hash
from services.actor import Actor, ActorKind
from services.clock import Clock, utc_now
from services.errors import NotSignedIn
from services.identifiers import new_id

COOKIE_NAME = "afterlead_session"
TICKET_LIFETIME = timedelta(seconds=30)
IDLE_LIFETIME = timedelta(days=7)
ABSOLUTE_LIFETIME = timedelta(days=30)

_SEEN_EVERY = timedelta(minutes=1)  # each look-up would otherwise be a write


async def issue_ticket(user_id: str, *, clock: Clock = utc_now) -> str:
    """Return a ticket that can be changed into a cookie once, within 30 seconds."""
    ticket = new_token()
    await database.write(_insert_ticket, token_hash(ticket), user_id, clock())
    return ticket


async def redeem_ticket(ticket: str, *, clock: Clock = utc_now) -> str:
    """Return the cookie value of a new session, and use the ticket up.

    Raises NotSignedIn for a ticket that is unknown, used or older than 30 seconds, and for a
    person who was disabled meanwhile.
    """
    cookie = new_token()
    if not await database.write(_redeem, token_hash(ticket), token_hash(cookie), clock()):
        raise NotSignedIn("This sign-in has expired. Sign in again.")
    return cookie


async def actor_of(cookie: str, *, clock: Clock = utc_now) -> Actor | None:
    """Return who is signed in with this cookie, looked up at each call, or None.

    A session ends after 7 days without use, after 30 days in any case, and at once when the
    person is disabled.
    """
    if not cookie:
        return None
    now = clock()
    hashed = token_hash(cookie)
    found = await database.read(_find, hashed)
    if found is None:
        return None
    session, user = found
    if (
        user.disabled_at is not None
        or session.expires_at <= now
        or session.last_seen_at + IDLE_LIFETIME <= now
    ):
        return None
    if session.last_seen_at + _SEEN_EVERY <= now:
        await database.write(_mark_seen, hashed, now)
    return Actor(kind=ActorKind.USER, id=user.id, name=user.email, rights=ROLE_RIGHTS[user.role])


async def end(cookie: str) -> None:
    """Sign the browser out; an unknown cookie is no error."""
    await database.write(_end, token_hash(cookie))


def _insert_ticket(session: Session, ticket_hash: str, user_id: str, now: datetime) -> None:
    session.add(
        SignInTicket(ticket_hash=ticket_hash, user_id=user_id, expires_at=now + TICKET_LIFETIME)
    )


def _redeem(session: Session, ticket_hash: str, cookie_hash: str, now: datetime) -> bool:
    # Deleting is the claim: of two browsers with one ticket, one finds the row.
    ticket = session.execute(
        delete(SignInTicket)
        .where(col(SignInTicket.ticket_hash) == ticket_hash)
        .returning(col(SignInTicket.user_id), col(SignInTicket.expires_at))
    ).one_or_none()
    session.execute(delete(SignInTicket).where(col(SignInTicket.expires_at) <= now))
    session.execute(delete(UserSession).where(col(UserSession.expires_at) <= now))
    if ticket is None or ticket.expires_at <= now:
        return False
    is_enabled = session.scalar(
        update(User)
        .where(col(User.id) == ticket.user_id, col(User.disabled_at).is_(None))
        .values(last_signed_in_at=now)
        .returning(col(User.id))
    )
    if is_enabled is None:
        return False
    session.add(
        UserSession(
            token_hash=cookie_hash,
            id=new_id("ses"),
            user_id=ticket.user_id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + ABSOLUTE_LIFETIME,
        )
    )
    return True


def _find(session: Session, cookie_hash: str) -> tuple[UserSession, User] | None:
    found = session.execute(
        select(UserSession, User)
        .join(User, col(User.id) == col(UserSession.user_id))
        .where(col(UserSession.token_hash) == cookie_hash)
    ).one_or_none()
    return None if found is None else (found[0], found[1])


def _mark_seen(session: Session, cookie_hash: str, now: datetime) -> None:
    session.execute(
        update(UserSession)
        .where(col(UserSession.token_hash) == cookie_hash, col(UserSession.last_seen_at) < now)
        .values(last_seen_at=now)
    )


def _end(session: Session, cookie_hash: str) -> None:
    session.execute(delete(UserSession).where(col(UserSession.token_hash) == cookie_hash))
