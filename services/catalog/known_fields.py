"""Which custom fields the events of a postback can carry: what a macro picker offers."""

from dataclasses import dataclass

from sqlmodel import Session

from services import database
from services.actor import Actor, Right
from services.catalog import cache
from services.catalog.postback_owners import known_scope
from services.catalog.postback_rows import Owner


@dataclass(frozen=True, slots=True)
class KnownField:
    """A custom field by its name: the events that carry it, the campaigns where, an example."""

    name: str
    events: tuple[str, ...]
    campaigns: tuple[str, ...]
    example: str


async def known_fields(
    actor: Actor, owner: Owner, *, campaign: str | None = None
) -> list[KnownField]:
    """Return the custom fields of the owner's events by name, in one campaign or in any.

    Archived events and campaigns count for nothing. Raises NotFound for the owner and
    InvalidInput for an unknown campaign.
    """
    actor.require(Right.READ)
    return await database.read(_known_fields, owner, campaign)


def _known_fields(session: Session, owner: Owner, campaign: str | None) -> list[KnownField]:
    definitions = cache.definitions(session)
    scope = known_scope(definitions, owner, campaign=campaign, affiliate=None)
    found: dict[str, list[tuple[str, str, str]]] = {}
    for (campaign_id, event_type_id), fields in definitions.custom_fields.items():
        place = definitions.campaigns_by_id[campaign_id]
        event_type = definitions.event_types_by_id[event_type_id]
        if (
            scope.campaign_id not in {None, campaign_id}
            or scope.event_type_id not in {None, event_type_id}
            or place.archived_at is not None
            or event_type.archived_at is not None
        ):
            continue
        for field in fields:
            found.setdefault(field.name, []).append((event_type.name, place.key, field.example))
    return [
        KnownField(
            name=name,
            events=tuple(sorted({event for event, _, _ in uses})),
            campaigns=tuple(sorted({key for _, key, _ in uses})),
            example=next((example for _, _, example in uses if example), ""),
        )
        for name, uses in sorted(found.items())
    ]
