"""Decides about rows with the code of the API: `judge` writes nothing, `apply` writes.

A judge remembers the rows that it has seen, so that duplicates within the file are found.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from models.words import DedupeMode, ImportKind, ImportVerdict, LeadSource, Source
from services.actor import Actor
from services.errors import InvalidInput
from services.imports.chunks import Place, Result
from services.imports.plan import LINE, Plan
from services.imports.status_rows import StatusJudge
from services.intake.contract import Recorded, Refused
from services.intake.dedupe import find_first, window_of
from services.intake.event_rows import write_event
from services.intake.incoming_call import Call, read_call
from services.intake.judging import Accepted, Rejected, judge_call
from services.intake.lead_input import LeadInput
from services.intake.leads import BY_TRANSACTION, capture, place_of
from services.intake.traces import EMPTY_PAYLOAD
from services.validation import validate


class Judge(Protocol):
    """Decides about the rows of one kind."""

    def judge(self, place: Place, row: Sequence[Any]) -> Result:
        """Return what the row would become; writes nothing."""

    def apply(self, place: Place, row: Sequence[Any]) -> Result:
        """Write the row within the caller's unit of work, and return what it became."""


def judge_of(plan: Plan, actor: Actor, *, import_id: str, sends: bool) -> Judge:
    """Return the judge of a file, which has seen no row yet."""
    if plan.kind is ImportKind.EVENTS:
        return EventJudge(plan, actor, import_id=import_id, sends=sends)
    if plan.kind is ImportKind.LEADS:
        return LeadJudge(plan, import_id=import_id)
    return StatusJudge(plan, actor, import_id=import_id, sends=sends)


class EventJudge:
    """Rows that are events: the fields and the order of checks of `POST /events`."""

    def __init__(self, plan: Plan, actor: Actor, *, import_id: str, sends: bool) -> None:
        self._plan = plan
        self._actor = actor
        self._import_id = import_id
        self._sends = sends
        self._seen: dict[tuple[str, ...], int] = {}
        self._windows: dict[tuple[str, str], list[tuple[datetime, int]]] = {}

    def judge(self, place: Place, row: Sequence[Any]) -> Result:
        """Return what the row would become."""
        judged, _ = self._read(place, row)
        if isinstance(judged, Result):
            return judged
        target, event = judged.target, judged.event
        occurred_at = event.occurred_at or place.now
        first = find_first(
            place.session,
            target.effective.event_type,
            lead_id=target.lead.id,
            order_id=event.order_id,
            occurred_at=occurred_at,
        )
        if first is not None:
            return _there_already(first)
        earlier = self._earlier(judged, occurred_at, row[0])
        if earlier:
            text = f"Row {earlier:,} of this file is the same fact."
            return Result(ImportVerdict.DUPLICATE, text)
        return Result(ImportVerdict.READY)

    def apply(self, place: Place, row: Sequence[Any]) -> Result:
        """Record the event with all that it owes."""
        judged, call = self._read(place, row)
        if isinstance(judged, Result):
            return judged
        if judged.is_erased:
            call = replace(call, body=EMPTY_PAYLOAD)  # what is known of the person stays away
        answer = write_event(
            place.session,
            replace(call, import_id=self._import_id, sends=self._sends),
            event=judged.event,
            fields=judged.fields,
            event_type=judged.target.effective.event_type,
            campaign=judged.target.campaign,
            lead=judged.target.lead,
            definitions=place.definitions,
        )
        if isinstance(answer, Recorded):
            return Result(ImportVerdict.IMPORTED, "", answer.event_id)
        return _there_already(answer.event_id)

    def _read(self, place: Place, row: Sequence[Any]) -> tuple[Accepted | Result, Call]:
        payload = self._plan.read(row[1:])
        call = read_call(
            self._actor, payload.given, source=Source.IMPORT, wrong=payload.wrong, now=place.now
        )
        if LINE in payload.wrong:
            refused = Result(ImportVerdict.REFUSED, payload.wrong[LINE])
            return refused, call
        judged = judge_call(place.session, call, place.definitions)
        if isinstance(judged, Rejected):
            return _refused(self._plan, judged.refusal), call
        return judged, call

    def _earlier(self, judged: Accepted, occurred_at: datetime, number: int) -> int:
        """Return the row that makes this one a duplicate, 0 for none."""
        event_type, lead_id = judged.target.effective.event_type, judged.target.lead.id
        key: tuple[str, ...] = (event_type.id, lead_id)
        if event_type.dedupe is DedupeMode.ALLOW_ALL:
            return 0
        if event_type.dedupe is DedupeMode.WINDOW:
            seen = self._windows.setdefault((event_type.id, lead_id), [])
            width = window_of(event_type)
            for moment, earlier in seen:
                if abs(moment - occurred_at) < width:
                    return earlier
            seen.append((occurred_at, number))
            return 0
        if event_type.dedupe is DedupeMode.ONCE_PER_ORDER:
            key = (*key, judged.event.order_id or "")
        first = self._seen.setdefault(key, number)
        return 0 if first == number else first


class LeadJudge:
    """Rows that are leads, as `POST /leads` takes them."""

    def __init__(self, plan: Plan, *, import_id: str) -> None:
        self._plan = plan
        self._import_id = import_id
        self._seen: dict[tuple[str, str], int] = {}

    def judge(self, place: Place, row: Sequence[Any]) -> Result:
        """Return what the row would become."""
        data = self._read(row)
        if isinstance(data, Result):
            return data
        try:
            campaign, _ = place_of(place.definitions, data)
        except InvalidInput as error:
            return self._refused(error.fields)
        if data.transaction_id is None:
            return Result(ImportVerdict.READY)
        found = {"b_campaign": campaign.id, "b_transaction": data.transaction_id}
        first = place.session.connection().execute(BY_TRANSACTION, found).first()
        if first is not None:
            return _lead_there(first.id)
        earlier = self._seen.setdefault((campaign.id, data.transaction_id), row[0])
        if earlier != row[0]:
            text = f"Row {earlier:,} of this file has the same transaction id."
            return Result(ImportVerdict.DUPLICATE, text)
        return Result(ImportVerdict.READY)

    def apply(self, place: Place, row: Sequence[Any]) -> Result:
        """Capture the lead."""
        data = self._read(row)
        if isinstance(data, Result):
            return data
        try:
            captured = capture(
                place.session,
                data,
                source=LeadSource.IMPORT,
                now=place.now,
                import_id=self._import_id,
            )
        except InvalidInput as error:
            return self._refused(error.fields)
        if not captured.is_new:
            return _lead_there(captured.lead_id)
        return Result(ImportVerdict.IMPORTED, "", captured.lead_id)

    def _read(self, row: Sequence[Any]) -> LeadInput | Result:
        payload = self._plan.read(row[1:])
        if LINE in payload.wrong:
            return Result(ImportVerdict.REFUSED, payload.wrong[LINE])
        try:
            data = validate(LeadInput, payload.given)
        except InvalidInput as error:
            return self._refused({**error.fields, **payload.wrong})
        return self._refused(payload.wrong) if payload.wrong else data

    def _refused(self, fields: dict[str, str]) -> Result:
        return Result(ImportVerdict.REFUSED, self._plan.sentence(fields))


def _refused(plan: Plan, refusal: Refused) -> Result:
    text = plan.sentence(refusal.fields) if refusal.fields else refusal.message
    return Result(ImportVerdict.REFUSED, text)


def _there_already(event_id: str) -> Result:
    text = f"The same fact is recorded already: {event_id}."
    return Result(ImportVerdict.DUPLICATE, text)


def _lead_there(lead_id: str) -> Result:
    text = f"The campaign has a lead with this transaction id already: {lead_id}."
    return Result(ImportVerdict.DUPLICATE, text)
