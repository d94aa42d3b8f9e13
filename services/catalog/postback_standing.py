"""How postbacks fare: paused and why, what they hold, and since when nothing arrives by them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, func, select
from sqlmodel import Session, col

from models import Delivery, Postback, PostbackFailure, PostbackRelease
from models.words import PauseReason, ReleaseChoice

HELD_COUNTED_AT_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Release:
    """What became of held deliveries when a postback was resumed, and how far that is.

    `total` were held then; without `finished_at` some still are.
    """

    choice: ReleaseChoice
    since: datetime | None
    actor_name: str
    started_at: datetime
    total: int
    sent: int
    cancelled: int
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a postback is paused, how many deliveries it holds, and how it fails.

    With `held_is_complete` false there are at least `held`. `failing_since` is its first failure
    since the last success, and `failures` are those since then.
    """

    paused_at: datetime | None = None
    pause_reason: PauseReason | None = None
    held: int = 0
    held_is_complete: bool = True
    failing_since: datetime | None = None
    failures: int = 0
    last_failure: str = ""
    release: Release | None = None


NORMAL: Final = Standing()


def standings(session: Session, postbacks: Sequence[Postback]) -> dict[str, Standing]:
    """Return the standing of each postback by its id."""
    ids = [postback.id for postback in postbacks]
    if not ids:
        return {}
    failures = {
        row.postback_id: row
        for row in session.scalars(
            select(PostbackFailure).where(col(PostbackFailure.postback_id).in_(ids))
        )
    }
    releases = {
        row.postback_id: row
        for row in session.scalars(
            select(PostbackRelease).where(col(PostbackRelease.postback_id).in_(ids))
        )
    }
    return {
        postback.id: _standing(
            session, postback, failures.get(postback.id), releases.get(postback.id)
        )
        for postback in postbacks
    }


def begin_anew(session: Session, postback: Postback) -> None:
    """Forget the failures of a postback that was changed: its next call is another one.

    Those of a paused one stay, since they say why it is paused.
    """
    if postback.paused_at is None:
        session.execute(
            delete(PostbackFailure).where(col(PostbackFailure.postback_id) == postback.id)
        )


def _standing(
    session: Session,
    postback: Postback,
    failure: PostbackFailure | None,
    release: PostbackRelease | None,
) -> Standing:
    held = 0
    if postback.paused_at is not None or (release is not None and release.finished_at is None):
        values = {"b_postback": postback.id, "b_limit": HELD_COUNTED_AT_MOST + 1}
        held = session.execute(_HELD, values).scalar_one()
    return Standing(
        paused_at=postback.paused_at,
        pause_reason=postback.pause_reason,
        held=min(held, HELD_COUNTED_AT_MOST),
        held_is_complete=held <= HELD_COUNTED_AT_MOST,
        failing_since=failure.failing_since if failure else None,
        failures=failure.failures if failure else 0,
        last_failure=failure.last_failure if failure else "",
        release=_release(release) if release else None,
    )


def _release(release: PostbackRelease) -> Release:
    moved = release.sent + release.cancelled
    return Release(
        choice=release.choice,
        since=release.cancel_before if release.choice is ReleaseChoice.SINCE else None,
        actor_name=release.actor_name,
        started_at=release.started_at,
        # One that was held beside the resumption follows it, too.
        total=max(release.total, moved),
        sent=release.sent,
        cancelled=release.cancelled,
        finished_at=release.finished_at,
    )


_SOME_HELD = (
    select(col(Delivery.id))
    .where(
        col(Delivery.postback_id) == bindparam("b_postback"),
        # A literal word, as in the partial index: a bound parameter would hide it.
        col(Delivery.status) == bindparam(None, "held", literal_execute=True),
    )
    .limit(bindparam("b_limit"))
    .subquery()
)
_HELD = select(func.count()).select_from(_SOME_HELD)
