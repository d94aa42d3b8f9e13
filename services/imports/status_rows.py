"""Rows that change the conversion status of events, as `POST /events/…/conversion-status` does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, bindparam, false, select

from models.words import ConversionStatus, ImportVerdict, Source
from services.actor import Actor
from services.errors import Conflict, InvalidInput
from services.identifiers import is_id
from services.imports.chunks import Place, Result
from services.imports.plan import LINE, Plan
from services.intake.contract import EventInput, Refused
from services.intake.status_changes import (
    EVENT,
    StatusChangeInput,
    apply_change,
    same_status,
)
from services.intake.targets import find_target
from services.validation import validate

_SHOWN = 3
_FINDING = frozenset({"event_id", "transaction_id", "event", "campaign", "order_id"})


@dataclass(frozen=True, slots=True)
class _Wanted:
    event: Row[Any]
    to: ConversionStatus
    reason: str


class StatusJudge:
    """Finds the event that a row means, by its id or by its lead, and changes its status."""

    def __init__(self, plan: Plan, actor: Actor, *, import_id: str, sends: bool) -> None:
        self._plan = plan
        self._actor = actor
        self._import_id = import_id
        self._sends = sends
        # Event → the status that an earlier row of the file gives it.
        self._seen: dict[str, ConversionStatus] = {}

    def judge(self, place: Place, row: Sequence[Any]) -> Result:
        """Return what the row would become."""
        wanted = self._read(place, row)
        if isinstance(wanted, Result):
            return wanted
        present = self._seen.get(wanted.event.id, wanted.event.conversion_status)
        if present is wanted.to:
            return Result(ImportVerdict.DUPLICATE, same_status(wanted.to).message)
        self._seen[wanted.event.id] = wanted.to
        return Result(ImportVerdict.READY)

    def apply(self, place: Place, row: Sequence[Any]) -> Result:
        """Change the status, with its history and what the change fires."""
        wanted = self._read(place, row)
        if isinstance(wanted, Result):
            return wanted
        try:
            changed = apply_change(
                place.session,
                wanted.event.id,
                to=wanted.to,
                reason=wanted.reason,
                source=Source.IMPORT,
                actor=self._actor,
                now=place.now,
                import_id=self._import_id,
                sends=self._sends,
            )
        except Conflict as error:
            return Result(ImportVerdict.DUPLICATE, error.message)
        return Result(
            ImportVerdict.IMPORTED,
            "",
            f"{changed.event_id} {changed.from_status} {changed.to_status}",
        )

    def _read(self, place: Place, row: Sequence[Any]) -> _Wanted | Result:
        payload = self._plan.read(row[1:])
        if LINE in payload.wrong:
            return Result(ImportVerdict.REFUSED, payload.wrong[LINE])
        given = payload.given
        change = {"to": given.get("conversion_status"), "reason": given.get("reason")}
        problems = dict(payload.wrong)
        checked: StatusChangeInput | None = None
        try:
            checked = validate(
                StatusChangeInput, {name: each for name, each in change.items() if each is not None}
            )
        except InvalidInput as error:
            problems |= {_OURS.get(name, name): text for name, text in error.fields.items()}
        event = self._find(place, {k: v for k, v in given.items() if k in _FINDING})
        if isinstance(event, dict):
            problems = {**event, **problems}
        if checked is None or problems or isinstance(event, dict):
            return Result(ImportVerdict.REFUSED, self._plan.sentence(problems))
        return _Wanted(event, checked.to, checked.reason or "")

    def _find(self, place: Place, given: dict[str, Any]) -> Row[Any] | dict[str, str]:
        """Return the event, or what is wrong with the words that name it."""
        connection = place.session.connection()
        if event_id := given.pop("event_id", None):
            row = None
            if is_id(event_id):
                row = connection.execute(_BY_ID, {"b_id": event_id}).one_or_none()
            return row if row is not None else {"event_id": f"There is no event “{event_id[:80]}”."}
        missing = {
            name: "Give the event's id, or its name and the lead's transaction id."
            for name in ("transaction_id", "event")
            if name not in given
        }
        if missing:
            return dict([next(iter(missing.items()))])
        try:
            named = validate(EventInput, given)
        except InvalidInput as error:
            return error.fields
        target = find_target(place.session, named, place.definitions)
        if isinstance(target, Refused):
            return dict(target.fields)
        found = {"b_lead": target.lead.id, "b_type": target.effective.event_type.id}
        rows = [
            row
            for row in connection.execute(_OF_LEAD, found)
            if named.order_id is None or row.order_id == named.order_id
        ]
        if len(rows) == 1:
            return rows[0]
        if not rows:
            order = f" with the order id “{named.order_id[:64]}”" if named.order_id else ""
            return {"event": f"This lead has no event “{named.event}”{order}."}
        shown = f"{len(rows):,}" if len(rows) <= _SHOWN else f"more than {_SHOWN}"
        return {
            "event": f"This lead has {shown} events “{named.event}”. Give order_id or event_id."
        }


_OURS = {"to": "conversion_status"}
_COLUMNS = (EVENT.c.id, EVENT.c.conversion_status, EVENT.c.order_id)
_BY_ID: Select[Any] = select(*_COLUMNS).where(EVENT.c.id == bindparam("b_id"))
_OF_LEAD: Select[Any] = (
    select(*_COLUMNS)
    .where(
        EVENT.c.lead_id == bindparam("b_lead"),
        EVENT.c.event_type_id == bindparam("b_type"),
        EVENT.c.is_test == false(),
    )
    .order_by(EVENT.c.received_at, EVENT.c.id)
    .limit(1_000)
)
