"""Every fault of docs/faults.md is done by tests that exist."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# | What is done | What must be true | [name](../path), [name](../path) |
ROW = re.compile(r"^\| (?!Fault |---)([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
LINK = re.compile(r"\[(test_\w+)\]\(\.\./(tests/[\w/]+\.py)\)")


def rows() -> list[tuple[str, str, str]]:
    return ROW.findall((ROOT / "docs" / "faults.md").read_text())


@cache
def names_of_tests(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text())
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in tree.body if isinstance(node, kinds))


def test_there_are_faults() -> None:
    assert len(rows()) > 20


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0][:60])
def test_each_fault_links_to_tests_that_exist(row: tuple[str, str, str]) -> None:
    links = LINK.findall(row[2])
    assert links, f"no test for: {row[0]}"
    for name, path in links:
        assert name in names_of_tests(path), f"{path} has no {name}"


def test_every_test_by_crashing_has_its_place_in_the_list() -> None:
    """The other way round: what `tests/crash` does to the program is told to the reader."""
    linked = {name for row in rows() for name, _ in LINK.findall(row[2])}
    for path in sorted((ROOT / "tests" / "crash").glob("test_*.py")):
        if path.stem not in {"test_invariants", "test_record"}:
            missing = names_of_tests(str(path.relative_to(ROOT))) - linked
            assert {name for name in missing if name.startswith("test_")} == set(), path
