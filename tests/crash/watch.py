"""A watch inside the database, for what no look from outside can see when it comes too late."""

import sqlite3
from contextlib import closing

import psycopg

from services.settings import Settings

_SQLITE_WATCH = """
CREATE TABLE crash_watch (delivery_id TEXT, what TEXT);
CREATE TRIGGER crash_watch_claim AFTER UPDATE ON delivery
WHEN OLD.claim_token <> NEW.claim_token
BEGIN INSERT INTO crash_watch VALUES (OLD.id, 'was claimed while another claim held it'); END;
CREATE TRIGGER crash_watch_end AFTER UPDATE ON delivery
WHEN OLD.status IN ('delivered', 'failed', 'skipped', 'cancelled') AND OLD.status <> NEW.status
BEGIN
    INSERT INTO crash_watch VALUES (OLD.id, 'was ' || OLD.status || ', became ' || NEW.status);
END;
"""
_POSTGRES_WATCH = """
CREATE TABLE crash_watch (delivery_id TEXT, what TEXT);
CREATE FUNCTION crash_watch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.claim_token <> NEW.claim_token THEN
        INSERT INTO crash_watch VALUES (OLD.id, 'was claimed while another claim held it');
    END IF;
    IF OLD.status IN ('delivered', 'failed', 'skipped', 'cancelled') AND OLD.status <> NEW.status
    THEN
        INSERT INTO crash_watch VALUES (OLD.id, 'was ' || OLD.status || ', became ' || NEW.status);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER crash_watch AFTER UPDATE ON delivery FOR EACH ROW EXECUTE FUNCTION crash_watch();
"""


def set_watch(settings: Settings) -> None:
    """Have a delivery written down that is claimed twice at once, or begins again after its end."""
    if settings.is_sqlite:
        with closing(sqlite3.connect(settings.sqlite_path)) as connection:
            connection.executescript(_SQLITE_WATCH)
    else:
        with psycopg.connect(settings.database_url) as connection:
            connection.execute(_POSTGRES_WATCH)
