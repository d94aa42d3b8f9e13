"""A piece of an uploaded file, as it came."""

from sqlmodel import Field, SQLModel


class ImportPart(SQLModel, table=True):
    """Up to half a megabyte. In the database, so that every process and every backup has it."""

    __tablename__ = "import_part"

    import_id: str = Field(
        primary_key=True, foreign_key="import_job.id", ondelete="CASCADE", max_length=40
    )
    number: int = Field(primary_key=True)
    data: bytes
