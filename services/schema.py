"""Brings the database to the current schema, by itself and one process at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlmodel import SQLModel

import models  # noqa: F401 - fills the metadata
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


def differences(connection: Connection) -> list[str]:
    """Return what of the stored schema is not as the models say, in Alembic's words."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    found = list(compare_metadata(context, SQLModel.metadata))
    if connection.dialect.name != "sqlite":
        return [str(each) for each in found]
    # Of a foreign key that came with a new column SQLAlchemy reads no ON DELETE: ask SQLite itself.
    others = [str(each) for each in found if each[0] not in {"add_fk", "remove_fk"}]
    keys = _expected_keys() ^ _stored_keys(connection)
    return others + [f"foreign key {key}" for key in sorted(keys)]


def _expected_keys() -> set[tuple[str, ...]]:
    return {
        (table.name, key.parent.name, *key.target_fullname.split("."), key.ondelete or "NO ACTION")
        for table in SQLModel.metadata.tables.values()
        for key in table.foreign_keys
    }


def _stored_keys(connection: Connection) -> set[tuple[str, ...]]:
    query = text(
        'SELECT m.name, k."from", k."table", k."to", k.on_delete'
        " FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) k WHERE m.type = 'table'"
    )
    return {tuple(row) for row in connection.execute(query)}


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
