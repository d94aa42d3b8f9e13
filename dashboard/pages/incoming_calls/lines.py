"""What the incoming log shows of the services' rows."""

from dataclasses import dataclass

from dashboard import routes
from dashboard.components.event_table import SOURCES
from models.words import CallWay, Handling
from services.inbox.bad_keys import BadKeyRow
from services.reporting.incoming_log import SubmissionRow

_WAYS = {CallWay.API: "API", CallWay.URL: "Incoming URL"}


@dataclass(frozen=True, slots=True)
class CallLine:
    """One call on screen; `handling` is empty where nothing became of it later."""

    key: str
    href: str
    at: str
    verdict: str
    handling: str
    code: int
    event: str
    transaction_id: str
    source: str
    who: str
    reason: str
    is_test: bool


@dataclass(frozen=True, slots=True)
class BadKeyLine:
    """What one address tried with a key that is not good."""

    key: str
    address: str
    way: str
    calls: int
    at: str
    words: str


def call_line(row: SubmissionRow, *, among_waiting: bool = False) -> CallLine:
    """Return what the page shows of a call.

    Among calls that all wait, what was decided when one was tried again tells more than that.
    """
    sentences = [_sentence(name, text) for name, text in row.errors] or [row.reason]
    if row.tried_verdict is not None and row.tried_reason:
        sentences = [row.tried_reason]
    handling = row.handling or ""
    if among_waiting and row.handling is Handling.OPEN:
        handling = row.tried_verdict if row.tried_verdict not in {None, row.verdict} else ""
    return CallLine(
        key=row.id,
        href=str(routes.incoming_call(row.id)),
        at=row.received_at.isoformat(),
        verdict=row.verdict,
        handling=handling or "",
        code=row.answer_status,
        event=row.event or "",
        transaction_id=row.transaction_id or row.lead_id or "",
        source=SOURCES[row.source],
        who=row.actor_name,
        reason=" ".join(dict.fromkeys(filter(None, sentences))),
        is_test=row.is_test,
    )


def _sentence(name: str, text: str) -> str:
    bare = name.removeprefix("fields.")
    return text if bare in text else f"{name}: {text}"


def bad_key_line(row: BadKeyRow) -> BadKeyLine:
    """Return what the page shows of an address that called with a bad key."""
    return BadKeyLine(
        key=f"{row.address} {row.way}",
        address=row.address or "Many others",
        way=_WAYS[row.way],
        calls=row.calls,
        at=row.last_at.isoformat(),
        words=_words(row),
    )


def _words(row: BadKeyRow) -> str:
    if row.is_revoked:
        return f"The key “{row.key_name}” was revoked: give the caller its new one."
    if row.key_name:
        return f"Begins like the key “{row.key_name}”, but is not the whole of it."
    if row.hint:
        return f"Nobody knows a key that begins with {row.hint}: it is old, or mistyped."
    return "No key, or none of ours."
