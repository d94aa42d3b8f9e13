"""Links with which a person chooses a password: invitations, and resets."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlmodel import Session, col

from models import AccountLink, User
from models.words import AuditAction, AuditSubject, LinkKind, Role
from services import database
from services.accounts import audit, link_mail, sessions, throttle, users
from services.accounts.emails import email_problem, fold
from services.accounts.passwords import hash_password, password_problem
from services.accounts.tokens import new_token, token_hash
from services.actor import SYSTEM, Actor, Right
from services.clock import Clock, utc_now
from services.errors import AppError, Conflict, InvalidInput, NotFound

PATH: Final = "/welcome/"
"""Where a link leads; its token stands behind."""

LIFETIMES: Final = {LinkKind.INVITATION: timedelta(days=7), LinkKind.RESET: timedelta(hours=24)}
# A mailbox is less private than an owner's hand.
MAILED_RESET_LIFETIME: Final = timedelta(hours=1)


class LinkOver(AppError):
    """The link was used, withdrawn, replaced by a newer one, or is too old."""

    code = "link_over"


@dataclass(frozen=True, slots=True)
class Link:
    """A new link; `url` is whole, and nobody can see it again. `mailed` says what became of it.

    `mailed` is "" where no e-mail was tried, `sent`, or a sentence about what went wrong.
    """

    url: str
    email: str
    expires_at: datetime
    mailed: str


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """An invitation that nobody has taken yet."""

    email: str
    role: Role
    made_by: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LinkInfo:
    """What a link is for, as its page says it."""

    kind: LinkKind
    email: str
    role: Role | None


async def invite(actor: Actor, *, email: str, role: str, clock: Clock = utc_now) -> Link:
    """Invite a person to choose a password within 7 days; a newer invitation replaces an older.

    Goes by e-mail as well where a mail server is set. Raises InvalidInput, and Conflict for a
    person who signs in already.
    """
    actor.require(Right.MANAGE_ACCESS)
    email = fold(email)
    problems = {"email": email_problem(email)}
    if role not in set(Role):
        problems["role"] = "Choose what the person may do."
    if found := {field: text for field, text in problems.items() if text}:
        raise InvalidInput(found)
    made = _new_link(LinkKind.INVITATION, email, Role(role), actor.name, clock())
    return await _hand_out(actor, made)


async def make_reset(actor: Actor, user_id: str, *, clock: Clock = utc_now) -> Link:
    """Make a link with which a person chooses another password within 24 hours.

    The old password goes on working until then. Goes by e-mail as well where a mail server is
    set. Raises NotFound, and Conflict for a disabled person.
    """
    actor.require(Right.MANAGE_ACCESS)
    email = await database.read(_email_of, user_id)
    made = _new_link(LinkKind.RESET, email, None, actor.name, clock())
    return await _hand_out(actor, made)


async def mail_reset(*, email: str, address: str = "", clock: Clock = utc_now) -> None:
    """Send a link to choose another password to a person who forgot it.

    Says and takes the same for an unknown address; nothing is sent then, nor without a mail
    server. Raises TooMany after many wishes.
    """
    email, now = fold(email), clock()
    await database.write(throttle.attempt, throttle.tried(email=email, address=address), now=now)
    if not link_mail.can_mail() or not await database.read(_is_active, email):
        return
    made = _new_link(LinkKind.RESET, email, None, email, now)
    made.expires_at = now + MAILED_RESET_LIFETIME
    url = await _store(SYSTEM, made)
    link_mail.send_later(made, url, now=now)


async def list_invitations(actor: Actor, *, clock: Clock = utc_now) -> list[InvitationRow]:
    """Return the invitations that can still be taken, by e-mail."""
    actor.require(Right.MANAGE_ACCESS)
    return await database.read(_list_invitations, clock())


async def withdraw(actor: Actor, *, email: str, clock: Clock = utc_now) -> None:
    """Make a person's invitation worthless; raise NotFound where there is none."""
    actor.require(Right.MANAGE_ACCESS)
    await database.write(_withdraw, actor, fold(email), clock())


async def look(token: str, *, clock: Clock = utc_now) -> LinkInfo:
    """Return what a link is for; raise LinkOver."""
    return await database.read(_look, token_hash(token), clock())


async def redeem(token: str, *, password: str, address: str = "", clock: Clock = utc_now) -> str:
    """Use a link up: store the password, end all sessions of the person, return a ticket.

    Raises InvalidInput for a poor password, which uses nothing up, and LinkOver.
    """
    now = clock()
    await look(token, clock=clock)
    if problem := password_problem(password):
        raise InvalidInput({"password": problem})
    hashed = await hash_password(password)
    user_id = await database.write(_redeem, token_hash(token), hashed, address, now)
    return await sessions.issue_ticket(user_id, clock=clock)


def _new_link(
    kind: LinkKind, email: str, role: Role | None, made_by: str, now: datetime
) -> AccountLink:
    return AccountLink(
        token_hash="",
        kind=kind,
        email=email,
        role=role,
        made_by=made_by[:254],
        created_at=now,
        expires_at=now + LIFETIMES[kind],
    )


async def _hand_out(actor: Actor, link: AccountLink) -> Link:
    url = await _store(actor, link)
    mailed = await link_mail.send(link, url, now=link.created_at)
    return Link(url=url, email=link.email, expires_at=link.expires_at, mailed=mailed)


async def _store(actor: Actor, link: AccountLink) -> str:
    """Store a link and return its URL."""
    token = new_token()
    link.token_hash = token_hash(token)
    await database.write(_insert, actor, link)
    return database.current().settings.public_origin + PATH + token


def _insert(session: Session, actor: Actor, link: AccountLink) -> None:
    known = users.find(session, link.email)
    if link.kind is LinkKind.INVITATION and known is not None:
        taken = f"{link.email} signs in already. Change what they may do in the list."
        raise Conflict(taken, code="email_taken", fields={"email": taken})
    session.execute(
        delete(AccountLink).where(
            col(AccountLink.email) == link.email, col(AccountLink.kind) == link.kind
        )
    )
    session.add(link)
    session.flush()
    is_invitation = link.kind is LinkKind.INVITATION
    audit.record(
        session,
        actor,
        AuditAction.INVITED if is_invitation else AuditAction.RESET_LINK_MADE,
        AuditSubject.USER,
        key=known.id if known is not None else link.email,
        name=link.email,
        after={"role": link.role, "until": link.expires_at} if is_invitation else None,
        now=link.created_at,
    )


def _email_of(session: Session, user_id: str) -> str:
    user = session.get(User, user_id)
    if user is None:
        raise NotFound("user", user_id)
    if user.disabled_at is not None:
        raise Conflict(f"{user.email} is switched off. Switch them on first.", code="disabled")
    return user.email


def _is_active(session: Session, email: str) -> bool:
    user = users.find(session, email)
    return user is not None and user.disabled_at is None


def _list_invitations(session: Session, now: datetime) -> list[InvitationRow]:
    query = select(AccountLink).where(
        col(AccountLink.kind) == LinkKind.INVITATION, col(AccountLink.expires_at) > now
    )
    return [
        InvitationRow(row.email, row.role, row.made_by, row.created_at, row.expires_at)
        for row in session.scalars(query.order_by(col(AccountLink.email)))
        if row.role is not None
    ]


def _withdraw(session: Session, actor: Actor, email: str, now: datetime) -> None:
    removed = session.execute(
        delete(AccountLink).where(
            col(AccountLink.email) == email, col(AccountLink.kind) == LinkKind.INVITATION
        )
    )
    if not removed.rowcount:  # type: ignore[attr-defined]
        raise NotFound("invitation", email)
    audit.record(
        session,
        actor,
        AuditAction.REMOVED,
        AuditSubject.USER,
        key=email,
        name=email,
        before={"invited": True},
        now=now,
    )


def _look(session: Session, hashed: str, now: datetime) -> LinkInfo:
    link = session.get(AccountLink, hashed)
    if link is None or link.expires_at <= now:
        raise LinkOver("This link was used already, or its time is over. Ask an owner for another.")
    return LinkInfo(kind=link.kind, email=link.email, role=link.role)


def _redeem(session: Session, hashed: str, password_hash: str, address: str, now: datetime) -> str:
    info = _look(session, hashed, now)
    # Deleting is the claim: of two browsers with one link, one finds the row.
    taken = session.execute(delete(AccountLink).where(col(AccountLink.token_hash) == hashed))
    if not taken.rowcount:  # type: ignore[attr-defined]
        raise LinkOver("This link was used already.")
    if info.kind is LinkKind.INVITATION and info.role is not None:
        made = users.new_user(info.email, password_hash, info.role, now)
        users.insert(session, _person(made, address), made)
        return made.id
    user = users.find(session, info.email)
    if user is None or user.disabled_at is not None:
        raise LinkOver("This person does not sign in any more. Ask an owner.")
    users.set_password(session, user, password_hash)
    throttle.forgive(session, email=user.email)
    audit.record(
        session,
        _person(user, address),
        AuditAction.PASSWORD_CHANGED,
        AuditSubject.USER,
        key=user.id,
        name=user.email,
        after={"by_link": True},
        now=now,
    )
    return user.id


def _person(user: User, address: str) -> Actor:
    return sessions.person(user.id, user.email, address)
