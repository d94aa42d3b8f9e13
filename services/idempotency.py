"""Answers that are given again: a call that comes twice under one `Idempotency-Key` counts once.

The answer is written in the unit of work of what the call made, so a crash leaves both or neither.
A refusal writes nothing and uses nothing up. Two such calls at once: on SQLite the second one
comes after the first; on PostgreSQL it waits for it at the insert, and then gives its answer.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from sqlalchemy import Table, delete, update
from sqlmodel import Session

from models import KeptAnswer
from services import database
from services.bulk import fetch_by_id, insert_new
from services.clock import utc_now
from services.errors import Busy, Conflict

P = ParamSpec("P")
T = TypeVar("T")

HEADER: Final = "Idempotency-Key"
KEPT_FOR: Final = timedelta(hours=24)
KEY_RULE: Final = "Use 1 to 255 letters, digits and signs without spaces, such as a UUID."
REUSED: Final = (
    "This Idempotency-Key came with another body before. Send the same body again, or take a new "
    "key for a new call."
)

_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_HEX: Final = 40  # characters of a hash: 160 bits
# How long a call may take before an answer that is missing counts as lost.
_LONGEST_CALL: Final = timedelta(seconds=60)
_PENDING: Final = 0
_TRIES: Final = 3

KEPT_ANSWER: Table = KeptAnswer.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it was given."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claim:
    """One call under a key: `id` says whose, where and which, `fingerprint` stands for its body."""

    id: str
    fingerprint: str
    at: datetime

    def part(self, number: int) -> "Claim":
        """Return the claim of one part of a call that is carried out in several units of work."""
        return Claim(_hash(f"{self.id}\n{number}".encode()), self.fingerprint, self.at)


class Repeated(Exception):
    """The call was carried out before; nothing was done now."""

    def __init__(self, kept: Kept) -> None:
        super().__init__("answered before")
        self.kept = kept


class Reused(Conflict):
    """The same key came with another body."""

    code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__(REUSED)


class InUse(Busy):
    """The first call under the key is not through yet."""

    code = "idempotency_key_in_use"


class Overtaken(Exception):
    """An answer is on disk already; what was done now must be undone, and that answer given."""


def is_key(text: str) -> bool:
    """Tell whether a text can be an `Idempotency-Key`."""
    return _KEY.fullmatch(text) is not None


def claim_of(*, actor_id: str, path: str, key: str, body: bytes, at: datetime) -> Claim:
    """Return the claim of a call: each API key and each path has its own."""
    return Claim(_hash(f"{actor_id}\n{path}\n{key}".encode()), _hash(body), at)


def find(session: Session, claim: Claim) -> Kept | None:
    """Return the answer that is kept for a claim; raise Reused when that was another call.

    Raises Conflict (`idempotency_answer_lost`) and InUse where the answer itself is not there.
    """
    connection = session.connection()
    row = fetch_by_id(connection, KEPT_ANSWER, claim.id)
    if row is None:
        return None
    if row["kept_at"] <= claim.at - KEPT_FOR:
        connection.execute(delete(KEPT_ANSWER).where(KEPT_ANSWER.c.id == claim.id))
        return None
    if row["fingerprint"] != claim.fingerprint:
        raise Reused
    if row["status"] != _PENDING:
        return Kept(row["status"], row["body"], row["headers"] or {})
    if row["kept_at"] > claim.at - _LONGEST_CALL:
        raise InUse("The first call under this Idempotency-Key still runs.", retry_after_seconds=1)
    raise Conflict(
        "The call was carried out, but its answer was lost in a crash. Look at what it made "
        "before you send it under another Idempotency-Key.",
        code="idempotency_answer_lost",
    )


def is_kept(session: Session, claim: Claim) -> bool:
    """Tell whether there is an answer under the key of a claim, to this call or another."""
    return fetch_by_id(session.connection(), KEPT_ANSWER, claim.id) is not None


def keep(session: Session, claim: Claim, kept: Kept) -> None:
    """Write an answer within the unit of work of what it tells of.

    Raises Overtaken, which undoes that, where one is there already.
    """
    row = {
        "id": claim.id,
        "fingerprint": claim.fingerprint,
        "status": kept.status,
        "headers": dict(kept.headers) or None,
        "body": kept.body,
        "kept_at": claim.at,
    }
    if not insert_new(session.connection(), KEPT_ANSWER, row, unique=("id",)):
        raise Overtaken


async def write(fn: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a unit of work that finds and keeps an answer; again, if another process was faster."""
    for remaining in range(_TRIES, 0, -1):
        try:
            return await database.write(fn, *args, **kwargs)
        except Overtaken:
            if remaining == 1:
                break
    raise InUse("Another call under this Idempotency-Key still runs.", retry_after_seconds=1)


class Pending:
    """A call whose answer is rendered elsewhere: its first unit of work keeps it.

    `render` makes the answer of that unit of work's result. Without one a mark is kept, to be
    `filled` when the answer is there; a crash before that loses the answer and nothing else.
    """

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.render: Callable[[Any], Kept] | None = None
        self._is_written = False
        self._is_filled = False

    def around(self, fn: Callable[[Session], Any]) -> Callable[[Session], Any]:
        """Return a unit of work that does the same and keeps the answer; the first one only."""
        if self._is_written:
            return fn

        def with_answer(session: Session) -> Any:
            found = find(session, self.claim)
            if found is not None:
                raise Repeated(found)
            result = fn(session)
            kept = Kept(_PENDING, "") if self.render is None else self.render(result)
            keep(session, self.claim, kept)
            self._is_written, self._is_filled = True, self.render is not None
            return result

        return with_answer

    @contextmanager
    def joined(self) -> Iterator[None]:
        """Have the next unit of work of this task keep the answer.

        Raises Repeated when it is there already.
        """
        try:
            with database.joined(self.around):
                yield
        except Overtaken:
            raise InUse(
                "Another call under this Idempotency-Key still runs.", retry_after_seconds=1
            ) from None

    async def fill(self, kept: Kept) -> None:
        """Keep the answer for which there is a mark so far."""
        if self._is_written and not self._is_filled:
            await database.write(_fill, self.claim.id, kept)


def new_claim(*, actor_id: str, path: str, key: str, body: bytes) -> Claim:
    """Return the claim of a call of this moment."""
    return claim_of(actor_id=actor_id, path=path, key=key, body=body, at=utc_now())


def _fill(session: Session, claim_id: str, kept: Kept) -> None:
    session.connection().execute(
        update(KEPT_ANSWER)
        .where(KEPT_ANSWER.c.id == claim_id)
        .values(status=kept.status, body=kept.body, headers=dict(kept.headers) or None)
    )


def _hash(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:_HEX]
