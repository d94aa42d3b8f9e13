"""Named points at which a test has its process die or stand still; otherwise nothing happens there.

`AFTERLEAD_FAILPOINT=after_send` ends the process there as a power cut would, the first time that it
comes by; `after_send=stop` has it stand still until SIGCONT; `after_send@/poison` waits until the
point is about something whose description contains `/poison`.
"""

import os
import re
import signal
from dataclasses import dataclass
from functools import lru_cache

POINTS = (
    "before_record_commit",  # the event is written, and not yet on disk
    "after_record",  # it is on disk, and its caller has no answer yet
    "before_match_commit",  # a call that waited has its event, and neither is on disk
    "before_claim_commit",
    "after_claim",  # on disk, and nothing is sent yet
    "before_send",
    "after_send",  # the partner has answered, and nothing is written yet
    "mid_settle",  # the delivery is changed, its attempt is not written, nothing is on disk
    "after_settle",
    "mid_verify",  # a file is taken to be judged
    "mid_import",  # some rows of a file are written, and not yet on disk
)
_FORM = re.compile(r"(?P<name>\w+)(@(?P<text>[^=]+))?(?P<stop>=stop)?")


@dataclass(slots=True)
class _Armed:
    name: str
    text: str
    number: signal.Signals


def reached(name: str, about: str = "") -> None:
    """Die or stand still here, once, if the environment names this point."""
    armed = _armed()
    if armed is not None and armed.name == name and armed.text in about:
        armed.name = ""
        os.kill(os.getpid(), armed.number)


@lru_cache(maxsize=1)
def _armed() -> _Armed | None:
    wanted = os.environ.get("AFTERLEAD_FAILPOINT", "")
    if not wanted:
        return None
    form = _FORM.fullmatch(wanted)
    if form is None or form["name"] not in POINTS:
        raise ValueError(f"AFTERLEAD_FAILPOINT={wanted}: name one of {', '.join(POINTS)}.")
    number = signal.SIGSTOP if form["stop"] else signal.SIGKILL
    return _Armed(form["name"], form["text"] or "", number)
