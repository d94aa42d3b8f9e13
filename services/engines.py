"""How each database is opened: its pools, its settings, and what to warn of."""

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from services.settings import Settings

SQLITE_READERS = 4
POSTGRES_POOL = 10
_SOUND = (
    ((3, 44, 6), (3, 45, 0)),
    ((3, 50, 7), (3, 51, 0)),
    ((3, 51, 3), (3, 52, 0)),
    ((3, 53, 0), (99, 0, 0)),
)


def plain_engine(settings: Settings) -> Engine:
    """Return an engine for one short task, such as a migration."""
    if not settings.is_sqlite:
        return create_engine(_postgres_url(settings), pool_size=1)
    make_private(settings.sqlite_path)
    return sqlite_writer(settings)


def sqlite_writer(settings: Settings) -> Engine:
    """Return an engine of one connection whose transactions all begin as writes.

    A transaction that only later becomes a write may fail at once, whatever the busy timeout.
    """
    return _sqlite_engine(settings.sqlite_path, begin="BEGIN IMMEDIATE", connections=1)


def sqlite_readers(settings: Settings) -> Engine:
    """Return an engine of a few connections that cannot write."""
    return _sqlite_engine(
        settings.sqlite_path, begin="BEGIN", connections=SQLITE_READERS, query_only=True
    )


def postgres_pool(settings: Settings) -> Engine:
    """Return an engine whose statements and locks end by themselves when they take too long."""
    return create_engine(
        _postgres_url(settings),
        pool_size=POSTGRES_POOL,
        max_overflow=0,
        connect_args={
            "options": "-c statement_timeout=15000 -c lock_timeout=5000"
            " -c idle_in_transaction_session_timeout=15000"
        },
    )


def make_private(path: Path) -> None:
    """Create a file that only its owner can read, in a folder likewise; leave one that is there."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def sqlite_warning(version: tuple[int, int, int] = sqlite3.sqlite_version_info) -> str:
    """Return what to warn of about this SQLite, or "".

    Older versions can lose a write-ahead log when two connections write at once
    (https://sqlite.org/wal.html#walresetbug). Here one connection writes, and the command line
    takes the same file lock, so other programs are the danger.
    """
    if any(first <= version < end for first, end in _SOUND):
        return ""
    found = ".".join(map(str, version))
    return (
        f"SQLite {found} has a fault that damages a database which two programs write at once. "
        "Let no other program write to the file; a Python with SQLite 3.51.3 or newer is safe."
    )


def _postgres_url(settings: Settings) -> str:
    return "postgresql+psycopg://" + settings.database_url.split("://", 1)[1]


def _sqlite_engine(path: Path, *, begin: str, connections: int, query_only: bool = False) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
        connect_args={"check_same_thread": False, "timeout": 5.0, "cached_statements": 512},
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in (
            "busy_timeout=5000",
            "journal_mode=WAL",
            "synchronous=FULL",  # an accepted event survives a power cut
            "foreign_keys=ON",
            "wal_autocheckpoint=4000",  # pages: what changes often is written back less often
            "temp_store=MEMORY",
            "journal_size_limit=67108864",
            f"query_only={'ON' if query_only else 'OFF'}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
