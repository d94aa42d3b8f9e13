"""What can be changed about a campaign: its name, and whether it is archived."""

from typing import Any

import reflex as rx

from dashboard import feedback
from dashboard.session import actor, guarded
from services.catalog import campaigns
from services.catalog.rows import CampaignRow
from services.errors import AppError, StaleVersion


class CampaignSettingsState(rx.State):
    """The name as it was when the form was opened, and what is wrong with the new one."""

    name: str = ""
    opened: int = 0
    """Counts how often the form was filled, so that the browser takes the name over anew."""
    busy: bool = False
    name_error: str = ""
    problem: str = ""
    is_stale: bool = False

    _version: int = 0
    """Of the name in the form; a newer one elsewhere means that somebody was faster."""

    @rx.event
    @guarded
    async def open_form(self) -> None:
        """Fill the form with the campaign as it is now."""
        self._show({})
        try:
            row = await campaigns.get(actor(), self.campaign_key)
        except AppError:
            # The page itself says that there is no such campaign.
            return
        self._fill(row)

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
                if_match=self._version,
            )
        except AppError as error:
            self._show(feedback.errors_of(error))
            self.is_stale = isinstance(error, StaleVersion)
            return
        self._show({})
        self._fill(row)
        yield feedback.done(f"Saved “{row.name}”.")

    @rx.event
    @guarded
    async def archive(self) -> Any:
        """Archive the campaign."""
        row = await campaigns.archive(actor(), self.campaign_key)
        self._know(row)
        return feedback.done(f"Archived “{row.name}”.")

    @rx.event
    @guarded
    async def restore(self) -> Any:
        """Bring the archived campaign back."""
        row = await campaigns.restore(actor(), self.campaign_key)
        self._know(row)
        return feedback.done(f"Restored “{row.name}”.")

    def _fill(self, row: CampaignRow) -> None:
        self.name, self._version = row.name, row.version
        self.opened += 1

    def _know(self, row: CampaignRow) -> None:
        # Our own change must not make the name in the form a stale one; somebody else's does.
        if row.version == self._version + 1:
            self._version = row.version

    def _show(self, errors: dict[str, str]) -> None:
        self.busy = self.is_stale = False
        self.name_error = errors.pop("name", "")
        self.problem = " ".join(errors.values())
