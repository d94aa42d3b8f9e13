"""Many deliveries sent again by one command."""

from models.bulk_job import BulkJob, one_at_a_time


class BulkResend(BulkJob, table=True):
    """One row per command."""

    __tablename__ = "bulk_resend"
    __table_args__ = one_at_a_time(__tablename__)

    resent: int = 0
