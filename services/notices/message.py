"""The stream's JSON: what a URL is sent about one notice. `docs/alerts.md` documents it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.words import NoticeEdge, NoticeKind, NoticeState
from services.notices.subjects import Subject, path_to_act
from services.notices.texts import Words, describe

TEST_TYPE = "notice.test"


@dataclass(frozen=True, slots=True)
class Told:
    """One notice as a channel is told of it: the edge, and what is stored."""

    notice_id: str
    kind: NoticeKind
    edge: NoticeEdge
    count: int
    data: Mapping[str, Any]
    opened_at: datetime
    last_at: datetime
    resolved_at: datetime | None
    subject: Subject

    @property
    def words(self) -> Words:
        """Return title and text as they were at the edge."""
        is_end = self.edge is NoticeEdge.RESOLVED
        return describe(
            self.kind,
            self.subject,
            state=NoticeState.RESOLVED if is_end else NoticeState.OPEN,
            count=self.count,
            data=self.data,
        )

    @property
    def at(self) -> datetime:
        """Return when the edge was."""
        match self.edge:
            case NoticeEdge.OPENED:
                return self.opened_at
            case NoticeEdge.CONTINUES:
                return self.last_at
            case NoticeEdge.RESOLVED:
                return self.resolved_at or self.last_at

    def url(self, origin: str) -> str:
        """Return the address of the page where a person acts upon it."""
        return origin + path_to_act(self.kind, self.subject)


def body_of(told: Told, *, origin: str) -> str:
    """Return the JSON of one notice; `origin` is where people open the dashboard."""
    words, subject = told.words, told.subject
    postback = None
    if subject.postback_id:
        postback = {
            "id": subject.postback_id,
            "level": subject.level,
            "owner": subject.owner,
            "host": subject.host,
            "url": origin + subject.path,
        }
    data = {
        "edge": told.edge,
        "title": words.title,
        "text": words.text,
        "count": told.count,
        "opened_at": told.opened_at.isoformat(),
        "last_at": told.last_at.isoformat(),
        "resolved_at": told.resolved_at.isoformat() if told.resolved_at else None,
        "postback": postback,
        **told.data,
        "url": told.url(origin),
    }
    return _json(told.kind.value, told.notice_id, told.at, data)


def test_body(*, channel_id: str, channel: str, now: datetime, origin: str) -> str:
    """Return the JSON of a test; its type is none of the stream's."""
    data = {
        "title": "This is a test notice",
        "text": f"The channel “{channel}” works. Nothing is wrong.",
        "channel_id": channel_id,
        "url": f"{origin}/settings/alerts",
    }
    return _json(TEST_TYPE, channel_id, now, data)


def _json(kind: str, identity: str, at: datetime, data: Mapping[str, Any]) -> str:
    content = {"type": kind, "id": identity, "timestamp": at.isoformat(), "data": data}
    return json.dumps(content, ensure_ascii=False)
