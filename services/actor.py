"""Who acts, from where, and with which rights."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from models.words import ActorKind
from services.errors import NotAllowed

__all__ = ["DEEDS", "SYSTEM", "Actor", "ActorKind", "Right"]


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


DEEDS: Mapping[Right, str] = MappingProxyType(
    {
        Right.READ: "look at the dashboard",
        Right.SEE_CONTACTS: "see people's e-mail addresses and phone numbers",
        Right.REVEAL_CONTACTS: "reveal the contact of a lead",
        Right.EDIT_DEFINITIONS: "change events, campaigns, postbacks and other settings",
        Right.CAPTURE_LEADS: "add or change leads",
        Right.ERASE_LEADS: "erase the data of a lead's person",
        Right.RECORD_EVENTS: "fire events",
        Right.IMPORT: "import files",
        Right.SEND_TESTS: "send tests",
        Right.RESEND: "resend deliveries",
        Right.READ_AUDIT: "read the audit",
        Right.MANAGE_ACCESS: "manage people and API keys",
        Right.INCOMING: "call incoming URLs",
    }
)
"""What each right allows, in words that follow "may" and "may not"."""


@dataclass(frozen=True, slots=True)
class Actor:
    """The one on whose behalf a service works.

    `address` is the network address that the call came from, empty for the installation itself
    and its command line; `session_id` names the browser of a signed-in person.
    """

    kind: ActorKind
    id: str
    name: str
    rights: frozenset[Right]
    address: str = ""
    session_id: str = ""

    def require(self, right: Right) -> None:
        """Pass when the actor has the right; raise `NotAllowed` otherwise."""
        if right not in self.rights:
            raise NotAllowed(f"{self.name} may not {DEEDS[right]}. Ask an owner for it.")


SYSTEM = Actor(kind=ActorKind.SYSTEM, id="system", name="Afterlead", rights=frozenset(Right))
