"""Who acts, and with which rights."""

from dataclasses import dataclass
from enum import StrEnum

from services.errors import NotAllowed


class Right(StrEnum):
    """One thing that can be allowed. Which role or key scope has which: `accounts.rights`."""

    READ = "read"
    EDIT_DEFINITIONS = "edit_definitions"
    CAPTURE_LEADS = "capture_leads"
    RECORD_EVENTS = "record_events"
    SEND_TESTS = "send_tests"
    RESEND = "resend"
    MANAGE_ACCESS = "manage_access"
    INCOMING = "incoming"


class ActorKind(StrEnum):
    """A person, a program with a key, or the installation itself."""

    USER = "user"
    KEY = "key"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """The one on whose behalf a service works."""

    kind: ActorKind
    id: str
    name: str
    rights: frozenset[Right]

    def require(self, right: Right) -> None:
        """Pass when the actor has the right; raise `NotAllowed` otherwise."""
        if right not in self.rights:
            raise NotAllowed(f"{self.name} may not do this: the right “{right}” is missing.")


SYSTEM = Actor(kind=ActorKind.SYSTEM, id="system", name="Afterlead", rights=frozenset(Right))
