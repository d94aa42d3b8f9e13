"""A change in the database reaches the open pages by itself."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import reflex as rx

from dashboard import session
from services.errors import NotSignedIn
from services.reporting.changes import ChangeWatcher

PAUSE_SECONDS: Final = 0.15  # a burst of commits costs an open page seven questions a second
LONGEST_REST_SECONDS: Final = 10.0
RECHECK_SECONDS: Final = 60.0  # an ended session closes a quiet page no later than this


class Feed:
    """The process's watcher, handed in by the composition root while the process serves."""

    watcher: ChangeWatcher | None = None

    @staticmethod
    def is_connected(_connection: str) -> bool:
        """Tell whether this websocket is still open; the composition root knows."""
        return True


async def changes(state: rx.State) -> AsyncIterator[None]:
    """Yield at once, and again after each commit that anybody makes, until the page is left.

    For a background handler started by `on_load`: Reflex cancels that when the person navigates
    away or the connection ends, and starts it again at the next load or reconnect. Bursts are
    taken together. Raises `NotSignedIn`, which the guard understands, once the session has ended.
    """
    watcher = Feed.watcher
    if watcher is None:
        raise RuntimeError("Nobody watches the database: the runtime was not started.")
    clock = asyncio.get_running_loop().time
    # Reflex ends only what `on_load` began; a follower that an event began would outlive its tab.
    connection = state.router.session.session_id
    while not watcher.is_closed and Feed.is_connected(connection):
        began = clock()
        seen = watcher.number  # before the page asks, so that a commit meanwhile is not missed
        yield
        took = clock() - began
        while await watcher.wait(seen, RECHECK_SECONDS) == seen and not watcher.is_closed:
            if not Feed.is_connected(connection):
                return
            await _still_signed_in(state)
        await asyncio.sleep(began + interval_of(took) - clock())
        await _still_signed_in(state)


def interval_of(took: float) -> float:
    """Return the seconds from one asking to the next, for a page whose asking took so many.

    A page that is quick to ask follows a burst closely. One that asks for a report over millions
    of events rests three times as long as that takes, and so leaves the machine to those who fire
    them.
    """
    return max(PAUSE_SECONDS, took + min(3 * took, LONGEST_REST_SECONDS))


async def _still_signed_in(state: rx.State) -> None:
    if await session.check(state) is None:
        raise NotSignedIn("Your session has ended. Sign in again.")
