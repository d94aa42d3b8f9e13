"""What the columns of a file can be besides our own fields."""

from sqlmodel import Session

from services import database
from services.actor import Actor, Right
from services.catalog import cache


async def custom_fields(actor: Actor) -> list[str]:
    """Return the names of all custom fields of events, of any campaign."""
    actor.require(Right.READ)
    return await database.read(_custom_fields)


def _custom_fields(session: Session) -> list[str]:
    found = cache.definitions(session).custom_fields.values()
    return sorted({each.name for fields in found for each in fields})
