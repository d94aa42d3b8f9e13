"""The postbacks of an event, a campaign or an affiliate: the state and the section of its page."""

import asyncio
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import reflex as rx

from dashboard import feedback, live, routes
from dashboard.components import list_state
from dashboard.components.button import link_button
from dashboard.components.card import section
from dashboard.components.confirm_dialog import confirm_dialog
from dashboard.components.list_state import list_state as list_state_of
from dashboard.components.postback_table import PostbackLine, postback_table
from dashboard.components.values import Text
from dashboard.locked import locked_without
from dashboard.pause_dialogs import pause_dialogs
from dashboard.postback_pause import PauseState, standing_line
from dashboard.session import SessionState, actor, guarded
from models.words import PostbackLevel
from services.actor import Right
from services.catalog import postbacks
from services.catalog.postbacks import Owner, PostbackRow
from services.errors import AppError, NotFound
from services.paging import PageRequest
from services.reporting import delivery_log
from services.reporting.delivery_log import DeliveryFilter, DeliveryRow


class PostbackList(rx.State, mixin=True):
    """The list, its switches and the question before one is archived.

    A page's State is a `class X(PostbackList, rx.State)` that adds `_owner`; the page adds
    `X.follow` to its `on_load`.
    """

    lines: list[PostbackLine] = rx.field(default_factory=list)
    list_state: str = list_state.LOADING
    problem: str = ""
    is_asking: bool = False
    asked_about: str = ""
    asked_held: str = ""
    """What is lost with it, as a sentence; empty for a postback that is not paused."""

    _shown: Owner | None = None
    _asked_id: str = ""

    def _owner(self) -> Owner:
        """Return whose postbacks the page of the address shows."""
        raise NotImplementedError

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show the postbacks of the owner in the address, and again after every change."""
        wanted = self._owner()
        async with self:
            (await self.get_state(PauseState))._close()
            if wanted != self._shown:
                self.lines, self.list_state, self._shown = [], list_state.LOADING, wanted
                self.is_asking, self._asked_id = False, ""
        async for _ in live.changes(self):
            await self._load(wanted)

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def switch(self, postback_id: str, is_on: bool) -> Any:
        """Switch one postback of the list on or off."""
        line = self._line_of(postback_id)
        row = await postbacks.update(actor(), line.id, {"enabled": bool(is_on)})
        self.lines = [
            replace(line, enabled=row.enabled) if line.id == row.id else line for line in self.lines
        ]
        return feedback.done(
            "Switched on." if row.enabled else "Switched off: nothing new is sent to it."
        )

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def ask(self, postback_id: str) -> None:
        """Open the question before a postback of the list is archived."""
        line = self._line_of(postback_id)
        self._asked_id, self.is_asking = line.id, True
        self.asked_about = line.host
        self.asked_held = (
            f"It is paused, with {line.standing.held}: what is held is cancelled. "
            if line.standing.is_paused
            else ""
        )

    @rx.event
    @guarded(Right.READ)
    async def set_asking(self, is_asking: bool) -> None:
        """Follow the dialog, which closes by Esc too."""
        self.is_asking = bool(is_asking)

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def archive(self) -> Any:
        """Archive the postback that was asked about."""
        self.is_asking = False
        await postbacks.archive(actor(), self._line_of(self._asked_id).id)
        return feedback.done("Archived the postback.")

    def _line_of(self, postback_id: str) -> PostbackLine:
        """Return a line of this list; the browser may name any id, and gets no other's."""
        found = next((each for each in self.lines if each.id == postback_id), None)
        if found is None:
            raise NotFound("postback", postback_id)
        return found

    async def _load(self, wanted: Owner) -> None:
        try:
            rows = await postbacks.list_for(actor(), wanted)
            last = await asyncio.gather(*(_last_delivery(row.id) for row in rows))
        except NotFound:  # what else the page shows says so
            return
        except AppError as error:
            async with self:
                self.problem, self.list_state = feedback.sentence(error), list_state.FAILED
            return
        lines = [_line(row, wanted, found) for row, found in zip(rows, last, strict=True)]
        shown = list_state.READY if lines else list_state.EMPTY
        if (lines, shown) != (self.lines, self.list_state):
            async with self:
                self.lines, self.list_state = lines, shown


def postback_section(
    state: type[PostbackList], *, owner_path: Text, description: Text, empty_text: Text
) -> rx.Component:
    """Build the section “Postbacks” of an owner's page; `owner_path` is the path of that page."""
    new = routes.postback_new(owner_path)
    return section(
        "Postbacks",
        list_state_of(
            state.list_state,
            locked_without(
                Right.EDIT_DEFINITIONS,
                postback_table(
                    state.lines,
                    zone=SessionState.time_zone,
                    on_switch=state.switch,
                    on_ask=state.ask,
                    on_pause=PauseState.ask_pause,
                    on_resume=PauseState.ask_resume,
                ),
                note=False,
            ),
            empty_title="No postback yet",
            empty_text=empty_text,
            empty_action=link_button(
                "Add Postback URL",
                href=new,
                kind="primary",
                icon="plus",
                right=Right.EDIT_DEFINITIONS,
            ),
            error=state.problem,
            on_retry=state.follow,
            on_clear=state.follow,
            skeleton_rows=2,
            icon="send",
        ),
        confirm_dialog(
            title="Archive this postback?",
            consequence="From now on nothing new is sent to "
            + state.asked_about
            + " by it. "
            + state.asked_held
            + "What was sent stays in the logs.",
            confirm="Archive postback",
            on_confirm=state.archive,
            is_open=state.is_asking,
            on_open_change=state.set_asking,
        ),
        pause_dialogs(),
        description=description,
        actions=(
            rx.cond(
                state.lines.length() > 0,
                link_button(
                    "Add Postback URL", href=new, icon="plus", right=Right.EDIT_DEFINITIONS
                ),
            ),
        ),
        flush=True,
    )


def path_of(owner: Owner) -> str:
    """Return the path of the page of whose postbacks these are."""
    return str(_PATHS[owner.level](owner.key))


async def _last_delivery(postback_id: str) -> DeliveryRow | None:
    page = await delivery_log.list_page(
        actor(), DeliveryFilter(postback=postback_id), PageRequest(limit=1)
    )
    return page.items[0] if page.items else None


def _line(row: PostbackRow, owner: Owner, last: DeliveryRow | None) -> PostbackLine:
    return PostbackLine(
        id=row.id,
        href=str(routes.postback(path_of(owner), row.id)),
        method=row.method,
        url=row.url,
        host=urlsplit(row.url).netloc,
        everywhere=_EVERYWHERE[row.level],
        enabled=row.enabled,
        last_status=last.status if last else "",
        last_code=last.response_code if last else None,
        last_at=last.created_at.isoformat() if last else "",
        last_event_id=last.event_id if last else "",
        conditions=conditions(row),
        standing=standing_line(row.standing),
    )


def conditions(row: PostbackRow) -> tuple[str, ...]:
    """Return in words what must hold beyond its level before a postback is called."""
    found = []
    if row.campaign and row.level is not PostbackLevel.CAMPAIGN:
        found.append(f"Only campaign {row.campaign}")
    if row.affiliate and row.level is not PostbackLevel.AFFILIATE:
        found.append(f"Only affiliate {row.affiliate}")
    if row.on_conversion_status:
        words = " or ".join(status.replace("_", " ") for status in row.on_conversion_status)
        found.append(f"When the status becomes {words}")
    return tuple(found)


_EVERYWHERE = {
    PostbackLevel.EVENT: "All campaigns, all affiliates",
    PostbackLevel.CAMPAIGN: "Every event of this campaign",
    PostbackLevel.AFFILIATE: "Every Affiliate Conversion Event",
}
_PATHS = {
    PostbackLevel.EVENT: routes.event,
    PostbackLevel.CAMPAIGN: routes.campaign,
    PostbackLevel.AFFILIATE: routes.affiliate,
}
