"""How an answer says when an event fires again: a word, or a window with its minutes."""

from models.words import DedupeMode


def dedupe_json(mode: DedupeMode, window_minutes: int | None) -> object:
    """Return the mode in the form in which a body may give it."""
    return {"window_minutes": window_minutes} if mode is DedupeMode.WINDOW else mode
