"""The filters of the logs, and the search that each one means."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, Literal, TypeVar

from sqlalchemy import ColumnElement, Table, func, literal_column
from sqlalchemy import select as sql_select
from sqlmodel import Session, SQLModel, col, select

from models import Affiliate, Campaign, Event, EventType, Lead, Notice, Submission
from models.words import (
    ConversionStatus,
    DeliveryStatus,
    Handling,
    NoticeKind,
    NoticeState,
    Source,
    Verdict,
)
from services.actor import Actor
from services.errors import InvalidInput
from services.reporting.search import Check, Condition, Search, holds, narrowed
from services.validation import is_storable

Word = TypeVar("Word", bound=StrEnum)

# In place of an affiliate's key, which never is a hyphen: events without an affiliate.
NO_AFFILIATE: Final = "-"

_CODE = re.compile(r"(?P<none>none)|(?P<exact>[1-9][0-9]{2})|(?P<family>[1-9])xx", re.ASCII)


@dataclass(frozen=True, slots=True)
class EventLogFilter:
    """Which events: everything that is given must match; empty text means any.

    `affiliate` is a key, or "-" for events without one; `code` is "404", "2xx" or "none"; `test`
    and `conversion` are `None` for both kinds alike; `since` is inclusive and `until` exclusive,
    on the time that `time` names.
    """

    event: str = ""
    campaign: str = ""
    affiliate: str = ""
    status: tuple[DeliveryStatus, ...] = ()
    code: str = ""
    conversion_status: tuple[str, ...] = ()
    transaction_id: str = ""
    lead_id: str = ""
    source: str = ""
    test: bool | None = False
    conversion: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    time: Literal["received", "occurred"] = "received"


@dataclass(frozen=True, slots=True)
class SubmissionFilter:
    """Which incoming calls: everything that is given must match; empty means any.

    `actor_id` is the id of the key that called; with the source `incoming` it is one incoming URL.
    `event` and `transaction_id` are as they were called. `since` is inclusive, `until` exclusive.
    """

    verdict: tuple[str, ...] = ()
    source: str = ""
    actor_id: str = ""
    event: str = ""
    transaction_id: str = ""
    handling: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class NoticeFilter:
    """Which notices; `since` is inclusive and `until` exclusive, on the time of opening."""

    kind: tuple[NoticeKind, ...] = ()
    state: str = ""
    postback: str = ""
    since: datetime | None = None
    until: datetime | None = None


def read_code(text: str) -> re.Match[str] | None:
    """Return what a filter says of response codes, None for nothing; raise ValueError."""
    if not text:
        return None
    code = _CODE.fullmatch(text)
    if code is None:
        raise ValueError("Give a code such as 404, a class such as 2xx, or none.")
    return code


def event_search(session: Session, wanted: EventLogFilter, actor: Actor | None = None) -> Search:
    """Return the search for these events; unknown names and keys match nothing.

    With an actor only what is a limited key's business is sought.

    Raises `InvalidInput` for a word or code that does not exist and for a time without offset.
    """
    problems: dict[str, str] = {}
    words = {
        "delivery_status": read_words(DeliveryStatus, wanted.status, "status", problems),
        "conversion_status": read_words(
            ConversionStatus, wanted.conversion_status, "conversion_status", problems
        ),
        "source": read_words(Source, given(wanted.source), "source", problems),
    }
    code = None
    try:
        code = read_code(wanted.code)
    except ValueError as error:
        problems["code"] = str(error)
    if wanted.time not in {"received", "occurred"}:
        problems["time"] = "Give received or occurred."
    since, until = read_range(wanted.since, wanted.until, problems)
    if problems:
        raise InvalidInput(problems)

    conditions = [
        *_names(session, wanted),
        *(Condition(column, values) for column, values in words.items() if values),
    ]
    if code:
        conditions.append(Condition("response_code", _codes(session, code)))
    if wanted.test is not None:
        conditions.append(Condition("is_test", (wanted.test,)))
    if wanted.conversion is not None:
        conditions.append(Condition("is_conversion", (wanted.conversion,)))

    decisive = ("transaction_id", "lead_id")
    # The index of the affiliate leaves out events that have none.
    affiliate = () if wanted.affiliate == NO_AFFILIATE else ("affiliate_id",)
    weighed = ("event_type_id", "campaign_id", *affiliate, "delivery_status", "response_code")
    search = Search(
        table=table_of(Event),
        time="received_at" if wanted.time == "received" else "occurred_at",
        conditions=tuple(conditions),
        # The other indexes go on by the time of receipt: they are in no order for occurred_at.
        indexed=decisive + weighed if wanted.time == "received" else decisive,
        decisive=decisive,
        since=since,
        until=until,
    )
    if actor is None:
        return search
    return narrowed(search, campaign_id=actor.campaigns, event_type_id=actor.events)


def submission_search(
    wanted: SubmissionFilter, *, session: Session | None = None, actor: Actor | None = None
) -> Search:
    """Return the search for these incoming calls; raises `InvalidInput` as `event_search` does.

    With session and actor only what is a limited key's business is sought: calls for a lead of his
    campaigns, and that name one of his events.
    """
    problems: dict[str, str] = {}
    words = {
        "verdict": read_words(Verdict, wanted.verdict, "verdict", problems),
        "source": read_words(Source, given(wanted.source), "source", problems),
        "handling": read_words(Handling, wanted.handling, "handling", problems),
    }
    since, until = read_range(wanted.since, wanted.until, problems)
    if problems:
        raise InvalidInput(problems)
    conditions = [Condition(column, values) for column, values in words.items() if values]
    texts = {
        "actor_id": wanted.actor_id,
        "event_name": wanted.event,
        "transaction_id": wanted.transaction_id,
    }
    for column, text in texts.items():
        if text:
            conditions.append(Condition(column, (text,) if is_storable(text) else ()))
    # The index of the key has calls of incoming URLs only, and serves when nothing tells more.
    tells_more = bool(wanted.transaction_id or words["handling"])
    is_url = bool(wanted.actor_id) and words["source"] == (Source.INCOMING,) and not tells_more
    search = Search(
        table=table_of(Submission),
        time="received_at",
        conditions=tuple(conditions),
        indexed=("transaction_id", "handling", *(("actor_id",) if is_url else ()), "verdict"),
        decisive=("transaction_id", *(("actor_id",) if is_url else ())),
        of_index=literal_column("source = 'incoming'") if is_url else None,
        since=since,
        until=until,
        checks=(
            (Check(("lead_id",), _LeadIsOf(actor.campaigns)),)
            if actor is not None and actor.campaigns is not None
            else ()
        ),
    )
    if session is None or actor is None or actor.events is None:
        return search
    return narrowed(search, event_name=event_names(session, actor.events))


def event_names(session: Session, ids: frozenset[str]) -> frozenset[str]:
    """Return the names of event types."""
    return frozenset(session.exec(select(EventType.name).where(col(EventType.id).in_(ids))))


@dataclass(frozen=True, slots=True)
class _LeadIsOf:
    campaigns: frozenset[str]

    def __call__(self, row: Any) -> ColumnElement[bool]:
        lead: Table = table_of(Lead)
        # A scalar subquery: each row asks for its lead by the key, whatever the planner thinks.
        value = sql_select(lead.c.campaign_id).where(lead.c.id == row.lead_id)
        return holds(value.scalar_subquery(), sorted(self.campaigns))


def notice_search(wanted: NoticeFilter) -> Search:
    """Return the search for these notices; raises `InvalidInput` as `event_search` does."""
    problems: dict[str, str] = {}
    words = {
        "kind": read_words(NoticeKind, wanted.kind, "kind", problems),
        "state": read_words(NoticeState, given(wanted.state), "state", problems),
    }
    since, until = read_range(wanted.since, wanted.until, problems)
    if problems:
        raise InvalidInput(problems)
    conditions = [Condition(column, values) for column, values in words.items() if values]
    if wanted.postback:
        known = (wanted.postback,) if is_storable(wanted.postback) else ()
        conditions.append(Condition("subject_id", known))
    return Search(
        table=table_of(Notice),
        time="opened_at",
        conditions=tuple(conditions),
        indexed=("subject_id", "state", "kind"),
        decisive=("subject_id",),
        since=since,
        until=until,
    )


def campaign_conditions(session: Session, key: str) -> Iterator[Condition]:
    """Give the condition that an event is of this campaign; an empty key means any."""
    if key:
        campaign = select(Campaign.id).where(Campaign.key == key)
        yield Condition("campaign_id", tuple(session.exec(campaign)) if is_storable(key) else ())


def affiliate_conditions(session: Session, key: str) -> Iterator[Condition]:
    """Give the condition that an event is of this affiliate, or of none for "-"; empty: any."""
    if key == NO_AFFILIATE:
        yield Condition("affiliate_id", (None,))
    elif key:
        affiliate = select(Affiliate.id).where(Affiliate.key == key)
        yield Condition("affiliate_id", tuple(session.exec(affiliate)) if is_storable(key) else ())


def table_of(model: type[SQLModel]) -> Table:
    """Return the table behind a model."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


def given(text: str) -> tuple[str, ...]:
    """Return the words of a filter that takes one: none for an empty text."""
    return (text,) if text else ()


def read_words(
    words: type[Word], given: Iterable[str], field: str, problems: dict[str, str]
) -> tuple[Word, ...]:
    """Return the words that were given, each once; a wrong one is noted under its field."""
    found: dict[Word, None] = {}
    for text in given:
        try:
            found[words(text)] = None
        except ValueError:
            problems[field] = f"Give one of {', '.join(words)}."
    return tuple(found)


def read_range(
    since: datetime | None, until: datetime | None, problems: dict[str, str]
) -> tuple[datetime | None, datetime | None]:
    """Return a span in UTC; a time without an offset is noted under `from` or `to`."""
    return _moment(since, "from", problems), _moment(until, "to", problems)


def _moment(moment: datetime | None, field: str, problems: dict[str, str]) -> datetime | None:
    if moment is None:
        return None
    if moment.utcoffset() is None:
        problems[field] = "Give a time with its offset, such as 2026-03-01T09:00:00+01:00."
        return None
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        problems[field] = "Give a time from the years 1 to 9999."
        return None


def _names(session: Session, wanted: EventLogFilter) -> Iterator[Condition]:
    # A text that no database can hold is like a name that nobody gave: it matches nothing.
    for column, text in (("transaction_id", wanted.transaction_id), ("lead_id", wanted.lead_id)):
        if text:
            yield Condition(column, (text,) if is_storable(text) else ())
    if wanted.event:
        event_type = select(EventType.id).where(EventType.name == wanted.event)
        found = session.exec(event_type).all() if is_storable(wanted.event) else ()
        yield Condition("event_type_id", tuple(found))
    yield from campaign_conditions(session, wanted.campaign)
    yield from affiliate_conditions(session, wanted.affiliate)


def _codes(session: Session, code: re.Match[str]) -> tuple[int | None, ...]:
    if code["none"]:
        return (None,)
    if code["exact"]:
        return (int(code["exact"]),)
    # A class becomes the codes that occur in it, each one step in the index: a range of codes
    # is in no order of time.
    column = col(Event.response_code)
    first = int(code["family"]) * 100
    found: list[int | None] = []
    last = first - 1
    while True:
        query = select(func.min(column)).where(column > last, column < first + 100)
        following = session.exec(query).one()
        if following is None:
            return tuple(found)
        found.append(following)
        last = following
