"""Slows down whoever tries passwords: by account, by address, and by both together."""

import hashlib
import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Table, delete, or_, select
from sqlmodel import Session, col

from models import SignInThrottle
from services.bulk import insert_new
from services.errors import TooMany

FORGET_AFTER = timedelta(hours=1)
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)

# So many failures are free. A person who mistypes meets the first limit alone: another's attempts
# on their account from elsewhere must reach the second before they have to wait, too.
_PAIR, _ACCOUNT, _ADDRESS = 5, 20, 30

_THROTTLE: Table = SignInThrottle.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Tried:
    """Whose attempts are counted, and how many may fail; the names tell nothing of whom."""

    pair: str
    account: str
    address: str

    @property
    def limits(self) -> Mapping[str, int]:
        """Return how many failures each name has free."""
        named = {self.pair: _PAIR, self.account: _ACCOUNT, self.address: _ADDRESS}
        return {name: limit for name, limit in named.items() if name}


def tried(*, email: str, address: str) -> Tried:
    """Return the names for an account, known or not, and an address; IPv6 counts by its /64."""
    network = _network(address)
    return Tried(
        pair=f"pair:{_digest(email)}:{_digest(network)}",
        account=f"account:{_digest(email)}",
        address=f"address:{_digest(network)}" if network else "",
    )


def attempt(session: Session, who: Tried, *, now: datetime) -> None:
    """Count an attempt as failed before its password is looked at; `succeeded` takes it back.

    Counted first, so that a thousand at the same moment have no more tries than one after the
    other. Raises TooMany while any of the names has to wait; that attempt counts for nothing.
    """
    for name in sorted(who.limits):
        fresh = {"name": name, "failures": 0, "last_failed_at": now, "blocked_until": None}
        insert_new(session.connection(), _THROTTLE, fresh, unique=("name",))
    query = select(SignInThrottle).where(col(SignInThrottle.name).in_(who.limits))
    rows = session.scalars(query.order_by(col(SignInThrottle.name)).with_for_update()).all()
    waits = [row.blocked_until for row in rows if row.blocked_until is not None]
    if waits and max(waits) > now:
        raise _wait(max(waits) - now)
    for row in rows:
        if row.last_failed_at + FORGET_AFTER <= now:
            row.failures = 0
        row.failures += 1
        row.last_failed_at = now
        beyond = row.failures - who.limits[row.name]
        row.blocked_until = now + _pause(beyond) if beyond >= 0 else None
    session.flush()


def succeeded(session: Session, who: Tried) -> None:
    """Forget the failures of an account that was opened, and this attempt of its address."""
    session.execute(
        delete(SignInThrottle).where(col(SignInThrottle.name).in_([who.pair, who.account]))
    )
    _give_back(session, who, [who.address])


def take_back(session: Session, who: Tried) -> None:
    """Let an attempt count for nothing: it did not fail, and has not succeeded yet."""
    _give_back(session, who, sorted(who.limits))


def forgive(session: Session, *, email: str) -> None:
    """Let an account be tried again at once, from wherever it was tried."""
    name = col(SignInThrottle.name)
    session.execute(
        delete(SignInThrottle).where(
            or_(name == f"account:{_digest(email)}", name.startswith(f"pair:{_digest(email)}:"))
        )
    )


def _give_back(session: Session, who: Tried, names: Sequence[str]) -> None:
    for name in names:
        row = session.get(SignInThrottle, name, with_for_update=True)
        if row is not None:
            row.failures = max(row.failures - 1, 0)
            if row.failures < who.limits[name]:
                row.blocked_until = None
    session.flush()


def _pause(beyond: int) -> timedelta:
    doubled: int = 2 ** min(beyond, 10)
    return min(FIRST_WAIT * doubled, LONGEST_WAIT)


def _wait(left: timedelta) -> TooMany:
    seconds = max(int(left.total_seconds()) + 1, 1)
    words = f"{seconds} seconds" if seconds < 120 else f"{seconds // 60 + 1} minutes"
    return TooMany(
        f"There were too many failed sign-ins. Try again in {words}.", retry_after_seconds=seconds
    )


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if found.version == 6:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:32]
