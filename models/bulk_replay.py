"""Many refused calls tried again by one command."""

from models.bulk_job import BulkJob, one_at_a_time


class BulkReplay(BulkJob, table=True):
    """One row per command."""

    __tablename__ = "bulk_replay"
    __table_args__ = one_at_a_time(__tablename__)

    recorded: int = 0
    duplicates: int = 0
    refused: int = 0
