"""Keeps partners' words for an event right while the event gets another name."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from models import IncomingUrl
from services.actor import Actor
from services.catalog.versions import change


def follow_rename(
    session: Session, old_name: str, new_name: str, *, actor: Actor, now: datetime
) -> None:
    """Have every word of a partner that meant the old name mean the new one."""
    live = select(IncomingUrl).where(col(IncomingUrl.archived_at).is_(None))
    # All are locked, in one order, before the first change: two renames at once cannot deadlock.
    urls = session.scalars(live.order_by(col(IncomingUrl.id)).with_for_update(key_share=True))
    for url in urls.all():
        events = url.words.get("event", {})
        if old_name in events.values():
            renamed = {
                theirs: new_name if ours == old_name else ours for theirs, ours in events.items()
            }
            values = {"words": {**url.words, "event": renamed}}
            change(session, url, values, actor=actor, kind="incoming URL", now=now)
