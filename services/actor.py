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
    and its command line; `session_id` names the browser of a signed-in person. `campaigns` and
    `events` are ids: a key may be limited to some of them; `None` is all, those that come later
    included.
    """

    kind: ActorKind
    id: str
    name: str
    rights: frozenset[Right]
    address: str = ""
    session_id: str = ""
    campaigns: frozenset[str] | None = None
    events: frozenset[str] | None = None

    @property
    def is_limited(self) -> bool:
        """Tell whether there are campaigns or events that are not this actor's business."""
        return self.campaigns is not None or self.events is not None

    def require(self, right: Right, *, limited: bool = False) -> None:
        """Pass when the actor has the right; raise `NotAllowed` otherwise.

        `limited` says that the caller itself keeps a limited actor to his campaigns and events.
        Everything else is closed to one: what belongs to no campaign concerns them all.
        """
        if right not in self.rights:
            raise NotAllowed(f"{self.name} may not {DEEDS[right]}. Ask an owner for it.")
        if not limited and self.is_limited:
            raise NotAllowed(
                f"{self.name} is limited to some campaigns or events, and this concerns others "
                "too. Use a key without limits.",
                code="key_is_limited",
            )

    def reaches_campaign(self, campaign_id: str) -> bool:
        """Tell whether a campaign is among those of the actor."""
        return self.campaigns is None or campaign_id in self.campaigns

    def reaches_event(self, event_type_id: str) -> bool:
        """Tell whether an event type is among those of the actor."""
        return self.events is None or event_type_id in self.events

    def reaches(self, campaign_id: str, event_type_id: str) -> bool:
        """Tell whether an event of this campaign is the actor's business."""
        return self.reaches_campaign(campaign_id) and self.reaches_event(event_type_id)


SYSTEM = Actor(kind=ActorKind.SYSTEM, id="system", name="Afterlead", rights=frozenset(Right))
