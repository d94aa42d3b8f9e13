"""The words of the incoming log beside its verdicts; `models.words` has them all."""

from enum import StrEnum


class BulkReplayStatus(StrEnum):
    """How a bulk replay stands."""

    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"


class CallWay(StrEnum):
    """Where a call with a bad key knocked: at the API, or at an incoming URL."""

    API = "api"
    URL = "url"


class Handling(StrEnum):
    """What became of a refused call after its answer; none where nobody has touched it.

    `open` ones wait for their lead, for `queued` ones it has arrived.
    """

    OPEN = "open"
    QUEUED = "queued"
    MATCHED = "matched"
    REPLAYED = "replayed"
    DISMISSED = "dismissed"
    EXPIRED = "expired"
