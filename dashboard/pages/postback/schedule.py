"""A retry schedule as people write and read it: `0, 30s, 5m, 1h`, and in a sentence."""

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Final

from services.retry_schedule import schedule_after

_TIME: Final = re.compile(r"([0-9]{1,9})\s*(s|sec|m|min|h|d)?", re.IGNORECASE)
_SECONDS: Final = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3_600, "d": 86_400}
_TYPED: Final = (("h", 3_600), ("m", 60), ("s", 1))
_SAID: Final = (("h", 3_600), ("min", 60), ("s", 1))
# Most 4xx answers, of which this is one, and texts that the success rule refuses.
_REFUSAL: Final = 404


def parse_waits(text: str) -> list[int]:
    """Return the seconds of `0, 30s, 5m, 1h`; raise ValueError with a sentence."""
    parts = [part.strip() for part in re.split("[,;\n]", text)]
    if parts and not parts[-1]:
        parts.pop()  # a comma at the end
    if not parts:
        raise ValueError("Write the waits, with commas between them, such as 0, 30s, 5m, 1h.")
    waits: list[int] = []
    for number, part in enumerate(parts, start=1):
        found = _TIME.fullmatch(part)
        if found is None:
            what = f"“{part[:20]}” is no time" if part else f"Wait {number} is empty"
            raise ValueError(f"{what}. Write 30s, 5m, 2h or 1d, with commas between them.")
        waits.append(int(found[1]) * _SECONDS[(found[2] or "s").lower()])
    return waits


def waits_text(waits: Sequence[int]) -> str:
    """Return waits as `parse_waits` reads them."""
    return ", ".join(_typed(wait) for wait in waits)


def schedule_in_words(waits: Sequence[int]) -> str:
    """Return when a call is tried and tried again, how often, and over how long."""
    first = f"First tried after {_said(waits[0])}" if waits[0] else "Tried at once"
    if len(waits) == 1:
        return f"{first}, and not again if that fails."
    again = _listed(waits[1:])
    return f"{first}, then again after {again}: {len(waits)} tries in {_said(sum(waits))}."


def refusal_in_words(waits: Sequence[int]) -> str:
    """Return the schedule after a refusal; nothing when it is the same one."""
    short = schedule_after(tuple(waits), _REFUSAL)
    if short == tuple(waits):
        return ""
    after = (
        "After an answer that a repeat hardly changes (most 4xx, and a text that was not wanted)"
    )
    if short == tuple(waits[: len(short)]):
        return f"{after}: {len(short)} tries in all."
    return f"{after}: again after {_listed(short[1:])}, {len(short)} tries in all."


def _typed(seconds: int) -> str:
    for unit, size in _TYPED:
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return "0"


def _said(seconds: int) -> str:
    """Return a length of time in its two largest units."""
    said: list[str] = []
    rest = seconds
    for unit, size in _SAID:
        if rest >= size:
            said.append(f"{rest // size} {unit}")
            rest %= size
    return " ".join(said[:2]) or "0 s"


def _listed(waits: Sequence[int]) -> str:
    parts: list[str] = []
    for wait, same in groupby(waits):
        times = len(list(same))
        parts.append(_said(wait) if times == 1 else f"{_said(wait)} ({times} times)")
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
