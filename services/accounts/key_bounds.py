"""What a key may not be: more than the one who makes it, or changed where it does not belong."""

from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from models import ApiKey, Campaign, EventType, IncomingUrl
from services.accounts.key_input import KeyInput
from services.actor import Actor, ActorKind
from services.errors import Conflict, InvalidInput


def limits_of(session: Session, wanted: KeyInput) -> dict[str, Any]:
    """Return the columns of the limits; raise InvalidInput for what does not exist."""
    problems: dict[str, str] = {}
    limits = {
        "campaign_ids": _ids(session, Campaign, "key", wanted.campaigns, "campaigns", problems),
        "event_type_ids": _ids(session, EventType, "name", wanted.events, "events", problems),
        "networks": wanted.addresses,
        "calls_per_minute": wanted.rate_limit,
        "expires_at": wanted.expires_at,
    }
    if problems:
        raise InvalidInput(problems)
    return limits


def _ids(
    session: Session,
    model: type[Campaign | EventType],
    column: str,
    names: list[str] | None,
    field: str,
    problems: dict[str, str],
) -> list[str] | None:
    if names is None:
        return None
    name = getattr(model, column)
    found = {
        row[0]: row[1]
        for row in session.execute(select(name, col(model.id)).where(name.in_(names)))
    }
    unknown = [text for text in names if text not in found]
    if unknown:
        kind = "campaign with the key" if model is Campaign else "event"
        problems[field] = f"There is no {kind} “{unknown[0][:64]}”."
    return sorted(found.values())


def refuse_what_ends(expires_at: datetime | None, now: datetime) -> None:
    """Refuse an end that is over already."""
    if expires_at is not None and expires_at <= now:
        raise InvalidInput({"expires_at": "This time is over. Give a later one, or null."})


def refuse_more_than(
    session: Session, actor: Actor, expires_at: datetime | None, networks: list[Any] | None
) -> None:
    """Refuse a key that lasts longer, or works from elsewhere, than the key that asks for it."""
    if actor.kind is not ActorKind.KEY:
        return
    own = session.get(ApiKey, actor.id)
    if own is None:
        return
    if own.expires_at is not None and (expires_at is None or expires_at > own.expires_at):
        text = f"Your own key ends at {own.expires_at.isoformat()}; no other may outlive it."
        raise InvalidInput({"expires_at": text})
    if own.networks is not None and not _all_inside(networks, own.networks):
        text = "Your own key works from some addresses only. Name none beyond those."
        raise InvalidInput({"addresses": text})


def _all_inside(networks: list[Any] | None, within: list[Any]) -> bool:
    wide = [ip_network(each) for each in within]
    return networks is not None and all(
        any(_is_inside(ip_network(each), outer) for outer in wide) for each in networks
    )


def _is_inside(inner: IPv4Network | IPv6Network, outer: IPv4Network | IPv6Network) -> bool:
    return (
        inner.version == outer.version
        and inner.network_address in outer
        and inner.prefixlen >= outer.prefixlen
    )


def refuse_revoked(key: ApiKey) -> None:
    """Refuse to change what nobody can use any more."""
    if key.revoked_at is not None:
        raise Conflict("This key was revoked. Make another one.", code="key_revoked")


def is_of_an_url(session: Session, key_id: str) -> bool:
    """Tell whether a key came with an incoming URL."""
    query = select(col(IncomingUrl.id)).where(col(IncomingUrl.api_key_id) == key_id)
    return session.scalar(query) is not None


def refuse_of_an_url(session: Session, key_id: str, *, instead: str) -> None:
    """Refuse what is done at the incoming URL of a key."""
    if is_of_an_url(session, key_id):
        raise Conflict(f"This key belongs to an incoming URL. {instead}", code="key_of_url")
