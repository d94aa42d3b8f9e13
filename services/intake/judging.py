"""The order of checks of an event, the same for API, incoming URL, dialog and import."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from models.words import Verdict
from services.catalog.cache import Definitions
from services.catalog.rows import CustomFieldRow
from services.intake.contract import EventInput, Refused
from services.intake.custom_values import read_fields
from services.intake.incoming_call import SOME_WRONG, Call
from services.intake.targets import Target, find_target, refuse_unavailable


@dataclass(frozen=True, slots=True)
class Accepted:
    """An event that may be written, unless it is a duplicate; `fields` as an event keeps them."""

    event: EventInput
    target: Target
    fields: Mapping[str, Any]

    @property
    def is_erased(self) -> bool:
        """Tell whether the person behind the lead was erased, so that nothing new may be kept."""
        return self.target.lead.erased_at is not None


@dataclass(frozen=True, slots=True)
class Rejected:
    """Why it may not; `lead_id` and the event's custom fields as far as they could be told."""

    refusal: Refused
    lead_id: str | None = None
    fields: tuple[CustomFieldRow, ...] | None = None
    is_erased: bool = False


def judge_call(session: Session, call: Call, definitions: Definitions) -> Accepted | Rejected:
    """Judge what a call claims, and write nothing.

    What is wrong with the call's own fields is told together with its custom fields, where the
    rest is enough to know which those are.
    """
    refusal, event = call.refusal, call.event
    if event is None or (refusal is not None and not refusal.fields):
        return Rejected(refusal or Refused(Verdict.UNREADABLE, ""))
    target = find_target(session, event, definitions, call.actor)
    if isinstance(target, Refused):
        return Rejected(refusal or target)
    effective, lead = target.effective, target.lead
    is_erased = lead.erased_at is not None
    if unavailable := refuse_unavailable(target):
        return Rejected(refusal or unavailable, lead.id, effective.fields, is_erased)
    known = {field.name for field in effective.fields}
    extras = {name: value for name, value in call.extras.items() if name in known}
    fields, problems = read_fields(
        {**extras, **event.fields},
        effective.fields,
        event=event.event,
        campaign=target.campaign.key,
    )
    if refusal is not None or problems:
        verdict = refusal.verdict if refusal else Verdict.INVALID_FIELD
        found = {**problems, **(refusal.fields if refusal else {})}
        refused = Refused(verdict, SOME_WRONG, found)
        return Rejected(refused, lead.id, effective.fields, is_erased)
    return Accepted(event, target, fields)
