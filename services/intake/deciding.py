"""Decides about one call: what it means, what is wrong with it, and the event that it becomes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from models.words import Verdict
from services.catalog.cache import Definitions
from services.catalog.rows import CustomFieldRow
from services.intake.contract import Answer, Recorded, Refused
from services.intake.event_rows import write_event
from services.intake.incoming_call import Call, as_called, kept
from services.intake.judging import Rejected, judge_call
from services.intake.traces import EMPTY_PAYLOAD

_MAX_IGNORED = 50


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a call.

    `fields` are its event's custom fields and `lead_id` its lead, `None` where nobody can tell.
    What came in about a lead that `is_erased` is not kept.
    """

    answer: Answer
    fields: tuple[CustomFieldRow, ...] | None = None
    lead_id: str | None = None
    is_erased: bool = False

    @property
    def verdict(self) -> Verdict:
        """Return the answer in one word."""
        if isinstance(self.answer, Refused):
            return self.answer.verdict
        return Verdict.RECORDED if isinstance(self.answer, Recorded) else Verdict.DUPLICATE


def decide_call(session: Session, call: Call, definitions: Definitions) -> Outcome:
    """Record the event that a call names, or refuse it; the incoming log is the caller's.

    Errors stand under the caller's own names.
    """
    judged = judge_call(session, call, definitions)
    erased = judged.is_erased
    if isinstance(judged, Rejected):
        refusal = as_called(judged.refusal, call.names)
        return Outcome(refusal, judged.fields, judged.lead_id, is_erased=erased)
    if erased:
        call = replace(call, body=EMPTY_PAYLOAD)  # what is known of the person stays away
    target = judged.target
    answer = write_event(
        session,
        call,
        event=judged.event,
        fields=judged.fields,
        event_type=target.effective.event_type,
        campaign=target.campaign,
        lead=target.lead,
        definitions=definitions,
    )
    return Outcome(answer, target.effective.fields, target.lead.id, is_erased=erased)


def ignored_names(
    unknown: Mapping[str, str],
    fields: Sequence[CustomFieldRow] | None,
    definitions: Definitions,
) -> tuple[str, ...]:
    """Return the parameters that meant nothing, as they were called, at most 50.

    `fields` are the event's custom fields; `None` when nobody can tell which were meant, and then
    any that exists is known.
    """
    if not unknown:
        return ()
    if fields is None:
        fields = tuple(each for some in definitions.custom_fields.values() for each in some)
    known = {each.name for each in fields}
    names = [kept(name[:64]) for name, own in unknown.items() if own not in known]
    return tuple(names[:_MAX_IGNORED])
