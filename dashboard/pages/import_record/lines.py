"""What the page of an import shows of it, in words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from models.words import ImportKind, ImportStatus
from services.imports.reasons import Reason
from services.imports.rows import UNDO_DAYS, Counts, ImportRow

NOUNS: Final = {
    ImportKind.LEADS: ("lead", "leads"),
    ImportKind.EVENTS: ("event", "events"),
    ImportKind.STATUS_CHANGES: ("status change", "status changes"),
}


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """One reason with its first rows."""

    verdict: str
    text: str
    count: str
    rows: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ImportView:
    """One import on screen. The counts are of the phase that is shown."""

    id: str = ""
    kind: str = ""
    status: str = ""
    problem: str = ""
    rows: str = "0"
    percent: int = 0
    progress: str = ""
    is_open: bool = False
    is_verifying: bool = False
    is_verified: bool = False
    is_begun: bool = False
    is_applying: bool = False
    is_cancelled: bool = False
    is_applied: bool = False
    is_undoing: bool = False
    is_undone: bool = False
    may_undo: bool = False
    has_result: bool = False
    has_bad: bool = False
    nothing_ready: bool = False
    good: str = "0"
    duplicate: str = "0"
    refused: str = "0"
    undone: str = "0"
    reversed: str = "0"
    kept: str = "0"
    import_label: str = ""
    import_text: str = ""
    outcome: str = ""
    undo_note: str = ""
    at: str = ""
    actor: str = ""


def view_of(row: ImportRow, now: datetime) -> ImportView:
    """Return what the page shows of an import."""
    counts = row.verified if row.status in _CHECKING else row.applied
    return ImportView(
        id=row.id,
        kind=row.kind,
        status=row.status,
        problem=row.problem,
        rows=f"{row.rows:,}",
        percent=row.percent,
        progress=_progress(row),
        is_open=row.status in {ImportStatus.DRAFT, ImportStatus.VERIFIED},
        is_verifying=row.status is ImportStatus.VERIFYING,
        is_verified=row.status is ImportStatus.VERIFIED,
        is_begun=row.status not in _CHECKING,
        is_applying=row.status is ImportStatus.APPLYING,
        is_cancelled=row.status is ImportStatus.CANCELLED,
        is_applied=row.status is ImportStatus.APPLIED,
        is_undoing=row.status is ImportStatus.UNDOING,
        is_undone=row.status is ImportStatus.UNDONE,
        may_undo=row.may_undo(now),
        has_result=row.emptied_at is None and row.done > 0,
        has_bad=bool(counts.duplicate or counts.refused),
        nothing_ready=row.verified.ready == 0,
        good=f"{counts.ready or counts.imported:,}",
        duplicate=f"{counts.duplicate:,}",
        refused=f"{counts.refused:,}",
        undone=f"{row.undone.undone:,}",
        reversed=f"{row.undone.reversed:,}",
        kept=f"{row.undone.kept:,}",
        import_label=f"Import {counted(row.kind, row.verified.ready)}",
        import_text=_consequence(row),
        outcome=_outcome(row),
        undo_note=_undo_note(row),
        at=row.created_at.isoformat(),
        actor=row.actor_name,
    )


def reason_lines(reasons: Sequence[Reason]) -> list[ReasonLine]:
    """Return the reasons as the table shows them."""
    return [
        ReasonLine(
            verdict=reason.verdict,
            text=reason.text,
            count=f"{reason.count:,}",
            rows=[(f"{number:,}", text) for number, text in reason.rows],
        )
        for reason in reasons
    ]


def counted(kind: ImportKind, number: int) -> str:
    """Return a number with what it counts."""
    return f"{number:,} {NOUNS[kind][number != 1]}"


def undo_text(kind: ImportKind, *, total: int, sent: int, blocked: int) -> str:
    """Return the consequence of undoing, in sentences."""
    parts = [f"{counted(kind, total)} of this import {'is' if total == 1 else 'are'} taken back"]
    if kind is ImportKind.STATUS_CHANGES:
        parts[0] = f"The status before this import comes back for {counted(kind, total)}"
    parts[0] += ", and reports count as they did before."
    if kind is ImportKind.EVENTS:
        parts.append("Postbacks that were not sent yet are not sent.")
    if sent:
        parts.append(
            f"{sent:,} {'was' if sent == 1 else 'were'} told to partners already and cannot be "
            "unsent: these stay as “reversed”, and postbacks that ask for that status are sent."
        )
    if blocked:
        reason = {
            ImportKind.LEADS: "because events were recorded for them, or somebody edited them",
            ImportKind.EVENTS: "if their conversion status is another one by now",
            ImportKind.STATUS_CHANGES: "because they were changed again",
        }[kind]
        parts.append(f"{blocked:,} stay as they are, {reason}.")
    return " ".join(parts)


def _progress(row: ImportRow) -> str:
    if not row.rows:
        return "Reading the file. You can leave this page."
    return f"{row.done:,} of {row.rows:,} rows. You can leave this page."


def _consequence(row: ImportRow) -> str:
    ready = counted(row.kind, row.verified.ready)
    verb = "is" if row.verified.ready == 1 else "are"
    left = row.verified.duplicate + row.verified.refused
    parts = [f"{ready} {verb} recorded in the background."]
    if row.kind is not ImportKind.LEADS:
        parts.append(
            "Postbacks are sent to partners as for any other."
            if row.options.send_postbacks
            else "No postback is sent."
        )
    if left:
        parts.append(f"{left:,} {'row is' if left == 1 else 'rows are'} left out.")
    parts.append(f"You can undo it for {UNDO_DAYS} days.")
    return " ".join(parts)


def _outcome(row: ImportRow) -> str:
    done = counted(row.kind, row.applied.imported)
    verb = "was" if row.applied.imported == 1 else "were"
    if row.status is ImportStatus.CANCELLED:
        return f"Cancelled after {row.done:,} of {row.rows:,} rows: {done} {verb} imported."
    if row.status is ImportStatus.UNDONE:
        return f"Undone: {counted(row.kind, row.undone.undone)} taken back." + _stayed(row.undone)
    return f"{done} {verb} imported."


def _stayed(counts: Counts) -> str:
    parts = []
    if counts.reversed:
        parts.append(f"{counts.reversed:,} stay as reversed")
    if counts.kept:
        parts.append(f"{counts.kept:,} stay as they are")
    return f" {' and '.join(parts)}; the reasons are below." if parts else ""


def _undo_note(row: ImportRow) -> str:
    if row.status is ImportStatus.UNDONE or row.undo_until is None:
        return ""
    return f"It can be undone until {row.undo_until:%d %B %Y}."


_CHECKING: Final = frozenset({ImportStatus.DRAFT, ImportStatus.VERIFYING, ImportStatus.VERIFIED})
