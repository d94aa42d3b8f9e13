"""`make mutations`: break what must not break, one at a time, and see that the tests find it.

Each mutation is a replacement of text in a copy of the working tree. The tests beside it must pass
on the copy as it is and fail once it is broken. A text that is not found, exactly once, ends the
command: whoever changes one of these lines says here how it can be broken now.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.crash.nursery import ROOT


@dataclass(frozen=True, slots=True)
class Mutation:
    """What is taken away, where, how, and the tests that must notice."""

    what: str
    file: str
    text: str
    instead: str
    tests: tuple[str, ...]


_CLAIMS = "tests/services/delivery/test_claims.py"
_EACH_POINT = (
    "tests/crash/test_named_kills.py"
    "::test_a_kill_at_each_point_loses_nothing_and_repeats_at_most_the_one_send_it_cut_off"
)
_STANDSTILL = "tests/crash/test_standstill.py"
_NOT_SENT_LATE = (
    f"{_STANDSTILL}"
    "::test_what_was_claimed_before_a_standstill_is_not_sent_after_another_worker_sent_it"
)
_FAIRNESS = "tests/crash/test_fairness.py"
_TRANSPORT = "tests/services/delivery/test_transport.py"

MUTATIONS = (
    Mutation(
        "a result is written whoever owns the delivery by now",
        "services/delivery/settlement.py",
        "mine = claimed[item.claim.id][1] == item.claim.token",
        "mine = True",
        (f"{_CLAIMS}::test_a_result_without_the_token_changes_nothing_but_is_kept_as_late",),
    ),
    Mutation(
        "the same, with two real workers of which one stood still",
        "services/delivery/settlement.py",
        "mine = claimed[item.claim.id][1] == item.claim.token",
        "mine = True",
        (_STANDSTILL,),
    ),
    Mutation(
        "success is written first and the request sent after it",
        "services/delivery/dispatcher.py",
        "        result = await self._sender.send(request)\n",
        "        from datetime import UTC, datetime\n"
        "        result = AttemptResult(\n"
        '            True, 200, None, "", (), "", False, datetime.now(UTC), 0, None, True\n'
        "        )\n"
        "        sending = self._sender.send(request)\n"
        "        asyncio.get_running_loop().call_later(1, asyncio.ensure_future, sending)\n",
        (_EACH_POINT,),
    ),
    Mutation(
        "the address in the socket is not checked",
        "services/delivery/transport.py",
        "            self._policy.check_address(\n"
        "                str(address[0]), int(str(address[1])), own_receiver=own_receiver\n"
        "            )\n",
        "",
        (f"{_TRANSPORT}::test_the_socket_is_checked_even_when_the_resolver_was_not",),
    ),
    Mutation(
        "a delivery is taken back though its lease still runs",
        "services/delivery/claims.py",
        "gone = DELIVERY.c.lease_until < now",
        "gone = DELIVERY.c.lease_until.is_not(None)",
        (f"{_CLAIMS}::test_a_lease_that_is_kept_alive_is_not_taken_back",),
    ),
    Mutation(
        "a claim leaves no lease, so that the next one takes the same",
        "services/delivery/claims.py",
        "        status=DeliveryStatus.SENDING,\n        due_at=None,\n",
        "",
        (f"{_CLAIMS}::test_each_delivery_is_claimed_by_one_worker_only",),
    ),
    Mutation(
        "what was claimed before a standstill is sent after it",
        "services/delivery/dispatcher.py",
        "if time.monotonic() > safe_until:",
        "if False:",
        (_NOT_SENT_LATE,),
    ),
    Mutation(
        "a partner may take every slot",
        "services/delivery/lanes.py",
        "        if not self.is_bounded:\n            return self.free, None\n",
        "        return self.free, None\n",
        (f"{_FAIRNESS}::test_64_hanging_destinations_among_128_delay_nobody_else",),
    ),
)


def main() -> int:
    """Try every mutation, print a line for each, and return 0 if the tests found them all."""
    with tempfile.TemporaryDirectory(prefix="afterlead-mutations-") as folder:
        copy = Path(folder) / "tree"
        _copy_tree(copy)
        tests = sorted({test for mutation in MUTATIONS for test in mutation.tests})
        if found := _failures(copy, tests):
            _say("The tests fail without any mutation:\n" + "\n".join(found))
            return 1
        _say(f"{len(tests)} tests pass on the tree as it is.")
        survived = [mutation.what for mutation in MUTATIONS if not _is_found(copy, mutation)]
    _say(f"{len(MUTATIONS) - len(survived)} of {len(MUTATIONS)} mutations were found.")
    return 1 if survived else 0


def _copy_tree(copy: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file() and name.endswith((".py", ".toml", ".md", ".mako")):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)


def _is_found(copy: Path, mutation: Mutation) -> bool:
    path = copy / mutation.file
    whole = path.read_text()
    if (times := whole.count(mutation.text)) != 1:
        raise SystemExit(
            f"{mutation.file} has the text of “{mutation.what}” {times} times, not once. "
            "Say in tests/crash/mutations.py how it can be broken now."
        )
    path.write_text(whole.replace(mutation.text, mutation.instead))
    try:
        failures = _failures(copy, list(mutation.tests))
    finally:
        path.write_text(whole)
    _say(f"{'found' if failures else 'NOT FOUND':9}  {mutation.what}")
    for failure in failures:
        _say(f"           {failure}")
    return bool(failures)


def _failures(copy: Path, tests: list[str]) -> list[str]:
    """Return the tests that fail, by pytest's short summary."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "0", "-q", "-p", "no:cacheprovider", *tests],
        cwd=copy,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    found = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    if done.returncode not in {0, 1}:
        raise SystemExit(f"pytest could not run:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return [line.split(" - ")[0].split("::", 1)[-1] for line in found]


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
