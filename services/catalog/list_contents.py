"""What an event list holds and where it is used: names and keys turned into ids, and stored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import delete, insert, literal, select
from sqlmodel import Session, col

from models import Campaign, EventList, EventListCampaign, EventListMember, EventType
from services.catalog.cache import Definitions
from services.catalog.rows import CampaignRow, EventTypeRow
from services.errors import InvalidInput

_NAMED = 5


@dataclass(frozen=True, slots=True)
class Contents:
    """The ids of a list's events and of the campaigns that use it, archived ones included."""

    event_type_ids: frozenset[str]
    campaign_ids: frozenset[str]


NOTHING = Contents(frozenset(), frozenset())


def stored_contents(session: Session, stored: EventList) -> Contents:
    """Return what the list holds now."""
    events = select(col(EventListMember.event_type_id)).where(
        col(EventListMember.event_list_id) == stored.id
    )
    campaigns = select(col(EventListCampaign.campaign_id)).where(
        col(EventListCampaign.event_list_id) == stored.id
    )
    return Contents(frozenset(session.scalars(events)), frozenset(session.scalars(campaigns)))


def changed_contents(
    definitions: Definitions,
    before: Contents,
    *,
    events: Iterable[str] | None,
    campaigns: Iterable[str] | None,
) -> Contents:
    """Return the contents with these events and campaigns; `None` leaves those of before.

    What is archived may stay on a list and cannot be put there. Raises InvalidInput that names
    what is unknown or archived.
    """
    problems: dict[str, str] = {}
    event_type_ids, campaign_ids = before.event_type_ids, before.campaign_ids
    if events is not None:
        known = definitions.event_types_by_name
        event_type_ids = _read("events", known, set(events), before.event_type_ids, problems)
    if campaigns is not None:
        places = definitions.campaigns_by_key
        campaign_ids = _read("campaigns", places, set(campaigns), before.campaign_ids, problems)
    if problems:
        raise InvalidInput(problems)
    return Contents(event_type_ids, campaign_ids)


def in_words(known: Definitions, before: Contents, after: Contents) -> dict[str, object]:
    """Return what came to a list and what left it, by names and keys; nothing where nothing did."""
    events, campaigns = known.event_types_by_id, known.campaigns_by_id
    found: dict[str, object] = {}
    for word, old, new in (("added", before, after), ("removed", after, before)):
        if names := [events[each].name for each in new.event_type_ids - old.event_type_ids]:
            found[f"events_{word}"] = sorted(names)
        if keys := [campaigns[each].key for each in new.campaign_ids - old.campaign_ids]:
            found[f"campaigns_{word}"] = sorted(keys)
    return found


def store_contents(session: Session, list_id: str, before: Contents, after: Contents) -> None:
    """Store the difference: at most one statement per kind for what goes, one for what comes."""
    if gone := before.event_type_ids - after.event_type_ids:
        session.execute(
            delete(EventListMember).where(
                col(EventListMember.event_list_id) == list_id,
                col(EventListMember.event_type_id).in_(gone),
            )
        )
    if new := after.event_type_ids - before.event_type_ids:
        ids = select(literal(list_id), col(EventType.id)).where(col(EventType.id).in_(new))
        columns = ["event_list_id", "event_type_id"]
        session.execute(insert(EventListMember).from_select(columns, ids))
    if gone := before.campaign_ids - after.campaign_ids:
        session.execute(
            delete(EventListCampaign).where(
                col(EventListCampaign.event_list_id) == list_id,
                col(EventListCampaign.campaign_id).in_(gone),
            )
        )
    if new := after.campaign_ids - before.campaign_ids:
        ids = select(literal(list_id), col(Campaign.id)).where(col(Campaign.id).in_(new))
        columns = ["event_list_id", "campaign_id"]
        session.execute(insert(EventListCampaign).from_select(columns, ids))


def _read(
    field: str,
    known: Mapping[str, EventTypeRow] | Mapping[str, CampaignRow],
    names: set[str],
    kept: frozenset[str],
    problems: dict[str, str],
) -> frozenset[str]:
    found = [known[name] for name in names if name in known]
    unknown = names - known.keys()
    archived = {
        name
        for name in names & known.keys()
        if known[name].archived_at is not None and known[name].id not in kept
    }
    word = field.removesuffix("s")
    if unknown:
        problems[field] = f"There is no {word} {_listed(unknown)}."
    elif archived:
        verb = "is" if len(archived) == 1 else "are"
        problems[field] = (
            f"The {word if len(archived) == 1 else field} {_listed(archived)} {verb} archived. "
            "Restore first what is to be used."
        )
    return frozenset(row.id for row in found)


def _listed(names: set[str]) -> str:
    shown = ", ".join(f"“{name[:64]}”" for name in sorted(names)[:_NAMED])
    return f"{shown} and {len(names) - _NAMED} more" if len(names) > _NAMED else shown
