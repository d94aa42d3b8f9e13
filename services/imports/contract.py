"""What may be said about an imported file: its kind, its columns and how its values are read."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Annotated, Final
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field

from models.words import ImportKind
from services.errors import AppError
from services.intake.contract import EventInput
from services.intake.lead_input import LeadInput
from services.validation import InputModel, Text

MAX_BYTES: Final = 50 * 1024 * 1024
MAX_ROWS: Final = 200_000
MAX_COLUMNS: Final = 200
FREE: Final = "fields."
# A column that names the row's own time zone.
ZONE_FIELD: Final = "time_zone"

_EVENT = tuple(name for name in EventInput.model_fields if name != "fields")
_LEAD = tuple(name for name in LeadInput.model_fields if name != "fields")

# Ours, in the order in which people are offered them.
FIELDS: Final[Mapping[ImportKind, tuple[str, ...]]] = MappingProxyType(
    {
        ImportKind.EVENTS: (*_EVENT, ZONE_FIELD),
        ImportKind.LEADS: (
            "campaign",
            "transaction_id",
            *(name for name in _LEAD if name not in {"campaign", "transaction_id"}),
            ZONE_FIELD,
        ),
        ImportKind.STATUS_CHANGES: (
            *("event_id", "transaction_id", "event", "campaign", "order_id"),
            *("conversion_status", "reason"),
        ),
    }
)
TIME_FIELDS: Final = frozenset({"occurred_at", "submitted_at"})
AMOUNT_FIELDS: Final = frozenset({"amount"})
# What a whole file may have one value of.
FIXABLE: Final[Mapping[ImportKind, tuple[str, ...]]] = MappingProxyType(
    {
        ImportKind.EVENTS: ("event", "campaign", "currency", "conversion_status"),
        ImportKind.LEADS: ("campaign", "affiliate"),
        ImportKind.STATUS_CHANGES: ("event", "campaign", "conversion_status", "reason"),
    }
)


class UnreadableFile(AppError):
    """The file as a whole cannot be read; the sentence says what to do."""

    code = "unreadable_file"


class FileTooLarge(UnreadableFile):
    """The file has more bytes or rows than an import may have."""

    code = "too_large"


class NumberStyle(StrEnum):
    """What separates the decimals of the file's numbers."""

    POINT = "point"
    COMMA = "comma"


class DateStyle(StrEnum):
    """In which order the file's dates are written."""

    ISO = "iso"
    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


class Delimiter(StrEnum):
    """What stands between two cells."""

    COMMA = ","
    SEMICOLON = ";"
    TAB = "\t"
    PIPE = "|"


class Encoding(StrEnum):
    """How the file's characters are written."""

    UTF_8 = "utf-8"
    UTF_16_LE = "utf-16-le"
    UTF_16_BE = "utf-16-be"
    WINDOWS_1252 = "windows-1252"


def _one_of(words: type[StrEnum]) -> BeforeValidator:
    def read(value: object) -> object:
        try:
            return None if value is None else words(str(value))
        except ValueError:
            raise ValueError(f"Give one of these: {', '.join(words)}.") from None

    return BeforeValidator(read)


@cache
def known_zones() -> frozenset[str]:
    """Return the IANA names of all time zones that this machine knows."""
    return frozenset(available_timezones())


def _zone(value: str) -> str:
    if value and value not in known_zones():
        raise ValueError("Give the IANA name of a time zone, such as Europe/Berlin or UTC.")
    return value


class ImportOptions(InputModel):
    """How a file is read. `columns`: a column of the file → our field, or `null` to leave it out.

    `fixed` are values of every row whose own cell is empty. Without `time_zone` a time needs its
    offset. Without `send_postbacks` events and changes are recorded and owe nothing.
    """

    delimiter: Annotated[Delimiter | None, _one_of(Delimiter)] = None
    encoding: Annotated[Encoding | None, _one_of(Encoding)] = None
    numbers: Annotated[NumberStyle, _one_of(NumberStyle)] = NumberStyle.POINT
    dates: Annotated[DateStyle, _one_of(DateStyle)] = DateStyle.ISO
    time_zone: Annotated[str, Text(64), AfterValidator(_zone)] = ""
    send_postbacks: bool = True
    columns: dict[str, str | None] = Field(default_factory=dict)
    fixed: dict[str, str] = Field(default_factory=dict)
