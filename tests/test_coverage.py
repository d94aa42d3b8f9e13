"""Every requirement of the product page has a test through the API and one through the browser."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = [f"S{number}" for number in range(1, 20)]
# | S1 | What it says | [name](../path#name) | [name](../path#name) |
ROW = re.compile(r"^\| (S\d+) \| [^|]+ \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
LINK = re.compile(r"\[(test_\w+)\]\(\.\./(tests/[\w/]+\.py)\)")
WAYS = {
    "API": ("tests/dashboard/api/",),
    "browser": ("tests/dashboard/pages/", "tests/end_to_end/"),
}


@cache
def rows() -> dict[str, dict[str, str]]:
    text = (ROOT / "docs" / "coverage.md").read_text()
    return {name: {"API": api, "browser": browser} for name, api, browser in ROW.findall(text)}


@cache
def names_of_tests(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text())
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in tree.body if isinstance(node, kinds))


def test_the_table_names_every_requirement_once_and_no_other() -> None:
    text = (ROOT / "docs" / "coverage.md").read_text()
    assert [name for name, *_ in ROW.findall(text)] == REQUIREMENTS


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("requirement", REQUIREMENTS)
def test_each_requirement_links_to_tests_that_exist(requirement: str, way: str) -> None:
    links = LINK.findall(rows()[requirement][way])
    assert links, f"{requirement} has no test through the {way}"
    for name, path in links:
        assert path.startswith(WAYS[way]), f"{path} is no place for tests through the {way}"
        assert name in names_of_tests(path), f"{path} has no {name}"
