"""What a campaign says otherwise about one event, as the choices of a form."""

from dataclasses import dataclass
from typing import Final

from dashboard.components.conflict_panel import ConflictLine, conflict_lines
from dashboard.components.dedupe_choice import USUAL_WINDOW, WINDOW, dedupe_input, dedupe_words
from models.words import DedupeMode
from services.catalog.effective_events import EffectiveEvent
from services.catalog.rows import Overrides

INHERIT: Final = ""
ON: Final = "on"
OFF: Final = "off"

_WORDS: Final = {None: INHERIT, True: ON, False: OFF}
_VALUES: Final = {INHERIT: None, ON: True, OFF: False}


@dataclass(frozen=True, slots=True)
class OverrideDraft:
    """Each choice is inherit, on or off; `dedupe` is inherit or a mode, the minutes as typed."""

    enabled: str = INHERIT
    is_conversion: str = INHERIT
    is_affiliate_conversion: str = INHERIT
    dedupe: str = INHERIT
    window_minutes: str = USUAL_WINDOW

    def as_input(self) -> dict[str, object]:
        """Return what `campaign_events.put` takes."""
        mode = dedupe_input(self.dedupe, self.window_minutes)
        return {
            "enabled": _VALUES[self.enabled],
            "is_conversion": _VALUES[self.is_conversion],
            "is_affiliate_conversion": _VALUES[self.is_affiliate_conversion],
            "dedupe": None if self.dedupe == INHERIT else mode,
        }


def draft_of(stored: Overrides) -> OverrideDraft:
    """Return the choices that are stored."""
    minutes = stored.dedupe_window_minutes
    return OverrideDraft(
        enabled=_WORDS[stored.enabled],
        is_conversion=_WORDS[stored.is_conversion],
        is_affiliate_conversion=_WORDS[stored.is_affiliate_conversion],
        dedupe=INHERIT if stored.dedupe is None else str(stored.dedupe),
        window_minutes=USUAL_WINDOW if minutes is None else str(minutes),
    )


def compared(yours: OverrideDraft, theirs: Overrides) -> list[ConflictLine]:
    """Return both versions choice by choice, in the order and the words of the form."""
    stored = draft_of(theirs)
    return conflict_lines(
        [
            ("In this campaign", _said(yours.enabled), _said(stored.enabled)),
            ("Conversion Event", _said(yours.is_conversion), _said(stored.is_conversion)),
            (
                "Affiliate Conversion Event",
                _said(yours.is_affiliate_conversion),
                _said(stored.is_affiliate_conversion),
            ),
            ("Multi-Trigger", _often(yours), _often(stored)),
        ]
    )


def is_brought(event: EffectiveEvent) -> bool:
    """Tell whether the event is here without this campaign's own saying."""
    return event.inherited.available_everywhere or bool(event.lists)


def switched(event: EffectiveEvent, *, is_on: bool) -> dict[str, object]:
    """Return what to store so that the event is on or off here, saying no more than is needed."""
    wanted = None if is_on == is_brought(event) else is_on
    return draft_of(event.overrides).as_input() | {"enabled": wanted}


def _said(choice: str) -> str:
    return {INHERIT: "Inherit", ON: "On", OFF: "Off"}[choice]


def _often(draft: OverrideDraft) -> str:
    if draft.dedupe == INHERIT:
        return "Inherit"
    if draft.dedupe == WINDOW:
        return f"Once in {draft.window_minutes} minutes"
    return dedupe_words(DedupeMode(draft.dedupe), None)
