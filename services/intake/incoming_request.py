"""Reads a request to `/in`: query, form and JSON become the same parameters."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qsl

from models.words import Verdict
from services.intake.contract import Refused
from services.intake.incoming_call import MAX_BODY_BYTES, TOO_LARGE, kept
from services.json_text import BrokenJson, read_object

MAX_PARAMETERS = 500

_FORM = "application/x-www-form-urlencoded"
_FORMS = frozenset({"", _FORM, "text/plain"})


@dataclass(frozen=True, slots=True)
class IncomingRequest:
    """A request as it was read; `refusal` is set when it could not be read.

    The first `url_encoded` parameters stood in the query or a form, the rest in JSON. `raw` begins
    with the `query`; with `is_exact` false it had bytes that are no text.
    """

    parameters: Sequence[tuple[str, object]]
    raw: str
    refusal: Refused | None = None
    url_encoded: int = 0
    query: str = ""
    is_exact: bool = True


def read_request(*, query: bytes, body: bytes, content_type: str) -> IncomingRequest:
    """Return the parameters of a request, those of the query first. Never raises.

    A body that begins with `{` is JSON, whatever its type says: many programs send JSON under the
    type of a form. Bytes that are no UTF-8 become halves of characters, so that the field that
    they stand in is refused by name, and a parameter that means nothing costs nobody his event.
    """
    whole = b"\n".join(part for part in (query, body) if part)
    raw = whole.decode(errors="replace")
    found = partial(
        IncomingRequest,
        raw=raw,
        query=query.decode(errors="replace"),
        is_exact=raw.encode() == whole,
    )
    content = body.strip()
    kind = content_type.partition(";")[0].strip().lower()
    is_json = kind.endswith("json") or content.startswith(b"{")
    if max(len(query), len(body)) > MAX_BODY_BYTES:
        return found((), refusal=TOO_LARGE)
    if content and not is_json and kind not in _FORMS:
        text = f"Send a form ({_FORM}) or JSON (application/json); this is “{kept(kind[:80])}”."
        return found((), refusal=Refused(Verdict.UNSUPPORTED_TYPE, text))
    if max(query.count(b"&"), content.count(b"&") * (not is_json)) >= MAX_PARAMETERS:
        text = f"Give at most {MAX_PARAMETERS} parameters."
        return found((), refusal=Refused(Verdict.UNREADABLE, text))
    encoded = [*_read_form(query), *_read_form(b"" if is_json else content)]
    try:
        rest = read_object(body) if content and is_json else {}
    except BrokenJson as error:
        return found((), refusal=Refused(Verdict.UNREADABLE, error.message))
    return found((*encoded, *rest.items()), url_encoded=len(encoded))


def _read_form(text: bytes) -> Sequence[tuple[str, str]]:
    return parse_qsl(
        text.decode("utf-8", "surrogateescape"),
        keep_blank_values=True,
        encoding="utf-8",
        errors="surrogateescape",
    )
