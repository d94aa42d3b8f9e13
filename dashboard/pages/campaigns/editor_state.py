"""The dialogs that make a campaign and change its name."""

from typing import Any

import reflex as rx

from dashboard import feedback, routes
from dashboard.components.linked_toast import linked_toast
from dashboard.session import actor, guarded
from services.catalog import campaigns
from services.errors import AppError


class CampaignEditorState(rx.State):
    """A new campaign, or the name of one that exists."""

    is_open: bool = False
    is_new: bool = True
    name: str = ""
    key: str = ""
    busy: bool = False
    name_error: str = ""
    key_error: str = ""
    problem: str = ""

    _key_typed: bool = False
    _version: int = 0

    @rx.event
    @guarded
    async def open_new(self) -> None:
        """Open the empty form."""
        self._open(is_new=True)

    @rx.event
    @guarded
    async def open_edit(self, key: str) -> None:
        """Open the form of a campaign that exists, as it is now."""
        row = await campaigns.get(actor(), str(key))
        self._open(is_new=False)
        self.name, self.key, self._version = row.name, row.key, row.version

    @rx.event
    @guarded
    async def set_open(self, is_open: bool) -> None:
        """Close the form; a forged `True` opens nothing."""
        self.is_open = self.is_open and bool(is_open)

    @rx.event
    @guarded
    async def suggest(self, name: str) -> None:
        """Make a key from the name, until somebody types one."""
        if self.is_new and not self._key_typed:
            self.key = campaigns.suggest_key(str(name)[:200])

    @rx.event
    @guarded
    async def set_key(self, key: str) -> None:
        """Keep the key that was typed; an empty one is suggested again."""
        self.key = str(key)[:200]
        self._key_typed = bool(self.key)

    @rx.event
    @guarded
    async def save(self, form: dict[str, Any]) -> Any:
        """Store the form; wrong fields get their sentences, and what was typed stays."""
        if not self.is_open:  # the second half of a double click
            return
        name = str(form.get("campaign_name", ""))
        self.busy = True
        yield
        try:
            if self.is_new:
                key = str(form.get("campaign_key", "")) or campaigns.suggest_key(name[:200])
                row = await campaigns.create(actor(), {"key": key, "name": name})
            else:
                row = await campaigns.update(
                    actor(), self.key, {"name": name}, if_match=self._version
                )
        except AppError as error:
            self._show(feedback.errors_of(error))
            return
        self.is_open = self.busy = False
        if self.is_new:
            yield linked_toast(
                f"Created “{row.name}”.", label="Open campaign", href=str(routes.campaign(row.key))
            )
        else:
            yield feedback.done(f"Saved “{row.name}”.")

    def _open(self, *, is_new: bool) -> None:
        self.is_open, self.is_new = True, is_new
        self.name = self.key = ""
        self._key_typed = False
        self._show({})

    def _show(self, errors: dict[str, str]) -> None:
        self.busy = False
        self.name_error = errors.pop("name", "")
        self.key_error = errors.pop("key", "")
        self.problem = " ".join(errors.values())
