"""The incoming log: every call with a good key and its verdict, newest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from models import Lead, Submission
from models.words import Source, Verdict
from services import database
from services.actor import Actor, Right
from services.contacts import NOBODY, Contact, Mask, mask_for
from services.errors import NotFound
from services.identifiers import is_id
from services.paging import Page, PageRequest
from services.reporting import keyset
from services.reporting.filters import SubmissionFilter, submission_search

__all__ = ["SubmissionDetail", "SubmissionFilter", "SubmissionRow", "get", "list_page"]


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """One incoming call; `event_id` is the event recorded, or the first one of a duplicate."""

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


@dataclass(frozen=True, slots=True)
class SubmissionDetail:
    """One incoming call with its body as it came in."""

    row: SubmissionRow
    body: str
    body_truncated: bool


async def list_page(
    actor: Actor, wanted: SubmissionFilter, request: PageRequest
) -> Page[SubmissionRow]:
    """Return one page of incoming calls, newest first; see `keyset.find_page`.

    Raises `NotAllowed`, and `InvalidInput` for a wrong filter or cursor.
    """
    actor.require(Right.READ)
    return await database.read(_list_page, wanted, request, mask_for(actor))


async def get(actor: Actor, submission_id: str) -> SubmissionDetail:
    """Return one incoming call; raises `NotFound` and `NotAllowed`."""
    actor.require(Right.READ)
    return await database.read(_get, submission_id, mask_for(actor))


def _list_page(
    session: Session, wanted: SubmissionFilter, request: PageRequest, mask: Mask
) -> Page[SubmissionRow]:
    found = keyset.find_page(session, submission_search(wanted), request)
    rows = _rows_by_id(session, found.items, mask)
    return Page(
        [rows[submission_id] for submission_id in found.items if submission_id in rows],
        next_cursor=found.next_cursor,
        previous_cursor=found.previous_cursor,
    )


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
    ).where(col(Submission.id).in_(submission_ids))
    return {row.id: _row(row, mask) for row in session.execute(query)}


def _row(row: Any, mask: Mask) -> SubmissionRow:
    return SubmissionRow(
        id=row.id,
        received_at=row.received_at,
        source=row.source,
        verdict=row.verdict,
        reason=mask.unknown(row.reason),
        errors=tuple(
            (str(name), mask.unknown(str(text))) for name, text in (row.errors or {}).items()
        ),
        actor_name=row.actor_name,
        event=row.event_name,
        transaction_id=row.transaction_id,
        lead_id=row.lead_id,
        event_id=row.event_id,
        answer_status=row.answer_status,
    )


def _get(session: Session, submission_id: str, mask: Mask) -> SubmissionDetail:
    is_possible = is_id(submission_id)
    submission = session.get(Submission, submission_id) if is_possible else None
    if submission is None:
        raise NotFound("incoming call", submission_id)
    return SubmissionDetail(
        row=_rows_by_id(session, [submission_id], mask)[submission_id],
        body=mask.unknown(mask.text(submission.body, _contact(session, submission, mask))),
        body_truncated=submission.body_truncated,
    )


def _contact(session: Session, submission: Submission, mask: Mask) -> Contact:
    """Return whom a call is about, nobody where that was never found out."""
    lead = session.get(Lead, submission.lead_id) if mask.is_on and submission.lead_id else None
    return Contact(lead.email, lead.phone) if lead is not None else NOBODY
