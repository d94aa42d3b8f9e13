"""Some rows of an imported file with what became of each: the unit of its work."""

from sqlmodel import Field, SQLModel


class ImportChunk(SQLModel, table=True):
    """A few hundred rows. Both contents are packed JSON; see `services.imports.chunks`."""

    __tablename__ = "import_chunk"

    import_id: str = Field(
        primary_key=True, foreign_key="import_job.id", ondelete="CASCADE", max_length=40
    )
    number: int = Field(primary_key=True)
    # [[row number, cell, …], …]
    cells: bytes
    # [[verdict, reason, id of what was written], …], row by row.
    results: bytes | None = None
