"""What a key may be given: its name, its scope and its limits."""

from ipaddress import ip_network
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import Field, field_validator

from models.words import KeyScope
from services.moments import OptionalMoment
from services.validation import InputModel, Text

MOST_CALLS: Final = 100_000
MOST_NAMED: Final = 50
OVERLAPS: Final = (0, 1, 24, 72)
"""Hours for which the old secret may go on working beside the new one."""

_NAME = "Give the key a name that says who uses it."
_SCOPE = f"Give one of these: {', '.join(KeyScope)}."


class KeyInput(InputModel):
    """A key as it is asked for; a limit that is null or missing is none.

    `campaigns` are keys, `events` names; `addresses` are networks such as 203.0.113.0/24;
    `rate_limit` is in calls per minute.
    """

    name: Annotated[str, Text(100, empty=_NAME)]
    scope: Annotated[KeyScope, Field(strict=False)]
    campaigns: list[str] | None = None
    events: list[str] | None = None
    addresses: list[str] | None = None
    rate_limit: int | None = None
    expires_at: OptionalMoment = None

    missing = MappingProxyType({"name": _NAME, "scope": _SCOPE})

    @field_validator("campaigns", "events", "addresses")
    @classmethod
    def _names_some(cls, given: list[str] | None) -> list[str] | None:
        if given is None:
            return None
        if not given:
            # An empty list would read as “none” to one and as “all” to another.
            raise ValueError("Name at least one, or give null for no limit.")
        if len(given) > MOST_NAMED:
            raise ValueError(f"Name at most {MOST_NAMED}.")
        return list(dict.fromkeys(given))

    @field_validator("addresses")
    @classmethod
    def _are_networks(cls, given: list[str] | None) -> list[str] | None:
        return None if given is None else list(dict.fromkeys(map(_network, given)))

    @field_validator("rate_limit")
    @classmethod
    def _is_possible(cls, given: int | None) -> int | None:
        if given is not None and not 1 <= given <= MOST_CALLS:
            raise ValueError(f"Give 1 to {MOST_CALLS:,} calls per minute, or null for no limit.")
        return given


class RotationInput(InputModel):
    """For how many hours the old secret goes on working."""

    overlap_hours: int = 24

    @field_validator("overlap_hours")
    @classmethod
    def _is_offered(cls, given: int) -> int:
        if given not in OVERLAPS:
            raise ValueError(f"Give one of {', '.join(map(str, OVERLAPS))} hours.")
        return given


def _network(text: str) -> str:
    text = text.strip()
    try:
        return str(ip_network(text))
    except ValueError:
        pass
    try:
        meant = ip_network(text, strict=False)
    except ValueError:
        raise ValueError(
            f"“{text[:64]}” is no network. Give one such as 203.0.113.0/24, 203.0.113.7 or "
            "2001:db8::/32."
        ) from None
    raise ValueError(f"“{text[:64]}” names one address inside its network; write {meant}.")
