"""What a bulk replay is asked for, and which calls that means."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session

from models.words import Handling, Verdict
from services.intake.incoming_call import REPLAYABLE
from services.reporting.filters import SubmissionFilter, submission_search
from services.reporting.search import Condition, Search

# What somebody has dismissed stays dismissed unless the filter names it.
USUAL: Final = (None, Handling.OPEN, Handling.EXPIRED)


@dataclass(frozen=True, slots=True)
class ReplayWish:
    """A filter: what of it can be tried again is meant."""

    filter: SubmissionFilter

    def before(self, now: datetime) -> "ReplayWish":
        """Return the wish for what exists now: nothing that comes later belongs to it."""
        until = min(self.filter.until or now, now)
        return replace(self, filter=replace(self.filter, until=until))

    def search(self, session: Session) -> Search | None:  # noqa: ARG002 - other wishes ask it
        """Return the search for what can be tried again; `None` for nothing.

        Raises `InvalidInput` for a wrong filter.
        """
        wanted = self.filter
        found = submission_search(wanted)  # judges every word, those too that drop out below
        named = {Verdict(each) for each in wanted.verdict} or set(Verdict)
        verdicts = tuple(each for each in Verdict if each in named & REPLAYABLE)
        handlings: tuple[Handling | None, ...] = tuple(Handling(each) for each in wanted.handling)
        handlings = tuple(
            each
            for each in handlings or USUAL
            if each not in {Handling.MATCHED, Handling.REPLAYED, Handling.QUEUED}
        )
        if not verdicts or not handlings:
            return None
        others = [each for each in found.conditions if each.column not in {"verdict", "handling"}]
        return replace(
            found,
            conditions=(*others, Condition("verdict", verdicts), Condition("handling", handlings)),
            # The index of what was handled has none that nobody has touched.
            indexed=tuple(
                each for each in found.indexed if each != "handling" or None not in handlings
            ),
        )

    def to_json(self) -> dict[str, Any]:
        """Return the wish as it is stored, in the words of the API."""
        wanted = self.filter
        return {
            "verdict": [str(each) for each in wanted.verdict],
            "source": str(wanted.source),
            "key_id": wanted.actor_id,
            "event": wanted.event,
            "transaction_id": wanted.transaction_id,
            "handling": [str(each) for each in wanted.handling],
            "from": wanted.since.isoformat() if wanted.since else None,
            "to": wanted.until.isoformat() if wanted.until else None,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "ReplayWish":
        """Return the wish behind what `to_json` gave."""
        return cls(
            SubmissionFilter(
                verdict=tuple(stored["verdict"]),
                source=stored["source"],
                actor_id=stored["key_id"],
                event=stored["event"],
                transaction_id=stored["transaction_id"],
                handling=tuple(stored["handling"]),
                since=stored["from"] and datetime.fromisoformat(stored["from"]),
                until=stored["to"] and datetime.fromisoformat(stored["to"]),
            )
        )
