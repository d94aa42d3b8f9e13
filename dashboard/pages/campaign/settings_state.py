"""The form that gives a campaign another name."""

from typing import Any

import reflex as rx

from dashboard import feedback
from dashboard.session import actor, guarded
from services.catalog import campaigns
from services.errors import AppError, StaleVersion


class CampaignSettingsState(rx.State):
    """The name as it was when the form was opened, and what is wrong with the new one."""

    name: str = ""
    version: int = 0
    """Of the name in the form; a newer one elsewhere means that somebody was faster."""
    busy: bool = False
    name_error: str = ""
    problem: str = ""
    is_stale: bool = False

    @rx.event
    @guarded
    async def open_form(self) -> None:
        """Fill the form with the campaign as it is now."""
        self._show({})
        try:
            row = await campaigns.get(actor(), self.campaign_key)
        except AppError:
            # The page itself says that there is no such campaign.
            self.name, self.version = "", 0
            return
        self.name, self.version = row.name, row.version

    @rx.event
    @guarded
    async def save(self, form: dict[str, Any]) -> Any:
        """Store the name; one that is wrong, or too late, gets its sentence and stays typed."""
        self.busy = True
        yield
        try:
            row = await campaigns.update(
                actor(),
                self.campaign_key,
                {"name": str(form.get("campaign_name", ""))},
                if_match=self.version,
            )
        except AppError as error:
            self._show(feedback.errors_of(error))
            self.is_stale = isinstance(error, StaleVersion)
            return
        self._show({})
        self.name, self.version = row.name, row.version
        yield feedback.done(f"Saved “{row.name}”.")

    def _show(self, errors: dict[str, str]) -> None:
        self.busy = self.is_stale = False
        self.name_error = errors.pop("name", "")
        self.problem = " ".join(errors.values())
