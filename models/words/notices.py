"""What operators are told, and where it is sent."""

from enum import StrEnum


class NoticeKind(StrEnum):
    """What an operator is told of: the types of the notice stream."""

    DELIVERY_FAILING = "delivery.failing"
    DELIVERY_RECOVERED = "delivery.recovered"
    DELIVERY_FAILED = "delivery.failed"
    POSTBACK_PAUSED = "postback.paused"
    QUEUE_LAGGING = "queue.lagging"


class NoticeState(StrEnum):
    """Whether what a notice tells of is still so."""

    OPEN = "open"
    RESOLVED = "resolved"


class NoticeEdge(StrEnum):
    """Why a notice is sent: it began, it goes on after a day, or it is over."""

    OPENED = "opened"
    CONTINUES = "continues"
    RESOLVED = "resolved"


class LagCause(StrEnum):
    """Why deliveries wait: nobody sends, or those who do leave some lying."""

    NO_WORKER = "no_worker"
    WAITING = "waiting"


class ChannelKind(StrEnum):
    """How notices leave the dashboard."""

    URL = "url"
    EMAIL = "email"


class NoticeSendStatus(StrEnum):
    """Where one notice on its way to one channel stands."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"
