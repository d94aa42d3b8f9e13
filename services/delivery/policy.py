"""How a postback wants its deliveries sent: frozen on each delivery, read back when it is settled.

The frozen form is `models.Delivery.policy`, with only what differs from the default in it: a
delivery by default carries nothing and costs nothing here. It holds the waits, not the name of
their preset, so that a later release with other presets rewrites no history.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from models.words import RetryPreset
from services.delivery.success_rule import SuccessRule, rule_of
from services.retry_schedule import PRESETS, STANDARD, Waits, waits_of


@dataclass(frozen=True, slots=True)
class Policy:
    """Waits in seconds before each try, the rule for 2xx answers, and whether to send once only."""

    waits: Waits = STANDARD
    success: SuccessRule | None = None
    at_most_once: bool = False


DEFAULT: Final = Policy()


def freeze(
    *,
    retry_preset: RetryPreset,
    retry_waits: Sequence[int],
    success_rule: Mapping[str, Any] | None,
    at_most_once: bool,
) -> Mapping[str, Any] | None:
    """Return what a delivery of such a postback carries; `None` when all is by default."""
    frozen: dict[str, Any] = {}
    waits = PRESETS.get(retry_preset) or tuple(retry_waits)
    if waits != STANDARD:
        frozen["waits"] = list(waits)
    if success_rule is not None:
        frozen["success"] = dict(success_rule)
    if at_most_once:
        frozen["once"] = True
    return frozen or None


def policy_of(frozen: Mapping[str, Any] | None) -> Policy:
    """Return the policy that was frozen on a delivery; compiled once for all that carry it."""
    if not frozen:
        return DEFAULT
    success = frozen.get("success")
    return _compiled(
        waits_of(frozen),
        None if success is None else rule_of(success),
        bool(frozen.get("once")),
    )


def first_due(frozen: Mapping[str, Any] | None, *, now: datetime) -> datetime:
    """Return when a delivery that is made now is tried first; without jitter."""
    if not frozen or "waits" not in frozen:
        return now
    return now + timedelta(seconds=frozen["waits"][0])


@lru_cache(maxsize=1024)
def _compiled(waits: Waits, success: SuccessRule | None, at_most_once: bool) -> Policy:
    return Policy(waits, success, at_most_once)
