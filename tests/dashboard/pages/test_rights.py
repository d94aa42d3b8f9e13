"""Every handler, for everybody: refused exactly where the table of rights says so."""

import json
import re
from collections import defaultdict

import pytest

from dashboard.access import ACCESS, PUBLIC
from models.words import Role
from services.accounts.rights import ROLE_RIGHTS
from services.actor import DEEDS, Right
from tests.dashboard.pages.conftest import EMAIL, PASSWORD, FirstVisit
from tests.dashboard.pages.intruder import Handler, Intruder, all_handlers, cookie_for, run_apart
from tests.dashboard.server import Server

# What Reflex itself brings: loading a page, and vars that no State of ours has.
_REFLEX = ("reflex___state____", "reflex___istate___")


def ours() -> list[Handler]:
    """Return the handlers of ours, by their full names."""
    found = [each for each in all_handlers() if hasattr(each.fn, ACCESS)]
    left = [each.name for each in all_handlers() if each not in found]
    odd = [name for name in left if name.count(".") > 1 and not name.endswith(".setvar")]
    assert [name for name in odd if "___pages___" in name] == [], "a handler without a right"
    return found


def by_right() -> dict[Right, list[Handler]]:
    """Return the guarded handlers in groups that need the same right."""
    groups: dict[Right, list[Handler]] = defaultdict(list)
    for each in ours():
        declared = getattr(each.fn, ACCESS)
        if declared != PUBLIC:
            groups[declared].append(each)
    return groups


async def try_all(intruder: Intruder, group: list[Handler], told: str, expected: int) -> int:
    """Ask each handler of a group, and count how often the answer fits the pattern."""
    async with intruder:
        for each in group:
            await intruder.ask(each.name, each.payload, path="/account")
        await intruder.hear(lambda text: len(re.findall(told, text)) >= expected)
        await intruder.settle()
    return len(re.findall(told, "".join(intruder.received)))


def email_of(role: Role) -> str:
    return EMAIL if role is Role.OWNER else f"{role}@rights.example"


@pytest.fixture(scope="module")
def cookies(empty_server: Server, first_visit: FirstVisit) -> dict[Role, str]:
    for role in set(Role) - {Role.OWNER}:
        arguments = ("--email", email_of(role), "--role", role, "--password-stdin")
        empty_server.command("create-user", *arguments, text=PASSWORD)
    return {role: cookie_for(empty_server, email_of(role)) for role in Role}


def test_there_is_something_to_try() -> None:
    groups = by_right()
    assert sum(map(len, groups.values())) > 300
    assert {Right.READ, Right.EDIT_DEFINITIONS, Right.MANAGE_ACCESS, Right.RESEND} <= set(groups)


@pytest.mark.parametrize("role", list(Role))
def test_every_handler_refuses_exactly_who_lacks_its_right(
    server: Server, cookies: dict[Role, str], role: Role
) -> None:
    wrong = []
    for right, group in by_right().items():
        is_allowed = right in ROLE_RIGHTS[role]
        # Who has the right may not be refused another one further in, either.
        deed = "[^.]*" if is_allowed else re.escape(json.dumps(DEEDS[right])[1:-1])
        told = rf"may not {deed}\. Ask an owner"
        # Some at a time: where nothing is refused, they begin to work.
        for start in range(0, len(group), 60):
            part = group[start : start + 60]
            expected = 0 if is_allowed else len(part)
            token = f"{role}-{right}-{start}"
            intruder = Intruder(server, cookie=cookies[role], token=token)
            refused = run_apart(try_all(intruder, part, told, expected))
            if refused != expected:
                wrong.append((right, refused, [each.name for each in part]))
    assert wrong == []


def test_nobody_gets_past_any_handler_without_signing_in(server: Server) -> None:
    for right, group in by_right().items():
        intruder = Intruder(server, token=f"nobody-{right}")
        led = run_apart(try_all(intruder, group, "/login", len(group)))
        assert led >= len(group), right
