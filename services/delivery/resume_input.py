"""How a postback is resumed, as programs and pages spell it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, WithJsonSchema

from models.words import ReleaseChoice
from services.moments import read_moment
from services.validation import InputModel

_CHOICES = 'Give “send”, “discard” or {"since": "2026-01-31T12:00:00+00:00"}.'
_WORDS = (ReleaseChoice.SEND, ReleaseChoice.DISCARD)
_SCHEMA = {
    "description": "what becomes of the held deliveries; with `since` older ones are cancelled",
    "anyOf": [
        {"enum": [word.value for word in _WORDS]},
        {
            "type": "object",
            "properties": {"since": {"type": "string", "format": "date-time"}},
            "required": ["since"],
        },
    ],
}


@dataclass(frozen=True, slots=True)
class Choice:
    """What becomes of the held deliveries: all are sent, those made since a moment, or none."""

    kind: ReleaseChoice
    since: datetime | None = None

    def cancel_before(self, now: datetime) -> datetime | None:
        """Return the moment before which deliveries were made that are cancelled, if any are."""
        if self.kind is ReleaseChoice.DISCARD:
            # One that is made in this very moment was held, too.
            return now + timedelta(microseconds=1)
        return self.since


def read_choice(given: object) -> Choice:
    """Return a choice from its spelling in JSON; raise ValueError with a sentence."""
    if isinstance(given, str) and given in _WORDS:
        return Choice(ReleaseChoice(given))
    if isinstance(given, Mapping) and set(given) == {"since"}:
        return Choice(ReleaseChoice.SINCE, read_moment(given["since"]))
    raise ValueError(_CHOICES)


class ResumeInput(InputModel):
    """How a postback is resumed; a dry run only counts."""

    held: Annotated[Choice, BeforeValidator(read_choice), WithJsonSchema(_SCHEMA)]
    dry_run: bool = False

    missing: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"held": f"Say what becomes of the held deliveries. {_CHOICES}"}
    )
