"""Secrets at rest: readable with the right key only, and the key only by its owner."""

import stat
import threading
from pathlib import Path

import pytest

from services import database, secret_box
from services.database import Database
from services.settings import Settings


@pytest.mark.parametrize("make_settings", ["sqlite"], indirect=True)
def test_a_secret_comes_back_and_is_not_in_its_token(db: Database) -> None:
    token = secret_box.encrypt("hush ü \n")
    assert "hush" not in token
    assert token != secret_box.encrypt("hush ü \n")
    assert secret_box.decrypt(token) == "hush ü \n"


@pytest.mark.parametrize("make_settings", ["sqlite"], indirect=True)
@pytest.mark.parametrize("token", ["", "nonsense", "gAAAA", "ü"])
def test_a_foreign_token_is_refused(db: Database, token: str) -> None:
    with pytest.raises(secret_box.UnreadableSecret):
        secret_box.decrypt(token)


def keyless(folder: Path) -> Settings:
    return Settings(_env_file=None, database_url=f"sqlite:///{folder}/data/a.db")


def test_without_a_given_key_one_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    settings = keyless(tmp_path)
    first = secret_box.derive_key(settings, purpose="test")
    path = tmp_path / "data" / secret_box.KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == [secret_box.KEY_FILE]
    assert secret_box.derive_key(keyless(tmp_path), purpose="test") == first
    assert secret_box.derive_key(settings, purpose="other") != first


def test_of_many_that_start_at_once_all_use_the_same_key(tmp_path: Path) -> None:
    settings = keyless(tmp_path)
    made: set[bytes] = set()
    start = threading.Barrier(16)

    def make() -> None:
        start.wait()
        made.add(secret_box.derive_key(settings, purpose="test"))

    threads = [threading.Thread(target=make) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


def test_another_key_reads_nothing(tmp_path: Path) -> None:
    def opened(key: str) -> Settings:
        url = f"sqlite:///{tmp_path}/a.db"
        return Settings(_env_file=None, database_url=url, secret_key=key)

    database.open_database(opened("one"))
    token = secret_box.encrypt("hush")
    database.close_database()
    database.open_database(opened("two"))
    try:
        with pytest.raises(secret_box.UnreadableSecret):
            secret_box.decrypt(token)
    finally:
        database.close_database()
