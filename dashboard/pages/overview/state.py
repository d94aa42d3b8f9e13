"""What the overview shows, kept up to date by changes and by the clock."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

import reflex as rx

from dashboard import feedback, live
from dashboard.changed_vars import set_changed
from dashboard.components import browser, list_state
from dashboard.components.event_table import EventLine
from dashboard.components.trend_chart import TrendLine
from dashboard.lines import event_line
from dashboard.session import SessionState, actor, current_zone, guarded
from services.actor import Right
from services.errors import AppError
from services.paging import PageRequest
from services.reporting import event_log, overview
from services.reporting.event_log import EventLogFilter
from services.reporting.overview import Overview

LATEST_ROWS: Final = 8
REFRESH_SECONDS: Final = 15.0  # the window moves on
TICK_EVERY: Final = 6
_END: Final = object()


@dataclass(frozen=True, slots=True)
class Stat:
    """One figure with its change and what it was before."""

    figure: str = "0"
    delta: str = ""
    tone: str = "neutral"
    before: str = ""


class OverviewState(rx.State):
    """The figures, the trend and the latest events."""

    shown: str = list_state.LOADING
    problem: str = ""
    events: Stat = Stat()
    conversions: Stat = Stat()
    success: Stat = Stat()
    waiting: Stat = Stat()
    trend: list[TrendLine] = rx.field(default_factory=list)
    highest: int = 0
    latest: list[EventLine] = rx.field(default_factory=list)
    has_event: bool = False
    has_postback: bool = False
    has_test: bool = False
    has_fired: bool = False
    steps_done: int = 0

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show the figures, and again after every change and every few seconds."""
        async with self:
            zone = current_zone(await self.get_state(SessionState))
        async for _ in _changes_and_ticks(self):
            await self._load(zone)

    @rx.event
    @guarded(Right.READ)
    async def retry(self) -> Any:
        """Load the page again after a failure."""
        self.shown = list_state.LOADING
        return browser.reload()

    async def _load(self, zone: ZoneInfo) -> None:
        try:
            figures = await overview.get(actor())
            page = await event_log.list_page(
                actor(), EventLogFilter(), PageRequest(limit=LATEST_ROWS)
            )
        except AppError as error:
            async with self:
                self.problem, self.shown = feedback.sentence(error), list_state.FAILED
            return
        steps = figures.checklist
        found: dict[str, Any] = {
            "shown": list_state.READY,
            "events": _count(figures.events, figures.events_previous),
            "conversions": _count(figures.conversions, figures.conversions_previous),
            "success": _rate(figures.success_rate, figures.success_rate_previous),
            "waiting": _waiting(figures),
            "trend": _trend(figures, zone),
            "highest": max((bar.events for bar in figures.trend), default=0),
            "latest": [event_line(row) for row in page.items],
            "has_event": steps.has_event,
            "has_postback": steps.has_postback,
            "has_test": steps.has_test,
            "has_fired": steps.has_fired,
            "steps_done": sum(
                (steps.has_event, steps.has_postback, steps.has_test, steps.has_fired)
            ),
        }
        await set_changed(self, found)


async def _changes_and_ticks(state: rx.State) -> AsyncIterator[None]:
    """Yield as `live.changes` does, and at least every `REFRESH_SECONDS`."""
    changes = aiter(live.changes(state))
    following = asyncio.ensure_future(anext(changes, _END))
    try:
        while True:
            done, _ = await asyncio.wait({following}, timeout=REFRESH_SECONDS)
            if done:
                if following.result() is _END:
                    return
                following = asyncio.ensure_future(anext(changes, _END))
            yield
    finally:
        following.cancel()


def _count(now: int, before: int) -> Stat:
    words = f"{before:,} in the 24 hours before"
    if not before:
        return Stat(f"{now:,}", before=words)
    percent = round((now - before) / before * 100)
    return Stat(f"{now:,}", delta=f"{percent:+} %", before=words)


def _rate(now: float | None, before: float | None) -> Stat:
    words = "none in the 24 hours before"
    if before is not None:
        words = f"{_percent(before)} in the 24 hours before"
    if now is None:
        return Stat("–", before=words)
    if before is None or _percent(now) == _percent(before):
        return Stat(_percent(now), before=words)
    points = round((now - before) * 100, 1)
    tone = "good" if points > 0 else "bad"
    return Stat(_percent(now), delta=f"{points:+g} points", tone=tone, before=words)


def _percent(rate: float) -> str:
    # Never round up to a clean sheet: one failure in ten thousand is not 100 %.
    percent = int(rate * 1000) / 10
    return f"{percent:g} %"


def _waiting(figures: Overview) -> Stat:
    late = figures.oldest_due_seconds
    words = "nothing is overdue" if late is None else f"the oldest is due for {_duration(late)}"
    return Stat(f"{figures.waiting:,}", before=words)


def _duration(seconds: int) -> str:
    if seconds < 60:
        return f"{max(seconds, 1)} s"
    return f"{seconds // 60} min" if seconds < 3600 else f"{seconds // 3600} h"


def _trend(figures: Overview, zone: ZoneInfo) -> list[TrendLine]:
    highest = max((bar.events for bar in figures.trend), default=0) or 1
    lines = []
    for number, bar in enumerate(figures.trend):
        starts = bar.starts_at.astimezone(zone).strftime("%H:%M")
        lines.append(
            TrendLine(
                starts=starts,
                tick=starts if number % TICK_EVERY == 0 else "",
                whole=bar.events,
                part=bar.conversions,
                whole_percent=round(bar.events / highest * 100, 1),
                part_percent=round(bar.conversions / highest * 100, 1),
            )
        )
    return lines
