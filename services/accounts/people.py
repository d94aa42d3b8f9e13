"""The people of the installation, as an owner manages them, and each their own password."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from models import User, UserSession
from models.words import AuditAction, AuditSubject, Role
from services import database
from services.accounts import audit, second_factor, sessions, users
from services.accounts.passwords import hash_password, password_problem, require_password
from services.actor import Actor, Right
from services.clock import Clock, utc_now
from services.errors import Conflict, InvalidInput, NotFound
from services.identifiers import is_id
from services.listing import page_by_text
from services.paging import Page, PageRequest


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person as the list shows them; `sessions` counts browsers that are signed in."""

    id: str
    email: str
    role: Role
    second_step: bool
    sessions: int
    created_at: datetime
    last_signed_in_at: datetime | None
    disabled_at: datetime | None


async def list_page(actor: Actor, request: PageRequest, *, q: str = "") -> Page[PersonRow]:
    """Return people by e-mail, those who are switched off as well; `q` is a part of it."""
    actor.require(Right.MANAGE_ACCESS)
    return await database.read(_list_page, request, q.strip().casefold())


async def change_role(
    actor: Actor, user_id: str, role: str, *, clock: Clock = utc_now
) -> PersonRow:
    """Let a person do more or less; it holds from their next call on.

    Raises NotFound, InvalidInput for an unknown role, and Conflict for oneself and for the last
    owner.
    """
    actor.require(Right.MANAGE_ACCESS)
    if role not in set(Role):
        raise InvalidInput({"role": "Choose what the person may do."})
    return await database.write(_change_role, actor, user_id, Role(role), clock())


async def disable(actor: Actor, user_id: str, *, clock: Clock = utc_now) -> PersonRow:
    """Sign a person out everywhere and let them in no more; what they did stays under their name.

    One who is switched off stays so. Raises NotFound, and Conflict for oneself and for the last
    owner.
    """
    actor.require(Right.MANAGE_ACCESS)
    return await database.write(_set_disabled, actor, user_id, clock(), is_disabled=True)


async def enable(actor: Actor, user_id: str, *, clock: Clock = utc_now) -> PersonRow:
    """Let a person in again with the password they had; raise NotFound."""
    actor.require(Right.MANAGE_ACCESS)
    return await database.write(_set_disabled, actor, user_id, clock(), is_disabled=False)


async def sign_out(actor: Actor, user_id: str, *, clock: Clock = utc_now) -> int:
    """Sign a person out everywhere and return of how many browsers; raise NotFound."""
    actor.require(Right.MANAGE_ACCESS)
    return await database.write(_sign_out, actor, user_id, clock())


async def remove_second_step(actor: Actor, user_id: str, *, clock: Clock = utc_now) -> PersonRow:
    """Let a person who lost app and codes sign in by password alone; raise NotFound."""
    actor.require(Right.MANAGE_ACCESS)
    return await database.write(_remove_second_step, actor, user_id, clock())


async def change_password(actor: Actor, *, current: str, new: str, clock: Clock = utc_now) -> None:
    """Change the signed-in person's own password; all their other browsers are signed out.

    Raises InvalidInput for `current` and `password`.
    """
    actor.require(Right.READ)
    await require_password(actor, current, field="current")
    problem = password_problem(new)
    if not problem and new == current:
        problem = "This is the password that you have. Choose another."
    if problem:
        raise InvalidInput({"password": problem})
    await database.write(_change_password, actor, await hash_password(new), clock())


def _list_page(session: Session, request: PageRequest, q: str) -> Page[PersonRow]:
    signed_in = _sessions(session)
    return page_by_text(
        session,
        select(User),
        column=col(User.email),
        text_of=lambda row: row.email,
        row_of=lambda user: _row(user, signed_in.get(user.id, 0)),
        request=request,
        matches=lambda row: q in row.email,
    )


def _change_role(
    session: Session, actor: Actor, user_id: str, role: Role, now: datetime
) -> PersonRow:
    _lock_owners(session)
    user = _find(session, user_id)
    before = user.role
    if role is not before:
        _refuse_self(actor, user, "change your own role")
        _keep_an_owner(session, user)
        user.role = role
        session.add(user)
        _note(session, actor, AuditAction.CHANGED, user, now, before={"role": before}, role=role)
    return _person(session, user)


def _set_disabled(
    session: Session, actor: Actor, user_id: str, now: datetime, *, is_disabled: bool
) -> PersonRow:
    _lock_owners(session)
    user = _find(session, user_id)
    if (user.disabled_at is not None) != is_disabled:
        if is_disabled:
            _refuse_self(actor, user, "switch yourself off")
            _keep_an_owner(session, user)
            sessions.end_all(session, user.id)
        user.disabled_at = now if is_disabled else None
        session.add(user)
        action = AuditAction.DISABLED if is_disabled else AuditAction.ENABLED
        _note(session, actor, action, user, now)
    return _person(session, user)


def _sign_out(session: Session, actor: Actor, user_id: str, now: datetime) -> int:
    user = _find(session, user_id)
    ended = sessions.end_all(session, user.id, but=actor.session_id)
    if ended:
        _note(session, actor, AuditAction.SIGNED_OUT, user, now, before={"sessions": ended})
    return ended


def _remove_second_step(session: Session, actor: Actor, user_id: str, now: datetime) -> PersonRow:
    user = _find(session, user_id)
    second_factor.remove(session, actor, user.id, now)
    return _person(session, user)


def _change_password(session: Session, actor: Actor, password_hash: str, now: datetime) -> None:
    user = _find(session, actor.id)
    users.set_password(session, user, password_hash, but=actor.session_id)
    _note(session, actor, AuditAction.PASSWORD_CHANGED, user, now)


def _find(session: Session, user_id: str) -> User:
    user = session.get(User, user_id, with_for_update=True) if is_id(user_id) else None
    if user is None:
        raise NotFound("user", user_id)
    return user


def _refuse_self(actor: Actor, user: User, deed: str) -> None:
    if actor.id == user.id:
        raise Conflict(f"You cannot {deed}. Ask another owner.", code="yourself")


def _lock_owners(session: Session) -> None:
    """Let one change of owners happen at a time: of two who demote each other, one stays."""
    owners = select(col(User.id)).where(col(User.role) == Role.OWNER).order_by(col(User.id))
    session.execute(owners.with_for_update())


def _keep_an_owner(session: Session, user: User) -> None:
    others = select(col(User.id)).where(
        col(User.role) == Role.OWNER, col(User.disabled_at).is_(None), col(User.id) != user.id
    )
    if user.role is Role.OWNER and session.scalar(others.limit(1)) is None:
        raise Conflict(
            f"{user.email} is the last owner. Make somebody else an owner first.",
            code="last_owner",
        )


def _note(
    session: Session,
    actor: Actor,
    action: AuditAction,
    user: User,
    now: datetime,
    *,
    before: audit.Values | None = None,
    **after: object,
) -> None:
    audit.record(
        session,
        actor,
        action,
        AuditSubject.USER,
        key=user.id,
        name=user.email,
        before=before,
        after=after or None,
        now=now,
    )


def _sessions(session: Session) -> dict[str, int]:
    counted = select(col(UserSession.user_id), func.count()).group_by(col(UserSession.user_id))
    return {row[0]: row[1] for row in session.execute(counted)}


def _person(session: Session, user: User) -> PersonRow:
    session.flush()
    return _row(user, _sessions(session).get(user.id, 0))


def _row(user: User, signed_in: int) -> PersonRow:
    return PersonRow(
        id=user.id,
        email=user.email,
        role=user.role,
        second_step=user.totp_secret is not None,
        sessions=signed_in,
        created_at=user.created_at,
        last_signed_in_at=user.last_signed_in_at,
        disabled_at=user.disabled_at,
    )
