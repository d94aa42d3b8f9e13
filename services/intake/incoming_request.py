"""Reads a request to `/in`: query, form and JSON become the same parameters."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from models.words import Verdict
from services.intake.contract import Refused
from services.intake.incoming_call import MAX_BODY_BYTES, TOO_LARGE
from services.json_text import BrokenJson, read_object

MAX_PARAMETERS = 500

_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class IncomingRequest:
    """A request as it was read; `refusal` is set when it could not be read."""

    parameters: Sequence[tuple[str, object]]
    raw: str
    refusal: Refused | None = None


def read_request(*, query: bytes, body: bytes, content_type: str) -> IncomingRequest:
    """Return the parameters of a request, those of the query first. Never raises.

    A body that begins with `{` is JSON, whatever its type says: many programs send JSON under the
    type of a form. Bytes that are no UTF-8 become halves of characters, so that the field that
    they stand in is refused by name, and a parameter that means nothing costs nobody his event.
    """
    raw = b"\n".join(part for part in (query, body) if part).decode(errors="replace")
    try:
        if max(len(query), len(body)) > MAX_BODY_BYTES:
            return IncomingRequest((), raw, TOO_LARGE)
        pairs: list[tuple[str, object]] = [*_read_form(query)]
        pairs += _read_body(body, content_type)
    except BrokenJson as error:
        return IncomingRequest((), raw, Refused(Verdict.UNREADABLE, error.message))
    except ValueError as error:
        return IncomingRequest((), raw, Refused(Verdict.UNREADABLE, str(error)))
    return IncomingRequest(pairs, raw)


def _read_body(body: bytes, content_type: str) -> Sequence[tuple[str, object]]:
    if not body.strip():
        return ()
    kind = content_type.partition(";")[0].strip().lower()
    if kind.endswith("json") or body.lstrip()[:1] == b"{":
        return tuple(read_object(body).items())
    if kind in {"", _FORM, "text/plain"}:
        return _read_form(body.strip())
    raise ValueError(f"Send a form ({_FORM}) or JSON (application/json); this is “{kind[:80]}”.")


def _read_form(text: bytes) -> Sequence[tuple[str, str]]:
    if text.count(b"&") >= MAX_PARAMETERS:
        raise ValueError(f"Give at most {MAX_PARAMETERS} parameters.")
    return parse_qsl(
        text.decode("utf-8", "surrogateescape"),
        keep_blank_values=True,
        encoding="utf-8",
        errors="surrogateescape",
    )
