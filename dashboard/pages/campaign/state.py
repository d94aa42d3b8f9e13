"""What the page of one campaign shows, whichever tab is open."""

from collections.abc import Mapping
from typing import Any, Final

import reflex as rx

from dashboard.keyed_kind import CAMPAIGN, Kind
from dashboard.keyed_record import LEADS, OVERVIEW, SETTINGS, KeyedRecord
from dashboard.keyed_settings import KeyedSettings
from dashboard.postback_list import PostbackList
from models.words import PostbackLevel
from services.catalog.postback_rows import Owner

POSTBACKS: Final = "postbacks"
_TABS: Final = frozenset({OVERVIEW, LEADS, POSTBACKS, SETTINGS})

GENERAL, EVENT_MANAGER = "general", "event-manager"


class CampaignState(KeyedRecord, rx.State):
    """One campaign, and which part of its settings the address asks for."""

    part: str = GENERAL
    event: str = ""
    """The event that is customised on screen; empty while all of them are listed."""

    def _kind(self) -> Kind:
        return CAMPAIGN

    def _key(self) -> str:
        return str(self.campaign_key)

    def _tabs(self) -> frozenset[str]:
        return _TABS

    async def _more(self) -> Mapping[str, Any]:
        url = self.router.url
        is_manager = url.query_parameters.get("part", "") == EVENT_MANAGER
        return {
            "part": EVENT_MANAGER if is_manager else GENERAL,
            "event": url.query_parameters.get("event", "") if is_manager else "",
        }


class CampaignSettingsState(KeyedSettings, rx.State):
    """Its name, and whether it is archived."""

    def _kind(self) -> Kind:
        return CAMPAIGN

    def _key(self) -> str:
        return str(self.campaign_key)


class CampaignPostbacksState(PostbackList, rx.State):
    """Its postbacks."""

    def _owner(self) -> Owner:
        return Owner(PostbackLevel.CAMPAIGN, str(self.campaign_key))
