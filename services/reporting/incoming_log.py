"""The incoming log: every call with a good key, its verdict, and what became of it later."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import or_, select
from sqlmodel import Session, col

from models import Campaign, IncomingUrl, Lead, Submission
from models.words import Handling, Source, Verdict
from services import database
from services.actor import Actor, Right
from services.contacts import NOBODY, Contact, Mask, mask_for
from services.errors import NotFound
from services.identifiers import is_id
from services.paging import Page, PageRequest
from services.reporting import keyset
from services.reporting.call_content import CallContent, shown_content
from services.reporting.filters import SubmissionFilter, event_names, submission_search
from services.reporting.keyset import Count
from services.reporting.people import lead_name
from services.reporting.what_to_do import Advice, Cause, errors_of, what_to_do

__all__ = [
    "Advice",
    "CallContent",
    "Count",
    "GivenAnswer",
    "SubmissionDetail",
    "SubmissionFilter",
    "SubmissionRow",
    "count",
    "count_unmatched",
    "get",
    "list_page",
    "of_event",
]

COUNTED_AT_MOST: Final = 10_000
UNMATCHED_COUNTED_AT_MOST: Final = 1_000
UNMATCHED: Final = (Handling.OPEN, Handling.QUEUED)
"""What is in the inbox: it waits for its lead, or for a worker now that the lead is there."""


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """One incoming call; `event_id` is the event recorded, or the first one of a duplicate.

    `verdict` is that of its answer, `tried_verdict` what was decided when it was tried again;
    `handled_by` says who did that, empty when it happened by itself.
    """

    id: str
    received_at: datetime
    source: Source
    verdict: Verdict
    reason: str
    errors: tuple[tuple[str, str], ...]
    actor_name: str
    event: str | None
    transaction_id: str | None
    lead_id: str | None
    event_id: str | None
    answer_status: int
    address: str
    is_test: bool
    handling: Handling | None
    handled_at: datetime | None
    handled_by: str
    tried_verdict: Verdict | None
    tried_reason: str

    @property
    def latest_verdict(self) -> Verdict:
        """Return what was decided last."""
        return self.tried_verdict or self.verdict


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """Of the answer what stands nowhere else: enough to make it again as it was given.

    `deliveries` is what the event owed when it was recorded, `None` for other verdicts.
    """

    deliveries: int | None
    ignored: tuple[str, ...]
    returns: str | None


@dataclass(frozen=True, slots=True)
class SubmissionDetail:
    """One incoming call with all that is known of it.

    `content` is what came in, secrets masked and for some people contacts too; of a long one the
    beginning when `body_truncated`. It is gone after `emptied_at`. `campaign` is the key of its
    lead's campaign, or of the one that it named; `url_id` the incoming URL that was called. With
    `has_lead` the lead is one of ours. An open call waits until `waits_until`, by the present
    settings, or for ever.
    """

    row: SubmissionRow
    content: CallContent
    body_truncated: bool
    emptied_at: datetime | None
    answer: GivenAnswer
    advice: Advice
    tried_errors: tuple[tuple[str, str], ...]
    note: str
    waits_until: datetime | None
    campaign: str | None
    has_lead: bool
    lead_name: str
    url_id: str | None


async def list_page(
    actor: Actor, wanted: SubmissionFilter, request: PageRequest
) -> Page[SubmissionRow]:
    """Return one page of incoming calls, newest first; see `keyset.find_page`.

    Raises `NotAllowed`, and `InvalidInput` for a wrong filter or cursor.
    """
    actor.require(Right.READ, limited=True)
    return await database.read(_list_page, actor, wanted, request)


async def count(actor: Actor, wanted: SubmissionFilter, *, at_most: int = COUNTED_AT_MOST) -> Count:
    """Return how many calls match, counted no further than `at_most`; raises as `list_page`."""
    actor.require(Right.READ, limited=True)
    return await database.read(_count, actor, wanted, at_most)


async def count_unmatched(actor: Actor) -> Count:
    """Return how many calls are in the inbox, counted to 1,000."""
    wanted = SubmissionFilter(handling=UNMATCHED)
    return await count(actor, wanted, at_most=UNMATCHED_COUNTED_AT_MOST)


async def get(actor: Actor, submission_id: str) -> SubmissionDetail:
    """Return one incoming call; raises `NotFound` and `NotAllowed`.

    Who may not see contacts gets the content without them.
    """
    actor.require(Right.READ, limited=True)
    return await database.read(_get, actor, submission_id)


async def of_event(actor: Actor, event_id: str) -> str:
    """Return the id of the call that an event was recorded from, "" when there is none."""
    actor.require(Right.READ)
    return await database.read(_of_event, event_id)


def _list_page(
    session: Session, actor: Actor, wanted: SubmissionFilter, request: PageRequest
) -> Page[SubmissionRow]:
    found = keyset.find_page(
        session, submission_search(wanted, session=session, actor=actor), request
    )
    rows = _rows_by_id(session, found.items, mask_for(actor))
    return Page(
        [rows[submission_id] for submission_id in found.items if submission_id in rows],
        next_cursor=found.next_cursor,
        previous_cursor=found.previous_cursor,
    )


def _is_for(session: Session, actor: Actor, submission: Submission) -> bool:
    if actor.events is not None and submission.event_name not in event_names(session, actor.events):
        return False
    if actor.campaigns is None:
        return True
    lead = session.get(Lead, submission.lead_id) if submission.lead_id else None
    return lead is not None and lead.campaign_id in actor.campaigns


def _rows_by_id(
    session: Session, submission_ids: list[str], mask: Mask
) -> dict[str, SubmissionRow]:
    query = select(
        col(Submission.id),
        col(Submission.received_at),
        col(Submission.source),
        col(Submission.verdict),
        col(Submission.reason),
        col(Submission.errors),
        col(Submission.actor_name),
        col(Submission.event_name),
        col(Submission.transaction_id),
        col(Submission.lead_id),
        col(Submission.event_id),
        col(Submission.answer_status),
        col(Submission.address),
        col(Submission.is_test),
        col(Submission.handling),
        col(Submission.handled_at),
        col(Submission.handled_by),
        col(Submission.tried_verdict),
        col(Submission.tried_reason),
    ).where(col(Submission.id).in_(submission_ids))
    return {row.id: _row(row, mask) for row in session.execute(query)}


def _row(row: Any, mask: Mask) -> SubmissionRow:
    return SubmissionRow(
        id=row.id,
        received_at=row.received_at,
        source=row.source,
        verdict=row.verdict,
        reason=mask.unknown(row.reason),
        errors=_masked(errors_of(row.errors), mask),
        actor_name=row.actor_name,
        event=row.event_name,
        transaction_id=row.transaction_id,
        lead_id=row.lead_id,
        event_id=row.event_id,
        answer_status=row.answer_status,
        address=row.address,
        is_test=row.is_test,
        handling=row.handling,
        handled_at=row.handled_at,
        handled_by=row.handled_by,
        tried_verdict=row.tried_verdict,
        tried_reason=mask.unknown(row.tried_reason),
    )


def _masked(errors: tuple[tuple[str, str], ...], mask: Mask) -> tuple[tuple[str, str], ...]:
    return tuple((name, mask.unknown(text)) for name, text in errors)


def _contact(session: Session, submission: Submission, mask: Mask) -> Contact:
    """Return whom a call is about, nobody where that was never found out."""
    lead = session.get(Lead, submission.lead_id) if mask.is_on and submission.lead_id else None
    return Contact(lead.email, lead.phone) if lead is not None else NOBODY


def _count(session: Session, actor: Actor, wanted: SubmissionFilter, at_most: int) -> Count:
    return keyset.count(
        session, submission_search(wanted, session=session, actor=actor), at_most=at_most
    )


def _get(session: Session, actor: Actor, submission_id: str) -> SubmissionDetail:
    mask = mask_for(actor)
    is_possible = is_id(submission_id)
    submission = session.get(Submission, submission_id) if is_possible else None
    if submission is None or not _is_for(session, actor, submission):
        raise NotFound("incoming call", submission_id)
    row = _rows_by_id(session, [submission_id], mask)[submission_id]
    campaign, called = _lead_of(session, submission.lead_id, mask)
    url_id = None
    if submission.source is Source.INCOMING:
        found = select(col(IncomingUrl.id)).where(
            col(IncomingUrl.api_key_id) == submission.actor_id
        )
        url_id = session.scalar(found)
    more = submission.answer_more or {}
    tried_errors = _masked(errors_of(submission.tried_errors), mask)
    return SubmissionDetail(
        row=row,
        content=shown_content(
            submission.body,
            submission.request,
            mask=mask,
            contact=_contact(session, submission, mask),
        ),
        body_truncated=submission.body_truncated,
        emptied_at=submission.emptied_at,
        answer=GivenAnswer(
            deliveries=submission.deliveries,
            ignored=tuple(map(str, more.get("ignored", ()))),
            returns=more.get("returns"),
        ),
        advice=what_to_do(
            Cause(
                verdict=row.latest_verdict,
                source=row.source,
                errors=tried_errors if row.tried_verdict else row.errors,
                event=row.event or "",
                campaign=campaign or "",
                # For a call that named no lead this may be the one that arrived later.
                lead_id="" if row.transaction_id else row.lead_id or "",
                transaction_id=row.transaction_id or "",
                url_id=url_id or "",
                handling=row.handling,
            )
        ),
        tried_errors=tried_errors,
        note=submission.handled_note,
        waits_until=_waits_until(row),
        campaign=campaign or submission.campaign,
        has_lead=campaign is not None,
        lead_name=called,
        url_id=url_id,
    )


def _waits_until(row: SubmissionRow) -> datetime | None:
    days = database.current().settings.retention_unmatched_days
    if row.handling is not Handling.OPEN or not days:
        return None
    return row.received_at + timedelta(days=days)


def _lead_of(session: Session, lead_id: str | None, mask: Mask) -> tuple[str | None, str]:
    """Return the key of the lead's campaign, and what the lead is called; nothing for no lead."""
    if lead_id is None or not is_id(lead_id):
        return None, ""
    query = (
        select(col(Campaign.key), col(Lead.first_name), col(Lead.last_name), col(Lead.email))
        .join(Campaign, col(Campaign.id) == col(Lead.campaign_id))
        .where(col(Lead.id) == lead_id)
    )
    found = session.execute(query).first()
    if found is None:
        return None, ""
    return found[0], lead_name(found[1], found[2], mask.email(found[3]))


def _of_event(session: Session, event_id: str) -> str:
    if not is_id(event_id):
        return ""
    # Repeats of the event point at it as well.
    query = (
        select(col(Submission.id))
        .where(
            col(Submission.event_id) == event_id,
            or_(
                col(Submission.verdict) == Verdict.RECORDED,
                col(Submission.tried_verdict) == Verdict.RECORDED,
            ),
        )
        .limit(1)
    )
    return session.scalar(query) or ""
