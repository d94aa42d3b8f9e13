"""Of calls only what came in goes; one that waits for its lead keeps it as long as it waits."""

from datetime import timedelta

from models.words import Handling, Verdict
from services.database import Database
from services.identifiers import first_id
from services.retention import pruning
from services.retention.pruning import Retention
from services.settings import Settings
from tests.factories import START
from tests.services.reporting.rows import Rows
from tests.world import submissions

KEPT = Retention(delivered_days=30, bodies_days=7, failed_days=90, unmatched_days=30)
KINDS = {
    "recorded": (Verdict.RECORDED, None),
    "refused": (Verdict.INVALID_FIELD, None),
    "open": (Verdict.UNKNOWN_LEAD, Handling.OPEN),
    "queued": (Verdict.UNKNOWN_LEAD, Handling.QUEUED),
    "dismissed": (Verdict.UNKNOWN_LEAD, Handling.DISMISSED),
}


async def test_each_kind_of_call_is_emptied_in_its_own_time_and_waits_for_30_days(
    db: Database, settings: Settings
) -> None:
    names = {}
    with Rows(settings) as made:
        for name, (verdict, handling) in KINDS.items():
            for number, days in enumerate((6, 8, 29, 31, 91)):
                at = START - timedelta(days=days)
                submission_id = first_id("sub", at)[:-4] + f"{name[:3]}{number}"
                made.submission(
                    at=at, id=submission_id, verdict=verdict, handling=handling, body="b"
                )
                names[submission_id] = f"{name} {days}"

    pruned = await pruning.prune(db, now=START, retention=KEPT, pause_seconds=0)
    again = await pruning.prune(db, now=START, retention=KEPT, pause_seconds=0)

    found = await submissions()
    emptied = {names[row.id] for row in found if row.emptied_at is not None}
    assert emptied == {
        *(f"recorded {days}" for days in (8, 29, 31, 91)),
        *("refused 91", "open 91", "dismissed 91"),
    }
    assert {names[row.id] for row in found if row.body == ""} == emptied
    # "open 91" went with its waiting: the walk leaves what waits, and does not come back.
    expired = {names[row.id] for row in found if row.handling is Handling.EXPIRED}
    assert expired == {"open 31", "open 91"}
    assert (pruned.calls, pruned.expired, again.calls) == (6, 2, 0)
    assert len(found) == len(names)
