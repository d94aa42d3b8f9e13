"""Twenty kills at random moments: what `make crash` does with a thousand."""

import random

from tests.crash.installation import Installation
from tests.crash.kills import crash
from tests.crash.nursery import Nursery

KILLS = 20


def test_twenty_kills_at_random_moments_lose_nothing_and_repeat_only_what_they_cut_off(
    installation: Installation, nursery: Nursery
) -> None:
    """Pass: every invariant of `tests.crash.invariants` holds after each kill and at the end."""
    run = crash(
        installation,
        nursery,
        kills=KILLS,
        # As many as the database lets work at once.
        workers=1 if installation.settings.is_sqlite else 2,
        per_second=15,
        rng=random.Random(),
    )
    assert run.kills == KILLS
    assert run.events > 0
    assert run.held > 0, "no kill came while anything was being sent"
    assert run.repeats <= run.held
