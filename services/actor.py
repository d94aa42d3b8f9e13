"""Who acts, from where, and with which rights."""

from dataclasses import dataclass
from enum import StrEnum

from models.words import ActorKind
from services.errors import NotAllowed

__all__ = ["SYSTEM", "Actor", "ActorKind", "Right"]


class Right(StrEnum):
    """One thing that can be allowed. Which role or key scope has which: `accounts.rights`."""

    READ = "read"
    SEE_CONTACTS = "see_contacts"
    REVEAL_CONTACTS = "reveal_contacts"
    EDIT_DEFINITIONS = "edit_definitions"
    CAPTURE_LEADS = "capture_leads"
    ERASE_LEADS = "erase_leads"
    RECORD_EVENTS = "record_events"
    IMPORT = "import"
    SEND_TESTS = "send_tests"
    RESEND = "resend"
    READ_AUDIT = "read_audit"
    MANAGE_ACCESS = "manage_access"
    INCOMING = "incoming"


@dataclass(frozen=True, slots=True)
class Actor:
    """The one on whose behalf a service works.

    `address` is the network address that the call came from, empty for the installation itself
    and its command line.
    """

    kind: ActorKind
    id: str
    name: str
    rights: frozenset[Right]
    address: str = ""

    def require(self, right: Right) -> None:
        """Pass when the actor has the right; raise `NotAllowed` otherwise."""
        if right not in self.rights:
            raise NotAllowed(f"{self.name} may not do this: the right “{right}” is missing.")


SYSTEM = Actor(kind=ActorKind.SYSTEM, id="system", name="Afterlead", rights=frozenset(Right))
