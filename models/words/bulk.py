"""Work on many rows by one command."""

from enum import StrEnum


class BulkStatus(StrEnum):
    """How a bulk job stands."""

    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"
