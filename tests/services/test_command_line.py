"""The command line: what it prints, where, and how it exits."""

import asyncio
import io
import os
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import text
from sqlmodel import Session

from services import database
from services.accounts import keys, sign_in
from services.actor import SYSTEM, Right
from services.command_line import main
from services.errors import NotAllowed
from services.paging import PageRequest
from services.settings import Settings, get_settings
from services.version import VERSION

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct horse battery"

T = TypeVar("T")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def process_settings(
    empty_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    """Let this process read its settings from the environment, as the program does."""
    monkeypatch.chdir(tmp_path)  # a developer's .env stays out of it
    monkeypatch.setenv("AFTERLEAD_DATABASE_URL", empty_settings.database_url)
    monkeypatch.setenv("AFTERLEAD_SECRET_KEY", "a key for tests")
    get_settings.cache_clear()
    yield get_settings()
    get_settings.cache_clear()


@pytest.fixture
def run(
    process_settings: Settings,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """Return `run(*arguments, stdin="")` → exit code, standard output, standard error."""

    def run_it(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        try:
            code = main(arguments)
        except SystemExit as ending:
            code = int(ending.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return run_it


def new_user(run: Run, password: str = PASSWORD, role: str = "owner") -> tuple[int, str, str]:
    arguments = ("create-user", "--email", "ann@example.com", "--role", role, "--password-stdin")
    return run(*arguments, stdin=f"{password}\n")


def test_create_key_works_before_any_user_exists_and_prints_the_key_alone(
    run: Run, process_settings: Settings
) -> None:
    code, out, err = run("create-key", "--name", "Landing page", "--scope", "incoming")
    assert (code, err) == (0, "")
    assert out.startswith("al_")
    assert out.count("\n") == 1

    async def look_up() -> frozenset[Right]:
        return (await keys.actor_of_key(out.strip())).rights

    assert with_database(process_settings, look_up) == {Right.INCOMING}


def test_a_key_is_limited_by_options(run: Run, process_settings: Settings) -> None:
    wrong = ("create-key", "--name", "x", "--scope", "read", "--campaign", "nowhere")
    code, out, err = run(*wrong)
    assert (code, out) == (1, "")
    assert "nowhere" in err
    limits = ("--expires-days", "30", "--rate", "600", "--allow-address", "203.0.113.0/24")
    code, out, _ = run("create-key", "--name", "x", "--scope", "read", *limits)
    assert (code, out.count("\n")) == (0, 1)

    async def look_up() -> keys.ApiKeyRow:
        (row,) = (await keys.list_page(SYSTEM, PageRequest())).items
        with pytest.raises(NotAllowed):
            await keys.actor_of_key(out.strip(), address="198.51.100.1")
        return row

    row = with_database(process_settings, look_up)
    assert (row.rate_limit, row.addresses) == (600, ("203.0.113.0/24",))
    assert row.expires_at is not None
    assert round((row.expires_at - row.created_at).total_seconds() / 86_400) == 30


def test_a_created_user_can_sign_in_until_the_password_is_reset(
    run: Run, process_settings: Settings
) -> None:
    assert new_user(run)[0] == 0
    code, _, _ = run(
        "reset-password", "--email", "ann@example.com", "--password-stdin", stdin="another one 1\n"
    )
    assert code == 0

    async def enter() -> str:
        return await sign_in.sign_in(email="ann@example.com", password="another one 1")

    assert with_database(process_settings, enter)


def test_an_error_is_one_line_on_standard_error(run: Run) -> None:
    assert new_user(run)[0] == 0
    for arguments, stdin in (
        (("create-key", "--name", " ", "--scope", "read"), ""),
        (
            (
                "create-user",
                "--email",
                "ann@example.com",
                "--role",
                "viewer",
                "--password-stdin",
            ),
            PASSWORD,
        ),
        (("reset-password", "--email", "nobody@example.com", "--password-stdin"), PASSWORD),
        (("reset-password", "--email", "ann@example.com", "--password-stdin"), "short"),
    ):
        code, out, err = run(*arguments, stdin=stdin)
        assert (code, out) == (1, "")
        assert err.count("\n") == 1
        assert "Traceback" not in err


@pytest.mark.parametrize(
    "arguments",
    [(), ("nonsense",), ("create-key",), ("create-key", "--name", "x", "--scope", "all")],
)
def test_a_call_that_makes_no_sense_exits_with_2(run: Run, arguments: tuple[str, ...]) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert "usage" in err


def test_the_version_is_printed_alone(run: Run) -> None:
    assert run("version") == (0, f"{VERSION}\n", "")


def test_a_sound_installation_has_no_problem(run: Run) -> None:
    assert run("migrate")[0] == 0
    assert run("check") == (0, "", "")


def test_the_check_prints_a_line_for_each_problem_and_exits_with_1(
    run: Run, process_settings: Settings
) -> None:
    run("migrate")

    def damage(session: Session) -> None:
        session.execute(
            text(
                "INSERT INTO postback (id, level, method, url, content_type, headers, secrets,"
                " enabled, version, created_at, updated_at) VALUES ('pb_1', 'event', 'GET',"
                " 'https://x.example', 'a/b', '{}', 'not ours', true, 1, '2026-01-01',"
                " '2026-01-01')"
            )
        )
        session.execute(text("DROP INDEX ix_trial_tried_at"))

    with_database(process_settings, lambda: database.write(damage))
    code, out, err = run("check")
    lines = out.splitlines()
    assert (code, err, len(lines)) == (1, "", 2)
    assert "ix_trial_tried_at" in lines[0]
    assert "pb_1" in lines[1]


def test_the_program_ends_with_the_exit_code_of_its_command(tmp_path: Path) -> None:
    environment = {**os.environ, "AFTERLEAD_DATABASE_URL": f"sqlite:///{tmp_path}/new/a.db"}
    for arguments, code in ((["version"], 0), (["nonsense"], 2)):
        ended = subprocess.run(
            [sys.executable, "-m", "services", *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert ended.returncode == code


def test_a_database_that_cannot_be_reached_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    for url in (f"sqlite:///{tmp_path}/file/a.db", "postgresql://nobody@127.0.0.1:1/none"):
        monkeypatch.setenv("AFTERLEAD_DATABASE_URL", url)
        get_settings.cache_clear()
        assert main(["version"]) == 1
        err = capsys.readouterr().err
        assert err.count("\n") == 1
        assert "Traceback" not in err
    get_settings.cache_clear()


def with_database(settings: Settings, call: Callable[[], Coroutine[object, object, T]]) -> T:
    database.open_database(settings)
    try:
        return asyncio.run(call())
    finally:
        database.close_database()


def test_prune_says_what_it_removed(run: Run, process_settings: Settings) -> None:
    code, out, err = run("prune")
    assert (code, err) == (0, "")
    assert out.startswith("Removed 0 deliveries with 0 attempts, and emptied the bodies of 0")
