"""What differs between the pages of campaigns and those of affiliates: words, paths, services."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

import reflex as rx

from dashboard import routes
from dashboard.components.values import Text
from services.actor import Actor
from services.catalog import affiliates, campaigns
from services.intake import leads
from services.intake.leads import LeadRow
from services.paging import Page, PageRequest
from services.reporting import affiliate_figures, campaign_figures
from services.reporting.recent_figures import RecentFigures


class KeyedRow(Protocol):
    """A campaign or an affiliate as the services hand it up."""

    key: str
    name: str
    version: int
    created_at: datetime
    archived_at: datetime | None


class Service(Protocol):
    """What both services offer."""

    def suggest_key(self, text: str) -> str:
        """Return a key that fits."""

    async def create(self, actor: Actor, data: Mapping[str, object]) -> KeyedRow:
        """Create one."""

    async def get(self, actor: Actor, key: str) -> KeyedRow:
        """Return one."""

    async def list_page(
        self, actor: Actor, request: PageRequest, *, archived: bool | None = False, q: str = ""
    ) -> Page[KeyedRow]:
        """Return one page by key."""

    async def update(
        self,
        actor: Actor,
        key: str,
        changes: Mapping[str, object],
        *,
        if_match: int | None = None,
    ) -> KeyedRow:
        """Change the name."""

    async def archive(self, actor: Actor, key: str) -> KeyedRow:
        """Hide one."""

    async def restore(self, actor: Actor, key: str) -> KeyedRow:
        """Bring one back."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the two; `noun` is in small letters, sentences end with a full stop."""

    noun: str
    title: str
    service: Service
    figures: Callable[[Actor], Awaitable[dict[str, RecentFigures]]]
    path: str
    path_of: Callable[[Text], Text]
    leads_of: Callable[[Text], Text]
    logs_of: Callable[..., Text]
    """The path of the log under the filter of one; takes further filters by name."""
    list_leads: Callable[[Actor, PageRequest, str], Awaitable[Page[LeadRow]]]
    """One page of the leads of the one with a key."""
    example_name: str
    example_key: str
    purpose: str
    empty_text: str
    archived_text: str
    """What does not happen while it is archived."""
    archive_consequence: str
    icon: str


CAMPAIGN: Final = Kind(
    noun="campaign",
    title="Campaigns",
    service=campaigns,
    figures=campaign_figures.figures,
    path=routes.CAMPAIGNS,
    path_of=routes.campaign,
    leads_of=lambda key: routes.leads(campaign=key),
    logs_of=lambda key, **filters: routes.logs(campaign=key, **filters),
    list_leads=lambda actor, request, key: leads.list_page(actor, request, campaign=key),
    example_name="Auto US",
    example_key="auto-us",
    purpose="Leads are captured for a campaign, and events fire in it.",
    empty_text="Leads are captured for a campaign. Make the first one, such as “Auto US”.",
    archived_text="No lead is captured for it and no event fires for its leads.",
    archive_consequence="No lead is captured for it and no event fires for its leads until you "
    "restore it. Its leads, events and logs stay.",
    icon="megaphone",
)

AFFILIATE: Final = Kind(
    noun="affiliate",
    title="Affiliates",
    service=affiliates,
    figures=affiliate_figures.figures,
    path=routes.AFFILIATES,
    path_of=routes.affiliate,
    leads_of=lambda key: routes.leads(affiliate=key),
    logs_of=lambda key, **filters: routes.logs(affiliate=key, **filters),
    list_leads=lambda actor, request, key: leads.list_page(actor, request, affiliate=key),
    example_name="North Media",
    example_key="north-media",
    purpose="A traffic source: leads name it, and its postbacks tell it of conversions.",
    empty_text="An affiliate is a source of leads, such as a media buyer or a network. Its own "
    "postbacks tell it when one of its leads converts.",
    archived_text="No new lead can name it and none of its postbacks is sent.",
    archive_consequence="No new lead can name it and none of its postbacks is sent until you "
    "restore it. Its leads, events and logs stay.",
    icon="users",
)


def new_label(kind: Kind) -> str:
    """Return what the button says that makes a new one."""
    return f"+ New {kind.noun.capitalize()}"


def shown_name(name: rx.Var[str], key: rx.Var[str]) -> rx.Var[str]:
    """Return the name, or the key until the name is known."""
    return rx.cond(name != "", name, key)
