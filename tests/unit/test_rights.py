"""The one table of rights, and what is said of it."""

from pathlib import Path

from models.words import KeyScope, Role
from services.accounts.rights import ROLE_RIGHTS, SCOPE_RIGHTS
from services.actor import DEEDS, Right

DOC = Path(__file__).resolve().parents[2] / "docs" / "accounts.md"


def test_the_documentation_shows_the_table_as_it_is() -> None:
    expected = ["| | Owner | Manager | Operator | Viewer |", "|---|---|---|---|---|"]
    for right in Right:
        if right is not Right.INCOMING:
            cells = ["yes" if right in ROLE_RIGHTS[role] else "–" for role in Role]
            expected.append(f"| {DEEDS[right]} | {' | '.join(cells)} |")
    shown = [line for line in DOC.read_text().splitlines() if line.startswith("|")]
    assert shown == expected


def test_each_role_may_do_all_that_the_next_one_may() -> None:
    for more, less in ((Role.OWNER, Role.MANAGER), (Role.OPERATOR, Role.VIEWER)):
        assert ROLE_RIGHTS[less] < ROLE_RIGHTS[more]
    assert ROLE_RIGHTS[Role.OPERATOR] < ROLE_RIGHTS[Role.MANAGER]
    assert all(Right.READ in rights for rights in ROLE_RIGHTS.values())


def test_the_key_of_an_incoming_url_may_do_that_alone_and_nobody_else_may() -> None:
    assert SCOPE_RIGHTS[KeyScope.INCOMING] == {Right.INCOMING}
    others = [SCOPE_RIGHTS[scope] for scope in set(KeyScope) - {KeyScope.INCOMING}]
    assert not any(Right.INCOMING in rights for rights in [*others, *ROLE_RIGHTS.values()])
