"""Brings the database to the current schema, by itself and one process at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from services.engines import plain_engine
from services.settings import Settings

_MIGRATIONS = Path(__file__).resolve().parent.parent / "models" / "migrations"
_ADVISORY_LOCK = 7_240_901  # any fixed number: several hosts may start on one PostgreSQL


def upgrade(settings: Settings) -> None:
    """Apply all missing migrations; safe to call from several processes at once."""
    settings.data_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = plain_engine(settings)
    try:
        with _only_process(settings.data_folder / "migrate.lock"), engine.connect() as connection:
            if not settings.is_sqlite:
                connection.execute(text(f"SELECT pg_advisory_lock({_ADVISORY_LOCK})"))
                connection.commit()
            command.upgrade(alembic_config(connection), "head")
            connection.commit()
            if not settings.is_sqlite:
                connection.execute(text(f"SELECT pg_advisory_unlock({_ADVISORY_LOCK})"))
                connection.commit()
    finally:
        engine.dispose()


def is_current(engine: Engine) -> bool:
    """Tell whether the database has exactly the schema that this code expects."""
    script = ScriptDirectory.from_config(alembic_config(None))
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == (
            script.get_current_head()
        )


def alembic_config(connection: Connection | None) -> Config:
    """Return Alembic's configuration for one open connection."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


@contextmanager
def _only_process(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
