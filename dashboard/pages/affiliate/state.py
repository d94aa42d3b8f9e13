"""What the page of one affiliate shows and changes."""

from collections.abc import Mapping
from typing import Any, Final

import reflex as rx

from dashboard.keyed_kind import AFFILIATE, Kind
from dashboard.keyed_record import LEADS, OVERVIEW, SETTINGS, KeyedRecord
from dashboard.keyed_settings import KeyedSettings
from dashboard.postback_list import PostbackList
from dashboard.session import actor
from models.words import PostbackLevel
from services.catalog import event_types
from services.catalog.postback_rows import Owner
from services.paging import MAX_LIMIT, PageRequest

POSTBACKS: Final = "postbacks"
_TABS: Final = frozenset({OVERVIEW, POSTBACKS, LEADS, SETTINGS})
_SIGNALS_SHOWN: Final = 12


class AffiliateState(KeyedRecord, rx.State):
    """One affiliate, and on the tab of its postbacks the events that call them."""

    signals: list[str] = rx.field(default_factory=list)
    """The first few Affiliate Conversion Events of the organisation."""
    more_signals: int = 0
    knows_signals: bool = False

    def _kind(self) -> Kind:
        return AFFILIATE

    def _key(self) -> str:
        return str(self.affiliate_key)

    def _tabs(self) -> frozenset[str]:
        return _TABS

    async def _more(self) -> Mapping[str, Any]:
        if self.tab != POSTBACKS:
            return {}
        page = await event_types.list_page(actor(), PageRequest(limit=MAX_LIMIT))
        names = [each.name for each in page.items if each.is_affiliate_conversion]
        return {
            "signals": names[:_SIGNALS_SHOWN],
            "more_signals": len(names[_SIGNALS_SHOWN:]),
            "knows_signals": True,
        }


class AffiliateSettingsState(KeyedSettings, rx.State):
    """Its name, and whether it is archived."""

    def _kind(self) -> Kind:
        return AFFILIATE

    def _key(self) -> str:
        return str(self.affiliate_key)


class AffiliatePostbacksState(PostbackList, rx.State):
    """Its postbacks."""

    def _owner(self) -> Owner:
        return Owner(PostbackLevel.AFFILIATE, str(self.affiliate_key))
