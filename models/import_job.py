"""A file of rows that somebody imports: what it is, how it is read, and how far it is."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel

from models.base import word
from models.words import ImportKind, ImportStatus


class ImportJob(SQLModel, table=True):
    """One row per file; with its parts and chunks all that a process needs to go on."""

    __tablename__ = "import_job"
    __table_args__ = (
        # What a worker looks for each second. Not partial: its words come as parameters.
        Index("ix_import_job_status", "status"),
        Index("ix_import_job_created_at", "created_at", "id"),
        Index("ix_import_job_columns_key", "columns_key", "id"),
    )

    id: str = Field(primary_key=True, max_length=40)
    kind: ImportKind = Field(sa_type=word(ImportKind, grows=True))
    status: ImportStatus = Field(sa_type=word(ImportStatus, grows=True))
    file_name: str = Field(max_length=255)
    size: int = 0
    encoding: str = Field(default="", max_length=16)
    # What the file's first rows say: {"delimiter", "line_end", "quoted", "columns", "sample"}.
    layout: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    # A digest of kind and columns: the next file of the same form is read in the same way.
    columns_key: str = Field(default="", max_length=64)
    # The answers of `services.imports.contract.ImportOptions`.
    options: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    # Why the file could not be read, in a sentence.
    problem: str = Field(default="", max_length=500)
    rows: int = 0
    chunks: int = 0
    # How many chunks are judged, or are applied; undoing counts it down.
    position: int = 0
    # {"ready", "duplicate", "refused"}, {"imported", …}, {"undone", …}; rows each.
    verified: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    applied: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    undone: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    # Reasons of the present phase with their counts and first rows; see `imports.reasons`.
    reasons: list[Any] = Field(default_factory=list, sa_type=JSON)
    # The one run that judges now, and until when it is believed to be alive.
    run: str = Field(default="", max_length=40)
    lease_until: datetime | None = None
    actor_kind: str = Field(max_length=32)
    actor_id: str = Field(max_length=40)
    actor_name: str = Field(max_length=254)
    created_at: datetime
    updated_at: datetime
    verified_at: datetime | None = None
    # When the first row was imported, and when the last one was.
    applied_at: datetime | None = None
    ended_at: datetime | None = None
    undone_at: datetime | None = None
    # When the file itself and its rows were forgotten.
    emptied_at: datetime | None = None
