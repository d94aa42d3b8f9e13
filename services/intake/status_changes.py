"""Changes of an event's conversion status, each with its history and what it fires."""

from dataclasses import dataclass

from models.words import ConversionStatus, Source
from services.actor import Actor, Right
from services.clock import Clock, utc_now


@dataclass(frozen=True, slots=True)
class ChangedStatus:
    """What changed, and how many deliveries the change caused."""

    event_id: str
    from_status: ConversionStatus
    to_status: ConversionStatus
    deliveries: int


async def change(
    actor: Actor,
    event_id: str,
    *,
    to: object,
    reason: object = "",
    source: Source,
    clock: Clock = utc_now,
) -> ChangedStatus:
    """Give an event another conversion status and fire the postbacks that ask for it.

    Raises NotFound, InvalidInput naming `to` or `reason` (at most 500 characters), and Conflict
    (`same_status`) when the event has this status already.
    """
    actor.require(Right.RECORD_EVENTS)
    raise NotImplementedError
