"""How far retention has come in the tables that it walks in order."""

from datetime import datetime

from sqlmodel import Session

from models import RetentionMark


def mark(session: Session, name: str) -> str:
    """Return the id up to which an earlier run came, "" before the first."""
    stored = session.get(RetentionMark, name)
    return stored.mark if stored is not None else ""


def set_mark(session: Session, name: str, reached: str, *, now: datetime) -> None:
    """Note how far this run came; a mark never goes back."""
    stored = session.get(RetentionMark, name)
    if stored is None:
        session.add(RetentionMark(name=name, mark=reached, updated_at=now))
    elif stored.mark < reached:
        stored.mark, stored.updated_at = reached, now
