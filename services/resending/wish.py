"""What a bulk resend is asked for, and which deliveries that means."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from models import Postback
from models.words import DeliveryReason, DeliveryStatus, Method
from services.delivery.outbox import NEVER_SENDABLE
from services.reporting.delivery_filter import FAILING, DeliveryFilter, delivery_search
from services.reporting.search import Check, Condition, Search

# Without a status in the filter these are meant: what did not arrive and was not called off.
USUAL: Final = FAILING
# What else may be sent again when it is named; held ones are sent by resuming their postback.
_POSSIBLE: Final[tuple[DeliveryStatus, ...]] = (*FAILING, DeliveryStatus.CANCELLED)
# Sending one of these again would tell the partner twice by itself.
_NEVER: Final = NEVER_SENDABLE | {DeliveryReason.SAME_REQUEST}


@dataclass(frozen=True, slots=True)
class ResendWish:
    """A filter, and what of it is wanted though the partner may then count it twice.

    `delivered`: those that arrived. `unclear`: at-most-once ones of which nobody knows.
    """

    filter: DeliveryFilter
    delivered: bool = False
    unclear: bool = False

    @property
    def statuses(self) -> tuple[DeliveryStatus, ...]:
        """Return the statuses that are sent again; none means that nothing is."""
        named = self.filter.status
        wanted = tuple(each for each in named or USUAL if each in _POSSIBLE)
        is_named = not named or DeliveryStatus.DELIVERED in named
        if self.delivered and is_named and not self.filter.cause:
            return (*wanted, DeliveryStatus.DELIVERED)
        return wanted

    @property
    def reasons(self) -> tuple[DeliveryReason, ...]:
        """Return the reasons that stand in nobody's way."""
        forbidden = set(_NEVER)
        if not self.unclear:
            forbidden.add(DeliveryReason.UNKNOWN)
        if self.filter.cause != DeliveryReason.POISON:
            # They have stopped the sender before: only whoever names them wants them.
            forbidden.add(DeliveryReason.POISON)
        return tuple(reason for reason in DeliveryReason if reason not in forbidden)

    def before(self, now: datetime) -> "ResendWish":
        """Return the wish for what exists now: nothing made later belongs to it."""
        until = min(self.filter.until or now, now)
        return replace(self, filter=replace(self.filter, until=until))

    def search(self, session: Session) -> Search | None:
        """Return the search for what is sent again, `None` when nothing can be.

        Raises `InvalidInput` for a wrong filter.
        """
        delivery_search(session, self.filter)  # judges every word, those too that drop out below
        if not self.statuses:
            return None
        found = delivery_search(session, replace(self.filter, status=self.statuses))
        reasons = Condition("reason", (None, *self.reasons))
        checks = (
            Check(("postback_id",), _NotOf(_paused(session))),
            Check(("method", "emptied_at"), _has_body),
        )
        return replace(
            found, conditions=(*found.conditions, reasons), checks=(*found.checks, *checks)
        )

    def left_out(self, session: Session) -> Mapping[str, Search]:
        """Return the searches for what the filter covers and is not sent again, by its reason."""
        named = set(self.filter.status or DeliveryStatus)
        found: dict[str, Search] = {}

        def note(name: str, statuses: set[DeliveryStatus], *more: Condition) -> None:
            if statuses:
                search = delivery_search(
                    session, replace(self.filter, status=tuple(sorted(statuses)))
                )
                found[name] = replace(search, conditions=(*search.conditions, *more))

        failed, delivered = {DeliveryStatus.FAILED}, {DeliveryStatus.DELIVERED}
        if not self.delivered and not self.filter.cause:
            note("delivered", named & delivered)
        if not self.unclear:
            unclear = Condition("reason", (DeliveryReason.UNKNOWN,))
            note("unclear", named & failed, unclear)
        note("never", named & failed, Condition("reason", tuple(sorted(_NEVER))))
        if not self.filter.cause:
            note("sending", named & {DeliveryStatus.SENDING})
        if paused := _paused(session):
            note("paused", set(self.statuses) - delivered, Condition("postback_id", paused))
        return found

    def to_json(self) -> dict[str, Any]:
        """Return the wish as it is stored, in the words of the API."""
        given = self.filter
        return {
            "status": [str(status) for status in given.status],
            "postback": given.postback,
            "destination": given.destination,
            "campaign": given.campaign,
            "affiliate": given.affiliate,
            "cause": given.cause,
            "from": given.since.isoformat() if given.since else None,
            "to": given.until.isoformat() if given.until else None,
            "include_delivered": self.delivered,
            "include_unclear": self.unclear,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "ResendWish":
        """Return the wish behind what `to_json` gave."""
        return cls(
            filter=DeliveryFilter(
                status=tuple(DeliveryStatus(word) for word in stored["status"]),
                postback=stored["postback"],
                destination=stored["destination"],
                campaign=stored["campaign"],
                affiliate=stored["affiliate"],
                cause=stored["cause"],
                since=stored["from"] and datetime.fromisoformat(stored["from"]),
                until=stored["to"] and datetime.fromisoformat(stored["to"]),
            ),
            delivered=stored["include_delivered"],
            unclear=stored["include_unclear"],
        )


def _paused(session: Session) -> tuple[str, ...]:
    return tuple(session.exec(select(Postback.id).where(col(Postback.paused_at).is_not(None))))


def _has_body(row: Any) -> ColumnElement[bool]:
    """Retention may have emptied it; a GET never had one."""
    return or_(row.emptied_at.is_(None), row.method != Method.POST)


@dataclass(frozen=True, slots=True)
class _NotOf:
    postback_ids: tuple[str, ...]

    def __call__(self, row: Any) -> ColumnElement[bool]:
        found: ColumnElement[bool] = row.postback_id.not_in(self.postback_ids)
        return found
