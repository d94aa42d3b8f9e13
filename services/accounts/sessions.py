"""Signed-in browsers: from a one-time ticket to a cookie, and the list of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from models import SignInTicket, User, UserSession
from models.words import AuditAction, AuditSubject
from services import database
from services.accounts import audit
from services.accounts.browsers import browser_name
from services.accounts.rights import ROLE_RIGHTS
from services.accounts.tokens import new_token, token_hash
from services.actor import Actor, ActorKind, Right
from services.clock import Clock, utc_now
from services.errors import NotFound, NotSignedIn
from services.identifiers import is_id, new_id

COOKIE_NAME = "afterlead_session"
TICKET_LIFETIME = timedelta(seconds=30)
IDLE_LIFETIME = timedelta(days=7)
ABSOLUTE_LIFETIME = timedelta(days=30)

_SEEN_EVERY = timedelta(minutes=1)  # each look-up would otherwise be a write


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One signed-in browser; `browser` is what it said of itself."""

    id: str
    address: str
    browser: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    is_current: bool


async def issue_ticket(user_id: str, *, clock: Clock = utc_now) -> str:
    """Return a ticket that can be changed into a cookie once, within 30 seconds."""
    ticket = new_token()
    await database.write(_insert_ticket, token_hash(ticket), user_id, clock())
    return ticket


async def redeem_ticket(
    ticket: str,
    *,
    address: str = "",
    browser: str = "",
    replacing: str = "",
    clock: Clock = utc_now,
) -> str:
    """Return the cookie value of a new session, and use the ticket up.

    The session of the cookie that the browser had before, `replacing`, ends. Raises NotSignedIn
    for a ticket that is unknown, used or older than 30 seconds, and for a person who was disabled
    meanwhile.
    """
    cookie, now = new_token(), clock()
    session = UserSession(
        token_hash=token_hash(cookie),
        id=new_id("ses"),
        user_id="",
        created_at=now,
        last_seen_at=now,
        expires_at=now + ABSOLUTE_LIFETIME,
        address=address[:45],
        browser=_readable(browser),
    )
    old = token_hash(replacing) if replacing else ""
    if not await database.write(_redeem, token_hash(ticket), session, old):
        raise NotSignedIn("This sign-in has expired. Sign in again.")
    return cookie


async def actor_of(cookie: str, *, address: str = "", clock: Clock = utc_now) -> Actor | None:
    """Return who is signed in with this cookie, looked up at each call, or None.

    `address` is where the call came from. A session ends after 7 days without use, after 30 days
    in any case, and at once when it is ended or the person is disabled.
    """
    if not cookie:
        return None
    now = clock()
    hashed = token_hash(cookie)
    found = await database.read(_find, hashed)
    if found is None:
        return None
    session, user = found
    if user.disabled_at is not None or not _is_alive(session, now):
        return None
    if session.last_seen_at + _SEEN_EVERY <= now:
        await database.write(_mark_seen, hashed, address[:45], now)
    return Actor(
        kind=ActorKind.USER,
        id=user.id,
        name=user.email,
        rights=ROLE_RIGHTS[user.role],
        address=address,
        session_id=session.id,
    )


async def list_own(actor: Actor, *, clock: Clock = utc_now) -> list[SessionRow]:
    """Return the browsers in which the person is signed in, the one used last first."""
    actor.require(Right.READ)
    return await database.read(_list_own, actor, clock())


async def end_own(actor: Actor, session_id: str, *, clock: Clock = utc_now) -> None:
    """Sign one of the person's own browsers out; raise NotFound for anybody else's."""
    actor.require(Right.READ)
    await database.write(_end_own, actor, session_id, clock())


async def end_others(actor: Actor, *, clock: Clock = utc_now) -> int:
    """Sign the person out everywhere but here, and return how many browsers that were."""
    actor.require(Right.READ)
    return await database.write(_end_others, actor, clock())


async def end(cookie: str, *, address: str = "", clock: Clock = utc_now) -> None:
    """Sign the browser out; an unknown cookie is no error."""
    await database.write(_end, token_hash(cookie), address, clock())


def end_all(session: Session, user_id: str, *, but: str = "") -> int:
    """End a person's sessions within the caller's unit of work, `but` one, and count them.

    Tickets that are not used yet go as well.
    """
    session.execute(delete(SignInTicket).where(col(SignInTicket.user_id) == user_id))
    ended = session.execute(
        delete(UserSession).where(col(UserSession.user_id) == user_id, col(UserSession.id) != but)
    )
    return int(ended.rowcount)  # type: ignore[attr-defined]


def person(user_id: str, email: str, address: str) -> Actor:
    """Return somebody who acts on their own account without being signed in: without rights."""
    return Actor(kind=ActorKind.USER, id=user_id, name=email, rights=frozenset(), address=address)


def _insert_ticket(session: Session, ticket_hash: str, user_id: str, now: datetime) -> None:
    session.add(
        SignInTicket(ticket_hash=ticket_hash, user_id=user_id, expires_at=now + TICKET_LIFETIME)
    )


def _redeem(session: Session, ticket_hash: str, made: UserSession, old_hash: str) -> bool:
    now = made.created_at
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
    email = session.scalar(
        update(User)
        .where(col(User.id) == ticket.user_id, col(User.disabled_at).is_(None))
        .values(last_signed_in_at=now)
        .returning(col(User.email))
    )
    if email is None:
        return False
    session.execute(delete(UserSession).where(col(UserSession.token_hash) == old_hash))
    made.user_id = ticket.user_id
    session.add(made)
    session.flush()
    who = person(ticket.user_id, email, made.address)
    _note(session, who, AuditAction.SIGNED_IN, now, after={"browser": browser_name(made.browser)})
    return True


def _find(session: Session, cookie_hash: str) -> tuple[UserSession, User] | None:
    found = session.execute(
        select(UserSession, User)
        .join(User, col(User.id) == col(UserSession.user_id))
        .where(col(UserSession.token_hash) == cookie_hash)
    ).one_or_none()
    return None if found is None else (found[0], found[1])


def _is_alive(session: UserSession, now: datetime) -> bool:
    return now < session.expires_at and now < session.last_seen_at + IDLE_LIFETIME


def _mark_seen(session: Session, cookie_hash: str, address: str, now: datetime) -> None:
    session.execute(
        update(UserSession)
        .where(col(UserSession.token_hash) == cookie_hash, col(UserSession.last_seen_at) < now)
        .values(last_seen_at=now, **({"address": address} if address else {}))
    )


def _list_own(session: Session, actor: Actor, now: datetime) -> list[SessionRow]:
    query = select(UserSession).where(col(UserSession.user_id) == actor.id)
    return [
        SessionRow(
            id=row.id,
            address=row.address,
            browser=row.browser,
            created_at=row.created_at,
            last_seen_at=row.last_seen_at,
            expires_at=min(row.expires_at, row.last_seen_at + IDLE_LIFETIME),
            is_current=row.id == actor.session_id,
        )
        for row in session.scalars(query.order_by(col(UserSession.last_seen_at).desc()))
        if _is_alive(row, now)
    ]


def _end_own(session: Session, actor: Actor, session_id: str, now: datetime) -> None:
    ended = None
    if is_id(session_id):
        ended = session.scalar(
            delete(UserSession)
            .where(col(UserSession.id) == session_id, col(UserSession.user_id) == actor.id)
            .returning(col(UserSession.browser))
        )
    if ended is None:
        raise NotFound("session", session_id)
    _note(session, actor, AuditAction.SIGNED_OUT, now, before={"browser": browser_name(ended)})


def _end_others(session: Session, actor: Actor, now: datetime) -> int:
    ended = end_all(session, actor.id, but=actor.session_id)
    if ended:
        _note(session, actor, AuditAction.SIGNED_OUT, now, before={"other_sessions": ended})
    return ended


def _end(session: Session, cookie_hash: str, address: str, now: datetime) -> None:
    found = _find(session, cookie_hash)
    if found is None:
        return
    ended, user = found
    who, browser = person(user.id, user.email, address), ended.browser
    session.delete(ended)
    session.flush()
    _note(session, who, AuditAction.SIGNED_OUT, now, before={"browser": browser_name(browser)})


def _note(
    session: Session,
    actor: Actor,
    action: AuditAction,
    now: datetime,
    *,
    before: audit.Values | None = None,
    after: audit.Values | None = None,
) -> None:
    audit.record(
        session,
        actor,
        action,
        AuditSubject.USER,
        key=actor.id,
        name=actor.name,
        before=before,
        after=after,
        now=now,
    )


def _readable(browser: str) -> str:
    return "".join(each for each in browser if each.isprintable())[:200]
