"""Migrations lead to exactly what the models say, from any number of processes at once."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, inspect, text

import models  # noqa: F401 - fills the metadata
from services import schema
from services.engines import plain_engine
from services.settings import Settings
from tests.conftest import refuse_a_database_in_use

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def connected(settings: Settings) -> Iterator[Connection]:
    engine = plain_engine(settings)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def differences(settings: Settings) -> list[str]:
    with connected(settings) as connection:
        return schema.differences(connection)


def is_current(settings: Settings) -> bool:
    engine = plain_engine(settings)
    try:
        return schema.is_current(engine)
    finally:
        engine.dispose()


def test_an_empty_database_becomes_exactly_what_the_models_say(empty_settings: Settings) -> None:
    schema.upgrade(empty_settings)
    assert differences(empty_settings) == []
    assert is_current(empty_settings)


def test_the_check_constraints_and_the_version_row_are_there(settings: Settings) -> None:
    with connected(settings) as connection:
        names = {check["name"] for check in inspect(connection).get_check_constraints("delivery")}
        assert "ck_delivery_deliverystatus" in names
        rows = connection.execute(text("SELECT id FROM definition_version")).scalars().all()
        assert rows == [1]


def test_an_upgrade_of_a_current_database_changes_nothing(settings: Settings) -> None:
    schema.upgrade(settings)
    assert differences(settings) == []


def test_the_last_step_can_be_taken_back_and_made_again(settings: Settings) -> None:
    with connected(settings) as connection:
        command.downgrade(schema.alembic_config(connection), "-1")
        connection.commit()
    assert not is_current(settings)
    schema.upgrade(settings)
    assert is_current(settings)
    assert differences(settings) == []


def test_four_processes_that_start_at_once_migrate_one_after_another(
    empty_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFTERLEAD_DATABASE_URL", empty_settings.database_url)
    program = (
        "from services import schema; from services.settings import get_settings;"
        "schema.upgrade(get_settings())"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors.decode()) == (0, "")
    assert differences(empty_settings) == []
    with connected(empty_settings) as connection:
        assert connection.execute(text("SELECT count(*) FROM definition_version")).scalar() == 1


@pytest.mark.parametrize("make_settings", ["postgresql"], indirect=True)
def test_a_test_run_refuses_a_database_that_is_not_empty(
    settings: Settings, empty_postgres: str
) -> None:
    refuse_a_database_in_use(empty_postgres)
    with pytest.raises(pytest.exit.Exception):
        refuse_a_database_in_use(settings.database_url)
