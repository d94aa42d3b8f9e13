"""What is to happen once a unit of work is on disk: who waits for its result is woken then."""

import logging
from collections import defaultdict
from collections.abc import Callable

from sqlmodel import Session

log = logging.getLogger(__name__)

_KEY = "after_commit"


class Hooks(defaultdict[Callable[..., None], set[str]]):
    """The hooks of one commit, each with all that was given for it."""

    def __init__(self) -> None:
        super().__init__(set)

    def take_over(self, session: Session) -> None:
        """Add those of a unit of work that is part of the commit."""
        for hook, about in session.info.get(_KEY, {}).items():
            self[hook].update(about)

    def run(self) -> None:
        """Call each once; one that breaks is logged and stops no other."""
        for hook, about in self.items():
            try:
                hook(*about)
            except Exception:
                log.exception("a hook after the commit broke")


def after_commit(session: Session, hook: Callable[..., None], *about: str) -> None:
    """Have `hook(*about)` called, from any thread, once this unit of work is on disk.

    The same hook given several times in one commit runs once, with all that was given.
    """
    session.info.setdefault(_KEY, Hooks())[hook].update(about)
