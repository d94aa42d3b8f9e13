"""What may be handed in about a postback: the fields, their types and limits."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, field_validator

from models.words import ConversionStatus
from services.catalog.delivery_input import Retry, RetryChoice, SuccessChoice
from services.catalog.postback_headers import is_content_type
from services.validation import InputModel, Text

MAX_URL = 8 * 1024
MAX_BODY = 64 * 1024
MAX_SECRETS = 20
MAX_SECRET = 4 * 1024

_SECRET_NAME = re.compile(r"[a-z0-9_][a-z0-9_]{0,63}", re.ASCII)
_GIVE_URL = "Give the URL that is to be called."


def _moments(value: Any) -> Any:
    """Return each status once, in the order of the words, however they were given."""
    if not isinstance(value, list | tuple):
        return value
    names = {str(status) for status in ConversionStatus}
    if any(not isinstance(each, str) or each not in names for each in value):
        raise ValueError(f"Give a list of these: {', '.join(ConversionStatus)}.")
    return [status for status in ConversionStatus if status in value]


class PostbackInput(InputModel):
    """What a postback consists of.

    `campaign` and `affiliate` are filters: all that are given must match. `on_conversion_status`
    empty: it fires when the event is recorded, else each time that the event's conversion status
    becomes one of these, and not before. `secrets` can be written and never read back; a null
    removes one. Their names are kept in lower case, as macros are. `at_most_once` is for partners
    that pay twice on a repeat: what may have arrived is not sent again by itself.
    """

    missing: ClassVar[Mapping[str, str]] = {"url": _GIVE_URL}

    url: Annotated[str, Text(MAX_URL, empty=_GIVE_URL)]
    method: Literal["GET", "POST"] = "GET"
    body: Annotated[str, Text(MAX_BODY, lines=True)] | None = None
    content_type: Annotated[str, Text(200)] = "application/json"
    headers: dict[str, str] = Field(default_factory=dict)
    secrets: dict[str, str | None] = Field(default_factory=dict)
    enabled: bool = True
    campaign: Annotated[str, Text(64)] | None = None
    affiliate: Annotated[str, Text(64)] | None = None
    on_conversion_status: Annotated[list[ConversionStatus], BeforeValidator(_moments)] = Field(
        default_factory=list
    )
    retry: RetryChoice = Field(default_factory=Retry)
    success: SuccessChoice = None
    at_most_once: bool = False

    @field_validator("body")
    @classmethod
    def _nothing_is_none(cls, body: str | None) -> str | None:
        return body or None

    @field_validator("content_type")
    @classmethod
    def _is_content_type(cls, content_type: str) -> str:
        if not is_content_type(content_type):
            raise ValueError("Give a content type such as application/json.")
        return content_type

    @field_validator("secrets")
    @classmethod
    def _secrets_fit(cls, secrets: dict[str, str | None]) -> dict[str, str | None]:
        if len(secrets) > MAX_SECRETS:
            raise ValueError(f"Give at most {MAX_SECRETS} secrets.")
        kept: dict[str, str | None] = {}
        for written, value in secrets.items():
            name = written.lower()
            if not _SECRET_NAME.fullmatch(name):
                raise ValueError(
                    f"“{written[:64]}” cannot be the name of a secret: use letters, digits and _."
                )
            if name in kept:
                raise ValueError(f"“{name}” is there twice; capitals make no difference.")
            if value is not None and not 1 <= len(value) <= MAX_SECRET:
                raise ValueError(f"“{name}” needs 1 to {MAX_SECRET:,} characters.")
            if value is not None and not {"\r", "\n"}.isdisjoint(value):
                raise ValueError(f"“{name}” contains a line break; a header is one line.")
            kept[name] = value
        return kept
