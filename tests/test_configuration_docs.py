"""README.md and .env.example name every setting, each with its default and unit, and no other."""

import re
from pathlib import Path

import pytest
from pydantic.fields import FieldInfo

from services.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
FIELDS = Settings.model_fields
NAMES = {f"AFTERLEAD_{name.upper()}" for name in FIELDS}
# | `AFTERLEAD_PORT` | `3000` | port of dashboard and API |
ROW = re.compile(r"^\| `(AFTERLEAD_\w+)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
# Everything below its comment, up to the next empty line.
PARAGRAPH = re.compile(r"^((?:# .*\n)+)((?:#AFTERLEAD_.*\n)+)", re.MULTILINE)
LINE = re.compile(r"^#(AFTERLEAD_\w+)=(.*)$", re.MULTILINE)
# What the code reads that no administrator sets: it kills the process at a named point, for tests.
FOR_TESTS = {"AFTERLEAD_FAILPOINT"}
# What a program says in a shell command that it shows, to hold the key.
IN_SHELL = {"AFTERLEAD_KEY"}
UNITS = {"_days": "days", "_seconds": "seconds"}


def table() -> dict[str, tuple[str, str]]:
    """Return default and meaning of each setting, as the README has them."""
    rows = ROW.findall((ROOT / "README.md").read_text())
    assert len(rows) == len({name for name, _, _ in rows})
    return {name: (default, meaning) for name, default, meaning in rows}


def example() -> dict[str, tuple[str, str]]:
    """Return value and comment of each setting, as .env.example has them."""
    text = (ROOT / ".env.example").read_text()
    found = {
        name: (value, comment)
        for comment, lines in PARAGRAPH.findall(text)
        for name, value in LINE.findall(lines)
    }
    assert len(found) == len(LINE.findall(text)), "a line without a comment, or one that is twice"
    return found


def stated_default(field: FieldInfo) -> str | None:
    """Return a default that can be stated as it is; those that depend on the machine cannot."""
    is_plain = isinstance(field.default, int | float | str) and field.default != ""
    text = f"{field.default:g}" if isinstance(field.default, float) else str(field.default)
    return text if is_plain and str(ROOT) not in text else None


def test_the_table_of_the_readme_names_every_setting_and_no_other() -> None:
    assert set(table()) == NAMES


def test_the_example_names_every_setting_and_no_other() -> None:
    assert set(example()) == NAMES


@pytest.mark.parametrize("name", FIELDS)
def test_default_and_unit_are_said_in_both(name: str) -> None:
    variable = f"AFTERLEAD_{name.upper()}"
    default, meaning = table()[variable]
    value, comment = example()[variable]
    stated = stated_default(FIELDS[name])
    if stated is not None:
        assert (default, value) == (f"`{stated}`", stated)
    for end, unit in UNITS.items():
        if name.endswith(end):
            assert unit in meaning
            assert unit in comment.lower()


@pytest.mark.parametrize("name", FIELDS)
def test_a_line_of_the_example_may_be_taken_as_it_is(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = {f"AFTERLEAD_{name.upper()}"}
    if name == "smtp_url":
        taken.add("AFTERLEAD_MAIL_FROM")  # one refuses to start without the other
    for variable in taken:
        monkeypatch.setenv(variable, example()[variable][0])
    Settings(_env_file=None)


def test_the_code_reads_no_setting_that_does_not_exist() -> None:
    read = {
        name
        for folder in ("services", "dashboard", "models")
        for path in (ROOT / folder).rglob("*.py")
        for name in re.findall(r"AFTERLEAD_[A-Z]\w*", path.read_text())
    }
    assert read - NAMES == FOR_TESTS | IN_SHELL
