"""What imports look like."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypedDict

from models.words import ImportKind, ImportStatus, ImportVerdict

Rows = Annotated[int, Field(ge=0)]


class Verified(TypedDict):
    """What the rows would become."""

    ready: Rows
    duplicate: Rows
    refused: Rows


class Applied(TypedDict):
    """What the rows became."""

    imported: Rows
    duplicate: Rows
    refused: Rows


class Undone(TypedDict):
    """What undoing made of the imported rows."""

    undone: Rows
    reversed: Annotated[Rows, Field(description="partners were told already")]
    kept: Annotated[Rows, Field(description="others built on them since")]


class ImportReason(TypedDict):
    """One reason of rows, with the first of them."""

    result: ImportVerdict
    reason: str
    count: Rows
    rows: Annotated[list[int], Field(description="as a spreadsheet counts: the header is row 1")]


class Import(TypedDict):
    """One file, and how far it is."""

    id: str
    kind: ImportKind
    status: ImportStatus
    file_name: str
    bytes: Annotated[int, Field(ge=0)]
    encoding: str
    delimiter: str | None
    columns: list[str]
    notes: list[str]
    mapping: dict[str, Any]
    problem: Annotated[str | None, Field(description="why the file could not be read")]
    rows: Rows
    done: Annotated[Rows, Field(description="rows that are through the present phase")]
    percent: Annotated[int, Field(ge=0, le=100)]
    verified: Verified
    applied: Applied
    undone: Undone
    reasons: list[ImportReason]
    actor: str
    created_at: datetime
    verified_at: datetime | None
    applied_at: datetime | None
    ended_at: datetime | None
    undone_at: datetime | None
    undo_until: datetime | None
    emptied_at: datetime | None


class PreviewedRow(TypedDict):
    """One of the first rows as it will be understood."""

    row: Rows
    values: dict[str, str]
    problem: str | None


class ImportPreview(TypedDict):
    """The first rows of a file."""

    rows: list[PreviewedRow]


class UndoCount(TypedDict):
    """What undoing would do."""

    dry_run: Literal[True]
    rows: Rows
    sent: Annotated[Rows, Field(description="told to partners: these would be reversed")]
    blocked: Annotated[Rows, Field(description="others built on them: these would stay")]
