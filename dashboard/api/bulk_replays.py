"""`/submissions/replay`: many refused calls tried again by one command, counted first if asked."""

from typing import Annotated

from fastapi import Response
from pydantic import Field

from dashboard.api.answer import answer
from dashboard.api.bulk_jobs import job_json, words_of
from dashboard.api.does import does
from dashboard.api.request import Caller, JsonObject
from dashboard.api.routing import BASE, resource
from dashboard.api.shapes.bulk_jobs import BulkReplay, ReplayCount
from models.words import Handling, Verdict
from services.actor import Right
from services.bulk_jobs import jobs
from services.inbox.bulk_replays import REPLAYS
from services.inbox.replay_wish import ReplayWish
from services.moments import OptionalMoment
from services.reporting.incoming_log import SubmissionFilter
from services.validation import InputModel, Text, validate

router = resource("Submissions")


class BulkReplayInput(InputModel):
    """The filter of `GET /submissions`. Without `handling`: all that was not dismissed."""

    verdict: Annotated[
        str | list[str] | None, Field(description=f"one or several of {', '.join(Verdict)}")
    ] = None
    source: Annotated[str, Text(32)] | None = None
    key_id: Annotated[str, Text(40)] | None = None
    event: Annotated[str, Text(255)] | None = None
    transaction_id: Annotated[str, Text(255)] | None = None
    handling: Annotated[
        str | list[str] | None, Field(description=f"one or several of {', '.join(Handling)}")
    ] = None
    from_: Annotated[OptionalMoment, Field(alias="from", description="inclusive")] = None
    to: Annotated[OptionalMoment, Field(description="exclusive")] = None
    dry_run: Annotated[bool, Field(description="count only")] = False


@router.post("/submissions/replay")
@does(Right.RECORD_EVENTS, ReplayCount | BulkReplay, body=BulkReplayInput, partial=True)
async def replay_submissions(actor: Caller, data: JsonObject) -> Response:
    """Try again what a filter covers now, in the background; with `dry_run` only count it."""
    actor.require(Right.RECORD_EVENTS)
    given = validate(BulkReplayInput, data)
    wish = _wish(given)
    if given.dry_run:
        count = await jobs.preview(actor, REPLAYS, wish)
        return answer(
            {"dry_run": True, "count": count.number, "count_is_complete": count.is_complete}
        )
    job = await jobs.start(actor, REPLAYS, wish)
    return answer(job_json(job), headers={"Location": f"{BASE}/submissions/replay/{job.id}"})


@router.get("/submissions/replay/{bulk_replay_id}")
@does(Right.READ, BulkReplay)
async def get_bulk_replay(actor: Caller, bulk_replay_id: str) -> Response:
    """Return how far a bulk replay is."""
    return answer(job_json(await jobs.get(actor, REPLAYS, bulk_replay_id)))


@router.delete("/submissions/replay/{bulk_replay_id}", status_code=204)
@does(Right.RECORD_EVENTS)
async def cancel_bulk_replay(actor: Caller, bulk_replay_id: str) -> Response:
    """End a bulk replay where it stands; what it has recorded stays recorded."""
    await jobs.cancel(actor, REPLAYS, bulk_replay_id)
    return Response(status_code=204)


def _wish(given: BulkReplayInput) -> ReplayWish:
    return ReplayWish(
        SubmissionFilter(
            verdict=words_of(given.verdict),
            source=given.source or "",
            actor_id=given.key_id or "",
            event=given.event or "",
            transaction_id=given.transaction_id or "",
            handling=words_of(given.handling),
            since=given.from_,
            until=given.to,
        )
    )
