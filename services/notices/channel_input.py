"""What may be handed in about a channel, and whether notices may go there."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any, ClassVar, Literal

from email_validator import EmailNotValidError, validate_email
from pydantic import Field

from models.words import ChannelKind, NoticeKind
from services.errors import InvalidInput
from services.settings import Settings
from services.target_guard import BadTarget, Blocked, Resolver
from services.target_policy import target_policy
from services.validation import InputModel, Text

NO_MAIL_SERVER = (
    "E-mail needs a mail server: set AFTERLEAD_SMTP_URL and AFTERLEAD_MAIL_FROM, and restart."
)
_MAX_TARGET = 2_000
_WHERE = "Give the URL or the e-mail address."


class ChannelInput(InputModel):
    """A channel. `types` are the types of notices that it wants; all of them by default."""

    missing: ClassVar[Mapping[str, str]] = {
        "name": "Give a name that says who hears of it.",
        "kind": "Give url or email.",
        "target": _WHERE,
    }

    name: Annotated[str, Text(100, empty="Give a name that says who hears of it.")]
    kind: Literal["url", "email"]
    target: Annotated[str, Text(_MAX_TARGET, empty=_WHERE)]
    types: list[
        Literal[
            "delivery.failing",
            "delivery.recovered",
            "delivery.failed",
            "postback.paused",
            "queue.lagging",
        ]
    ] = Field(default_factory=lambda: [kind.value for kind in NoticeKind])
    enabled: bool = True


async def check_channel(
    given: ChannelInput, settings: Settings, *, resolver: Resolver
) -> dict[str, Any]:
    """Return the columns of a channel that may be saved; raise InvalidInput per wrong field.

    A host that cannot be resolved now passes: the guard looks again at every send.
    """
    problems: dict[str, str] = {}
    target = given.target
    if not given.types:
        problems["types"] = "Choose at least one kind of notice."
    if given.kind == "email":
        if settings.mail_server is None:
            problems["kind"] = NO_MAIL_SERVER
        try:
            target = _address(target)
        except ValueError as error:
            problems["target"] = str(error)
    else:
        try:
            with suppress(OSError):
                await _check_url(target, settings, resolver)
        except BadTarget as error:
            problems["target"] = str(error)
    if problems:
        raise InvalidInput(problems)
    return {
        "name": given.name,
        "kind": ChannelKind(given.kind),
        "target": target,
        "kinds": list(dict.fromkeys(given.types)),
        "enabled": given.enabled,
    }


async def _check_url(url: str, settings: Settings, resolver: Resolver) -> None:
    policy = target_policy(settings)
    try:
        await policy.check_resolved(url, resolver)
    except Blocked as error:
        raise BadTarget(str(error)) from error


def _address(text: str) -> str:
    try:
        found = validate_email(
            text, check_deliverability=False, test_environment=True, allow_smtputf8=False
        )
    except EmailNotValidError:
        raise ValueError("Give one e-mail address such as ops@example.com.") from None
    return found.ascii_email or found.normalized
