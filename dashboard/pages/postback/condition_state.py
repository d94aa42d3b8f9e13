"""When the postback is called at all: its filters, its moment and its switch."""

from typing import Final

import reflex as rx

from dashboard.session import guarded
from models.words import ConversionStatus, PostbackLevel
from services.actor import Right
from services.catalog.postbacks import Owner, PostbackRow

RECORDED: Final = "recorded"
CHANGED: Final = "changed"
NO_STATUS: Final = "Choose at least one status, or let it fire when the event is recorded."


class PostbackConditions(rx.State, mixin=True):
    """The part of the form that decides whether a postback is called.

    The form that takes it in has `_touch(field)`, which marks it as changed.
    """

    campaign: str = ""
    affiliate: str = ""
    fires_when: str = RECORDED
    statuses: list[str] = rx.field(default_factory=list)
    enabled: bool = True

    _owner: Owner | None = None

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_campaign(self, campaign: str) -> None:
        """Take the campaign that the postback is limited to."""
        self.campaign = campaign
        self._touch("campaign")
        self._list_macros()

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_affiliate(self, affiliate: str) -> None:
        """Take the affiliate that the postback is limited to."""
        self.affiliate = affiliate
        self._touch("affiliate")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_fires_when(self, moment: str) -> None:
        """Take the moment: when the event is recorded, or when its status changes."""
        self.fires_when = CHANGED if moment == CHANGED else RECORDED
        self._touch("on_conversion_status")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def toggle_status(self, status: str) -> None:
        """Choose a status that fires the postback, or take it back."""
        chosen = set(self.statuses) ^ {status}
        self.statuses = [each.value for each in ConversionStatus if each.value in chosen]
        self._touch("on_conversion_status")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_enabled(self, is_on: bool) -> None:
        """Take the switch."""
        self.enabled = bool(is_on)
        self._touch("form")

    def _fill_conditions(self, row: PostbackRow | None) -> None:
        self.campaign = (row.campaign or "") if row else ""
        self.affiliate = (row.affiliate or "") if row else ""
        self.statuses = [status.value for status in row.on_conversion_status] if row else []
        self.fires_when = CHANGED if self.statuses else RECORDED
        self.enabled = row.enabled if row else True

    def _conditions(self) -> dict[str, object]:
        """Return this part of the form as the services take it: at each level its own filters."""
        data: dict[str, object] = {
            "on_conversion_status": self._moments(),
            "enabled": self.enabled,
        }
        level = self._owner.level if self._owner else PostbackLevel.EVENT
        if level is not PostbackLevel.CAMPAIGN:
            data["campaign"] = self.campaign or None
        if level is not PostbackLevel.AFFILIATE:
            data["affiliate"] = self.affiliate or None
        return data

    def _condition_problems(self) -> dict[str, str]:
        is_open = self.fires_when == CHANGED and not self.statuses
        return {"on_conversion_status": NO_STATUS} if is_open else {}

    def _moments(self) -> list[str]:
        """Return the statuses that fire it; none means that the recording does."""
        return list(self.statuses) if self.fires_when == CHANGED else []
