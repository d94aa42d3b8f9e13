"""Pause and Resume of a postback, wherever one is shown: the state behind both dialogs."""

from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import reflex as rx

from dashboard import feedback, live, time_ranges
from dashboard.components.postback_standing import StandingLine
from dashboard.session import SessionState, actor, current_zone, guarded
from models.words import PauseReason, ReleaseChoice
from services.actor import Right
from services.catalog import postbacks
from services.catalog.postbacks import Release, Standing
from services.clock import utc_now
from services.delivery import holding, resuming
from services.errors import AppError

_ONE_DAY: Final = timedelta(days=1)
_NO_MOMENT: Final = "Give a date and a time."


class PauseState(rx.State):
    """The question before a postback is paused, and what becomes of what it holds."""

    is_pausing: bool = False
    is_resuming: bool = False
    about: str = ""
    choice: str = ReleaseChoice.SEND.value
    since: str = ""
    """The typed moment, in the zone of the viewer."""
    since_error: str = ""
    held: int = 0
    send: int = 0
    """How many of the held ones are younger than the typed moment."""
    cancel: int = 0
    is_changed: bool = False
    """Whether the postback was changed since it was paused."""
    busy: bool = False
    problem: str = ""

    _id: str = ""
    _round: int = 0

    def _close(self) -> None:
        """Close both dialogs: another page was opened, or this one anew."""
        self.is_pausing = self.is_resuming = False

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def ask_pause(self, postback_id: str) -> None:
        """Open the question before a postback is paused."""
        await self._open(postback_id)
        self.is_pausing = True

    @rx.event
    @guarded(Right.READ)
    async def set_pausing(self, is_open: bool) -> None:
        """Follow the dialog, which closes by Esc too."""
        self.is_pausing = self.is_pausing and bool(is_open)

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def pause(self) -> Any:
        """Pause the postback that was asked about."""
        self.is_pausing = False
        await holding.pause(actor(), self._id)
        return feedback.done("Paused: what it owes is held from now on.")

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def ask_resume(self, postback_id: str) -> Any:
        """Open the dialog with the three choices, and count what each would do."""
        row = await self._open(postback_id)
        paused_at = row.standing.paused_at
        now = utc_now()
        self.choice, self.since_error, self.problem = ReleaseChoice.SEND.value, "", ""
        self.is_changed = paused_at is not None and row.updated_at > paused_at
        zone = current_zone(await self.get_state(SessionState))
        self.since = time_ranges.as_input(max(paused_at or now, now - _ONE_DAY), zone=zone)
        await self._count(zone)
        self.is_resuming = True
        self._round += 1
        return PauseState.keep_counting

    @rx.event
    @guarded(Right.READ)
    async def set_resuming(self, is_open: bool) -> None:
        """Follow the dialog, which closes by Esc too."""
        self.is_resuming = self.is_resuming and bool(is_open)

    @rx.event(background=True)
    @guarded(Right.EDIT_DEFINITIONS)
    async def keep_counting(self) -> None:
        """Count again after every change, as long as the dialog stands open."""
        mine = self._round
        async for _ in live.changes(self):
            async with self:
                if not self.is_resuming or self._round != mine:
                    return
                await self._count(current_zone(await self.get_state(SessionState)))

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def choose(self, choice: str) -> None:
        """Take one of the three choices."""
        known = {each.value for each in ReleaseChoice}
        self.choice = str(choice) if choice in known else ReleaseChoice.SEND.value

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def set_since(self, text: str) -> None:
        """Take the moment from which on deliveries are sent, and count them."""
        self.since, self.choice = str(text), ReleaseChoice.SINCE.value
        await self._count(current_zone(await self.get_state(SessionState)))

    @rx.event
    @guarded(Right.EDIT_DEFINITIONS)
    async def resume(self, form: dict[str, Any]) -> Any:
        """Resume the postback; a refusal stands in the dialog."""
        if not self.is_resuming or self.busy:  # the second half of a double click
            return
        zone = current_zone(await self.get_state(SessionState))
        # As it stands in the form: the last key may not have come by itself yet.
        held = _spelt(self.choice, str(form.get("since", self.since)), zone)
        if held is None:
            self.since_error = _NO_MOMENT
            return
        self.busy, self.problem = True, ""
        yield
        try:
            done = await resuming.resume(actor(), self._id, {"held": held})
        except AppError as error:
            self.busy, self.problem = False, feedback.sentence(error)
            return
        self.busy = self.is_resuming = False
        yield feedback.done(f"Resumed. {in_words(done.send, done.cancel)}")

    async def _open(self, postback_id: str) -> postbacks.PostbackRow:
        actor().require(Right.EDIT_DEFINITIONS)
        row = await postbacks.get(actor(), str(postback_id))
        self._id, self.about, self.busy = row.id, urlsplit(row.url).netloc, False
        return row

    async def _count(self, zone: ZoneInfo) -> None:
        """Ask what each choice would do; somebody else may have resumed it meanwhile."""
        held = _spelt(ReleaseChoice.SINCE, self.since, zone)
        try:
            some = await self._try(held if held is not None else ReleaseChoice.SEND.value)
        except AppError as error:
            self.problem = feedback.sentence(error)
            return
        self.held, self.send, self.cancel = some.send + some.cancel, some.send, some.cancel
        self.since_error = "" if held is not None else _NO_MOMENT

    async def _try(self, held: object) -> resuming.Resumption:
        return await resuming.resume(actor(), self._id, {"held": held, "dry_run": True})


def standing_line(standing: Standing) -> StandingLine:
    """Return what pages show of how a postback fares."""
    release = standing.release
    is_under_way = release is not None and release.finished_at is None
    is_over = release is not None and release.finished_at is not None
    return StandingLine(
        is_paused=standing.paused_at is not None,
        why=_why(standing),
        since=_iso(_since(standing)),
        held=_held(standing),
        is_failing=standing.failures > 0,
        failures=f"{standing.failures:,} failed {'try' if standing.failures == 1 else 'tries'}",
        failing_since=_iso(standing.failing_since),
        last_failure=standing.last_failure,
        progress=_progress(release) if release and is_under_way else "",
        past=_past(release) if release and is_over else "",
        past_at=_iso(release.started_at) if release and is_over else "",
    )


def in_words(send: int, cancel: int) -> str:
    """Return what becomes of held deliveries, such as “120 are sent, 94 are cancelled.”."""
    parts = [_are(send, "sent")] if send else []
    parts += [_are(cancel, "cancelled")] if cancel else []
    return f"{', '.join(parts)}." if parts else "Nothing was held."


def _are(number: int, what: str) -> str:
    return f"{number:,} {'is' if number == 1 else 'are'} {what}"


def _why(standing: Standing) -> str:
    if standing.pause_reason is PauseReason.GONE:
        return "The partner answered that this address is gone,"
    if standing.pause_reason is PauseReason.FAILING:
        return "Nothing has arrived since"
    return "By hand,"


def _since(standing: Standing) -> Any:
    is_failing = standing.pause_reason is PauseReason.FAILING
    return (standing.failing_since if is_failing else None) or standing.paused_at


def _held(standing: Standing) -> str:
    if not standing.held_is_complete:
        return f"more than {standing.held:,} held"
    return f"{standing.held:,} held" if standing.held else "nothing held yet"


def _progress(release: Release) -> str:
    return f"Resuming: {release.sent + release.cancelled:,} of {release.total:,} done"


def _past(release: Release) -> str:
    sent, cancelled = f"{release.sent:,} sent", f"{release.cancelled:,} cancelled"
    return f"Last resumed by {release.actor_name}: {sent}, {cancelled},"


def _spelt(choice: str, since: str, zone: ZoneInfo) -> object:
    """Return a choice as the service takes it; None where its moment is none."""
    if choice != ReleaseChoice.SINCE:
        return str(choice)
    moment = time_ranges.moment(since, zone=zone)
    return None if moment is None else {"since": moment.isoformat()}


def _iso(at: Any) -> str:
    return at.isoformat() if at is not None else ""
