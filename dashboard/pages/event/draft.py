"""An event's form as plain values: read from a row, handed to the service, compared."""

from dataclasses import dataclass

from dashboard.components.conflict_panel import ConflictLine, conflict_lines
from dashboard.components.dedupe_choice import (
    EVERY_TIME,
    ONCE,
    USUAL_WINDOW,
    WINDOW,
    dedupe_input,
    dedupe_words,
)
from models.words import DedupeMode
from services.catalog.rows import EventTypeRow


@dataclass(frozen=True, slots=True)
class EventDraft:
    """What the form holds. `dedupe` is the choice behind the switch Multi-Trigger.

    `window_minutes` is as typed, and asked for only where `dedupe` is the window.
    """

    name: str = ""
    description: str = ""
    is_conversion: bool = False
    is_affiliate_conversion: bool = False
    multi_trigger: bool = False
    dedupe: str = EVERY_TIME
    window_minutes: str = USUAL_WINDOW
    available_everywhere: bool = True

    def as_input(self) -> dict[str, object]:
        """Return what `event_types.create` and `update` take."""
        again = dedupe_input(self.dedupe, self.window_minutes)
        return {
            "name": self.name,
            "description": self.description,
            "is_conversion": self.is_conversion,
            "is_affiliate_conversion": self.is_affiliate_conversion,
            "dedupe": again if self.multi_trigger else ONCE,
            "available_everywhere": self.available_everywhere,
        }


def draft_of(row: EventTypeRow) -> EventDraft:
    """Return the form of a stored event."""
    minutes = row.dedupe_window_minutes
    return EventDraft(
        name=row.name,
        description=row.description,
        is_conversion=row.is_conversion,
        is_affiliate_conversion=row.is_affiliate_conversion,
        multi_trigger=row.dedupe.fires_again,
        dedupe=str(row.dedupe) if row.dedupe.fires_again else EVERY_TIME,
        window_minutes=USUAL_WINDOW if minutes is None else str(minutes),
        available_everywhere=row.available_everywhere,
    )


def compared(yours: EventDraft, theirs: EventTypeRow) -> list[ConflictLine]:
    """Return both versions field by field, in the order and the words of the form."""
    stored = draft_of(theirs)
    pairs = [
        ("Name", yours.name, stored.name),
        ("Description", yours.description, stored.description),
        ("Conversion Event", _on(yours.is_conversion), _on(stored.is_conversion)),
        (
            "Affiliate Conversion Event",
            _on(yours.is_affiliate_conversion),
            _on(stored.is_affiliate_conversion),
        ),
        ("Multi-Trigger", _often(yours), _often(stored)),
        (
            "Available to all campaigns",
            _on(yours.available_everywhere),
            _on(stored.available_everywhere),
        ),
    ]
    return conflict_lines(pairs)


def _on(value: bool) -> str:
    return "On" if value else "Off"


def _often(draft: EventDraft) -> str:
    if not draft.multi_trigger:
        return "Off: once per lead"
    if draft.dedupe == WINDOW:
        return f"On: once in {draft.window_minutes} minutes"
    return "On: " + dedupe_words(DedupeMode(draft.dedupe), None).lower()
