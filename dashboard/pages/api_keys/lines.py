"""What the list says of one key: its limits in words, and whether it works. Pure."""

from dataclasses import dataclass
from datetime import datetime

from services.accounts.keys import ApiKeyRow

_NAMED = 2


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One key in the list."""

    id: str
    name: str
    prefix: str
    scope: str
    state: str
    limits: str
    old_key_ends_at: str
    expires_at: str
    last_used_at: str
    last_used_from: str
    made_by: str


def key_line(row: ApiKeyRow, *, now: datetime) -> KeyLine:
    """Return what the list shows of one key."""
    return KeyLine(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        scope=row.scope.value,
        state=row.state(now).value,
        limits=limits_in_words(row),
        old_key_ends_at=_moment(row.old_key_ends_at if row.old_key_works(now) else None),
        expires_at=_moment(row.expires_at),
        last_used_at=_moment(row.last_used_at),
        last_used_from=row.last_used_address,
        made_by=row.created_by,
    )


def limits_in_words(row: ApiKeyRow) -> str:
    """Return what a key is limited to, but for its end; nothing for a key without limits."""
    parts = [
        _some(row.campaigns, "campaign", "campaigns"),
        _some(row.events, "event", "events"),
        f"{row.rate_limit:,} calls a minute" if row.rate_limit else "",
        f"from {_listed(row.addresses)}" if row.addresses else "",
    ]
    return " · ".join(part for part in parts if part)


def _some(names: tuple[str, ...] | None, one: str, many: str) -> str:
    return f"{one if len(names) == 1 else many} {_listed(names)}" if names else ""


def _listed(names: tuple[str, ...]) -> str:
    if len(names) > _NAMED:
        return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"
    return ", ".join(names)


def _moment(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
