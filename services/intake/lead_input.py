"""What may be handed in about a lead, and what of it is searched."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, create_model

from services.delivery.values import SUBS
from services.field_values import number_text
from services.intake.contract import Identifier
from services.moments import OptionalMoment
from services.validation import InputModel, Text

MAX_FIELDS = 100
MAX_FIELD_LENGTH = 1_000
MAX_SEARCH_EMAIL = 254
MAX_SEARCH_NAME = 201
TOO_MANY_FIELDS = f"Give at most {MAX_FIELDS} fields."

_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_PHONE = re.compile(r"[0-9+()./ x#-]*", re.IGNORECASE)


def _email(value: str) -> str:
    if not value:
        return value
    try:
        validate_email(value, check_deliverability=False)
    except EmailNotValidError:
        raise ValueError("Give an e-mail address such as jane@example.com.") from None
    return value


def _phone(value: str) -> str:
    if value and (not _PHONE.fullmatch(value) or sum(map(str.isdigit, value)) < 4):
        raise ValueError("Give a phone number such as +1 415 555 0132.")
    return value


def _fields(value: Mapping[str, Any]) -> dict[str, Any]:
    if len(value) > MAX_FIELDS:
        raise ValueError(TOO_MANY_FIELDS)
    for name, item in value.items():
        if not _FIELD_NAME.fullmatch(name):
            raise ValueError(
                f"“{name[:64]}” cannot be a field's name: use lower-case letters, digits and _."
            )
        if isinstance(item, Mapping | list):
            raise ValueError(f"“{name}” must be text, a number, true or false.")
        if isinstance(item, str) and len(item) > MAX_FIELD_LENGTH:
            raise ValueError(f"“{name}” may have at most {MAX_FIELD_LENGTH:,} characters.")
    # Numbers keep their digits as text: 0.10 must not become 0.1 in a partner's URL.
    return {
        name: item if isinstance(item, str | bool | int) or item is None else number_text(item)
        for name, item in value.items()
    }


Email = Annotated[str, Text(254), AfterValidator(_email)]
Phone = Annotated[str, Text(40), AfterValidator(_phone)]
FreeFields = Annotated[dict[str, Any], AfterValidator(_fields)]


class LeadDetails(InputModel):
    """What of a lead may change later."""

    external_click_id: Annotated[str, Text(255)] | None = None
    email: Email | None = None
    phone: Phone | None = None
    first_name: Annotated[str, Text(100)] | None = None
    last_name: Annotated[str, Text(100)] | None = None
    affiliate: Annotated[str, Text(64)] | None = None
    fields: FreeFields | None = None


LeadChanges = create_model(
    "LeadChanges",
    __base__=LeadDetails,
    **{name: (Annotated[str, Text(255)] | None, None) for name in SUBS},  # type: ignore[call-overload]
)


class LeadInput(LeadChanges):
    """One lead as it was captured."""

    campaign: Annotated[str, Text(64)]
    transaction_id: Identifier | None = None
    submitted_at: OptionalMoment = None

    missing = MappingProxyType({"campaign": "Name the lead's campaign."})


def search_columns(row: Mapping[str, Any]) -> dict[str, str | None]:
    """Return what a search compares: e-mail and name in lower case, the phone's digits."""
    name = f"{row.get('first_name') or ''} {row.get('last_name') or ''}".strip().lower()
    # Some letters are two in lower case, so the text may outgrow its column.
    return {
        "search_email": (row.get("email") or "").lower()[:MAX_SEARCH_EMAIL] or None,
        "search_phone": digits(row.get("phone") or "") or None,
        "search_name": name[:MAX_SEARCH_NAME] or None,
    }


def digits(text: str) -> str:
    """Return the digits of a phone number."""
    return "".join(character for character in text if character in "0123456789")
