"""One notice on its way to one channel: an outbox of its own, apart from that of deliveries."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from models.base import LongText, word
from models.words import NoticeEdge, NoticeSendStatus

_WAITS = "status = 'waiting'"


class NoticeSend(SQLModel, table=True):
    """One row per notice, channel and edge; its own schedule of tries."""

    __tablename__ = "notice_send"
    __table_args__ = (
        Index(
            "ix_notice_send_due",
            "channel_id",
            "due_at",
            "id",
            sqlite_where=text(_WAITS),
            postgresql_where=text(_WAITS),
        ),
        Index("ix_notice_send_channel_id", "channel_id", "created_at", "id"),
        Index("ix_notice_send_notice_id", "notice_id"),
    )

    id: str = Field(primary_key=True, max_length=40)
    notice_id: str = Field(foreign_key="notice.id", ondelete="CASCADE", max_length=40)
    channel_id: str = Field(foreign_key="notice_channel.id", ondelete="CASCADE", max_length=40)
    edge: NoticeEdge = Field(sa_type=word(NoticeEdge, grows=True))
    status: NoticeSendStatus = Field(sa_type=word(NoticeSendStatus))
    # Frozen when a URL is first called with it: each try sends the same bytes.
    body: str | None = Field(default=None, sa_type=LongText)
    created_at: datetime
    due_at: datetime
    tries: int = 0
    response_code: int | None = None
    last_error: str = Field(default="", max_length=500)
    sent_at: datetime | None = None
