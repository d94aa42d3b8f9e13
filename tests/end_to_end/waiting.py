"""How a test that looks from outside waits for something to become true."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def until(look: Callable[[], Found | None], *, seconds: float = 20) -> Found:
    """Return what `look` finds as soon as it finds something; fail after the deadline."""
    pause = threading.Event()
    deadline = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{look.__qualname__}: not found within {seconds} s")
        pause.wait(0.05)
    return found
