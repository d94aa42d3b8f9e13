"""How the API tells whether a postback is paused, what it holds, and how it fails."""

from services.catalog.postbacks import Release, Standing
from services.delivery.resuming import Resumption


def standing_json(standing: Standing) -> dict[str, object]:
    """Return the members of a postback that change without a new version of it."""
    return {
        "paused_at": standing.paused_at,
        "pause_reason": standing.pause_reason,
        "held": standing.held,
        "held_is_complete": standing.held_is_complete,
        "failing_since": standing.failing_since,
        "failures": standing.failures,
        "last_failure": standing.last_failure or None,
        "release": _release_json(standing.release) if standing.release else None,
    }


def resumption_json(done: Resumption) -> dict[str, object]:
    """Return how many held deliveries are sent and cancelled."""
    return {"dry_run": done.is_dry, "send": done.send, "cancel": done.cancel}


def _release_json(release: Release) -> dict[str, object]:
    return {
        "held": release.choice,
        "since": release.since,
        "actor_name": release.actor_name,
        "started_at": release.started_at,
        "finished_at": release.finished_at,
        "total": release.total,
        "sent": release.sent,
        "cancelled": release.cancelled,
    }
