"""What `/deliveries/resend` and `/submissions/replay` have in common."""

from typing import Any

from services.bulk_jobs.kind import BulkJobRow


def job_json(job: BulkJobRow) -> dict[str, Any]:
    """Return a bulk job of any kind as the API shows it."""
    return {
        "id": job.id,
        "status": job.status,
        "count": job.total,
        "count_is_complete": job.total_is_complete,
        **job.figures,
        "left_out": job.left_out,
        "filter": dict(job.filter),
        "actor": job.actor_name,
        "created_at": job.created_at,
        "ended_at": job.ended_at,
    }


def words_of(given: str | list[str] | None) -> tuple[str, ...]:
    """Return what was given as one word or as several; the services judge them."""
    return (given,) if isinstance(given, str) else tuple(given or ())
