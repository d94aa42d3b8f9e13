"""Lines of a CSV file (RFC 4180) whose cells no spreadsheet takes for a formula."""

import csv
import io
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

# What Excel, LibreOffice and Google Sheets begin a formula with, also after what they skip.
_STARTS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def csv_line(values: Iterable[object]) -> bytes:
    """Return one line with its end; times in UTC, nothing for None."""
    written = io.StringIO()
    csv.writer(written).writerow([_cell(value) for value in values])
    return written.getvalue().encode(errors="replace")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    text = str(value)
    # An apostrophe before it is what spreadsheets themselves use for text (OWASP, CSV Injection).
    # A number stays one: of itself it does nothing, and sums must still add up.
    if text.startswith(_STARTS_FORMULA) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text
