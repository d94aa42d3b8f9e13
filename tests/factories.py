"""What tests need and do not care about: people, programs, definitions, and a clock."""

from datetime import UTC, datetime, timedelta

from models.words import KeyScope, Role
from services.accounts.rights import ROLE_RIGHTS, SCOPE_RIGHTS
from services.actor import Actor, ActorKind

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class FrozenClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        """Let time pass: `clock.move(minutes=5)`."""
        self.now += timedelta(**by)


def person(role: Role) -> Actor:
    return Actor(
        kind=ActorKind.USER, id=f"usr_{role}", name=f"{role}@example.com", rights=ROLE_RIGHTS[role]
    )


def program(scope: KeyScope) -> Actor:
    return Actor(
        kind=ActorKind.KEY, id=f"key_{scope}", name=f"{scope} key", rights=SCOPE_RIGHTS[scope]
    )


async def public_addresses(host: str, port: int) -> list[str]:
    """Answer as the name servers of a partner on the internet would."""
    return ["93.184.216.34"]
