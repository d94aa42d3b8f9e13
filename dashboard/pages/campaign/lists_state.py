"""The event lists that a campaign uses: which they are, one more, one less."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from dashboard import feedback, live, routes
from dashboard.changed_vars import set_changed
from dashboard.components import list_state
from dashboard.pages.campaign.state import EVENT_MANAGER
from dashboard.session import actor, guarded
from services.actor import Right
from services.catalog import event_lists
from services.catalog.event_lists import EventListRow
from services.errors import AppError
from services.paging import MAX_LIMIT, PageRequest


@dataclass(frozen=True, slots=True)
class UsedList:
    """An event list that the campaign uses."""

    id: str
    name: str
    href: str
    events: int


class CampaignListsState(rx.State):
    """The lists in use, and the dialogs that assign one and take one away."""

    lists: list[UsedList] = rx.field(default_factory=list)
    list_state: str = list_state.LOADING
    problem: str = ""
    free: list[tuple[str, str]] = rx.field(default_factory=list)
    """(id, name) of the lists that the campaign does not use."""

    is_assigning: bool = False
    chosen: str = ""
    gains: list[str] = rx.field(default_factory=list)
    knows_gains: bool = False
    dialog_problem: str = ""
    busy: bool = False

    is_asking: bool = False
    asked_about: str = ""
    consequence: str = ""

    _key: str = ""
    _asked_id: str = ""

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show the lists of the campaign in the address, and again after every change."""
        key = str(self.campaign_key)
        if self.router.url.query_parameters.get("part", "") != EVENT_MANAGER:
            return
        async with self:
            if key != self._key:
                self.reset()
                self._key = key
        async for _ in live.changes(self):
            await set_changed(self, await _read(key))

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def open_form(self) -> None:
        """Open the choice among the lists that the campaign does not use yet."""
        self.chosen, self.gains, self.knows_gains = "", [], False
        self.dialog_problem, self.busy, self.is_assigning = "", False, True

    @rx.event
    @guarded(Right.READ)
    async def set_assigning(self, is_open: bool) -> None:
        """Close the form; a forged `True` opens nothing."""
        self.is_assigning = self.is_assigning and bool(is_open)

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def choose(self, list_id: str) -> None:
        """Show what the campaign would gain by a list."""
        self.chosen, self.gains, self.knows_gains = list_id, [], False
        self.dialog_problem = ""
        if not list_id:
            return
        row = await event_lists.get(actor(), list_id)
        changes = await event_lists.preview(
            actor(), list_id, campaigns=sorted({*row.campaigns, self._key})
        )
        mine = next((each for each in changes if each.campaign == self._key), None)
        self.gains = list(mine.gains) if mine else []
        self.knows_gains = True

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def assign(self, _form: dict[str, Any]) -> Any:
        """Have the campaign use the chosen list too."""
        if not self.is_assigning:  # the second half of a double click
            return None
        if not self.chosen:
            self.dialog_problem = "Choose an event list."
            return None
        try:
            row = await self._use(self.chosen, is_used=True)
        except AppError as error:
            self.dialog_problem = feedback.sentence(error)
            return None
        self.is_assigning = False
        return feedback.done(f"This campaign uses “{row.name}” now.")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def ask(self, list_id: str) -> None:
        """Open the question before a list is taken from the campaign, with what that costs."""
        row = await event_lists.get(actor(), list_id)
        rest = [key for key in row.campaigns if key != self._key]
        changes = await event_lists.preview(actor(), list_id, campaigns=rest)
        mine = next((each for each in changes if each.campaign == self._key), None)
        self._asked_id, self.asked_about = row.id, row.name
        self.consequence = _consequence(mine.loses if mine else ())
        self.is_asking = True

    @rx.event
    @guarded(Right.READ)
    async def set_asking(self, is_asking: bool) -> None:
        """Follow the dialog, which closes by Esc too."""
        self.is_asking = bool(is_asking)

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def remove(self) -> Any:
        """Take the list that was asked about from the campaign."""
        self.is_asking = False
        row = await self._use(self._asked_id, is_used=False)
        return feedback.done(f"This campaign does not use “{row.name}” any more.")

    async def _use(self, list_id: str, *, is_used: bool) -> EventListRow:
        row = await event_lists.get(actor(), list_id)
        others = {key for key in row.campaigns if key != self._key}
        keys = others | {self._key} if is_used else others
        # The version: somebody who assigns another campaign at this moment must not be undone.
        return await event_lists.set_campaigns(actor(), list_id, sorted(keys), if_match=row.version)


async def _read(key: str) -> dict[str, Any]:
    try:
        found = await _all_lists()
    except AppError as error:
        return {"problem": feedback.sentence(error), "list_state": list_state.FAILED}
    used = [
        UsedList(row.id, row.name, str(routes.event_list(row.id)), len(row.events))
        for row in found
        if key in row.campaigns
    ]
    return {
        "lists": used,
        "list_state": list_state.READY if used else list_state.EMPTY,
        "free": [(row.id, row.name) for row in found if key not in row.campaigns],
    }


async def _all_lists() -> list[EventListRow]:
    found: list[EventListRow] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await event_lists.list_page(actor(), PageRequest(limit=MAX_LIMIT, cursor=cursor))
        found += page.items
        cursor = page.next_cursor
    return found


def _consequence(loses: tuple[str, ...]) -> str:
    if not loses:
        return "No event goes out of force here: each is brought by something else too."
    names = ", ".join(f"“{name}”" for name in loses)
    return (
        f"{names} can no longer fire for this campaign's leads: calls for it are refused. What "
        "fired stays in the logs. The list itself stays as it is."
    )
