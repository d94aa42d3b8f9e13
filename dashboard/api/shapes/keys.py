"""What API keys look like."""

from datetime import datetime
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from dashboard.api.shapes.catalog import Version
from models.words import KeyScope, KeyState


class ApiKey(TypedDict):
    """A key, without its text; a limit that is null is none."""

    id: str
    name: str
    prefix: str
    scope: KeyScope
    state: KeyState
    campaigns: Annotated[list[str] | None, Field(description="keys of campaigns")]
    events: Annotated[list[str] | None, Field(description="names of events")]
    addresses: Annotated[list[str] | None, Field(description="networks from which it works")]
    rate_limit: Annotated[int | None, Field(description="calls per minute")]
    expires_at: datetime | None
    old_key_ends_at: Annotated[
        datetime | None, Field(description="until then the text of before works as well")
    ]
    created_by: str
    created_at: datetime
    last_used_at: datetime | None
    last_used_address: str | None
    revoked_at: datetime | None
    version: Version


class ApiKeyWithText(ApiKey):
    """A key with its text, this once."""

    key: str
