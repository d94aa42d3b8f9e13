"""What comes back masked is no change: a mask must never be stored over what it stands for."""

from collections.abc import Mapping

from services.contacts import has_mask
from services.delivery.values import SUBS
from services.errors import InvalidInput
from services.intake.lead_rows import LeadRow

_MASKED = "This is the masked value. Type the real one, or leave the field as it is."


def without_masks(changes: Mapping[str, object], shown: LeadRow) -> dict[str, object]:
    """Return the changes without values that are as `shown` has them masked.

    Raises InvalidInput for any other value with a mask in it.
    """
    known: dict[str, object] = {
        "email": shown.email,
        "phone": shown.phone,
        "external_click_id": shown.external_click_id,
        **dict(zip(SUBS, shown.subs, strict=True)),
    }
    problems: dict[str, str] = {}
    kept = _kept(changes, known, problems, within="")
    fields = kept.get("fields")
    if isinstance(fields, Mapping):
        free = _kept(fields, dict(shown.fields), problems, within="fields.")
        kept["fields"] = free
        if fields and not free:
            del kept["fields"]
    if problems:
        raise InvalidInput(problems)
    return kept


def _kept(
    given: Mapping[str, object],
    known: Mapping[str, object],
    problems: dict[str, str],
    *,
    within: str,
) -> dict[str, object]:
    kept: dict[str, object] = {}
    for name, value in given.items():
        if not isinstance(value, str) or not has_mask(value):
            kept[name] = value
        elif value.strip() != known.get(name):
            problems[f"{within}{name}"] = _MASKED
    return kept
