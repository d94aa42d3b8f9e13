"""Looks an installation over: whether the database is whole and its secrets can be read."""

import stat

from sqlalchemy import select, text
from sqlmodel import Session, col

from models import IncomingUrl, Postback
from services import database, schema, secret_box
from services.settings import Settings

_SHOWN = 20  # a broken file may have thousands of the same


async def find_problems(settings: Settings) -> list[str]:
    """Return one line for each thing that is wrong; nothing is changed."""
    return [
        *await database.read(_schema_problems),
        *(await database.read(_file_problems) if settings.is_sqlite else []),
        *await database.read(_outbox_problems),
        *await database.read(_secret_problems),
        *_key_problems(settings),
    ]


def _schema_problems(session: Session) -> list[str]:
    found = schema.differences(session.connection())[:_SHOWN]
    return [f"The schema differs from what this version expects: {each}" for each in found]


def _file_problems(session: Session) -> list[str]:
    found = session.scalars(text("PRAGMA integrity_check(20)")).all()
    broken = [f"The database file is damaged: {line}" for line in found if line != "ok"]
    dangling = session.execute(text("PRAGMA foreign_key_check")).all()[:_SHOWN]
    return broken + [
        f"A row of {table} refers to a row of {parent} that does not exist."
        for table, _, parent, _ in dangling
    ]


def _outbox_problems(session: Session) -> list[str]:
    lost = session.scalar(
        text(
            "SELECT count(*) FROM delivery WHERE"
            " ((status IN ('pending', 'retrying')) <> (due_at IS NOT NULL))"
            " OR (status = 'sending' AND lease_until IS NULL)"
        )
    )
    return [f"Deliveries that wait for a time that is not set: {lost}."] if lost else []


def _secret_problems(session: Session) -> list[str]:
    sealed = session.execute(
        select(col(Postback.id), col(Postback.secrets)).where(col(Postback.secrets).is_not(None))
    )
    in_force = select(col(IncomingUrl.id), col(IncomingUrl.secret)).where(
        col(IncomingUrl.archived_at).is_(None)
    )
    named = [(f"Postback {stored_id}", token) for stored_id, token in sealed]
    named += [
        (f"Incoming URL {stored_id}", token) for stored_id, token in session.execute(in_force)
    ]
    problems = []
    for name, token in named:
        try:
            secret_box.decrypt(token)
        except secret_box.UnreadableSecret as error:
            problems.append(f"{name}: {error.message}")
    return problems


def _key_problems(settings: Settings) -> list[str]:
    path = settings.data_folder / secret_box.KEY_FILE
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        return [f"{path} can be read by others. Run: chmod 600 {path}"]
    return []
