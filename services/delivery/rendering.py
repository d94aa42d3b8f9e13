"""Postback + event → the exact request: rendered once, frozen, the same for live and test."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from models.words import DeliveryReason, DeliveryStatus, Method
from services.delivery.limits import STANDARD
from services.delivery.signing import MAX_SIG_CHARACTERS
from services.macros import (
    Position,
    SecretRef,
    SigRef,
    Template,
    UsedMacro,
    Values,
    body_position,
    macros_in,
    parse,
    render,
)
from services.sig_places import BODY, HEADER_PART, URL, SigPlaces
from services.target_spelling import MAX_URL_BYTES

# The same on every attempt of a delivery, so that a partner can tell a repeat
# (Standard Webhooks, https://www.standardwebhooks.com).
ID_HEADER = "webhook-id"

HeaderPart = str | dict[str, str]
FrozenHeaders = list[list[Any]]


class PostbackLike(Protocol):
    """What rendering needs of a postback, saved or not."""

    @property
    def method(self) -> Method:
        """GET or POST."""

    @property
    def url(self) -> str:
        """The template of the URL."""

    @property
    def body(self) -> str | None:
        """The template of the body; used with POST only."""

    @property
    def content_type(self) -> str:
        """The media type of the body."""

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Pairs of a name and the template of its value."""


@dataclass(frozen=True, slots=True)
class MacroUse:
    """One macro of a postback with the value it got and the place where it stands."""

    expression: str
    value: str
    encoded: str
    empty: bool
    where: str


@dataclass(frozen=True, slots=True)
class RenderedRequest:
    """A request as it will be sent; a header is its parts, a secret among them by name only.

    URL and body have nothing where `{sig}` stands: `sig_at` says where that is. `status` is
    `pending` for a request that can be sent, else `skipped` or `failed` with the reason.
    """

    method: Method
    url: str
    destination: str
    headers: FrozenHeaders
    body: str | None
    status: DeliveryStatus
    reason: DeliveryReason | None
    reason_text: str | None
    macros: tuple[MacroUse, ...] = ()
    sig_at: SigPlaces | None = None


@dataclass(frozen=True, slots=True)
class _Compiled:
    url: Template
    destination: str
    headers: tuple[tuple[str, Template], ...]
    body: Template | None
    macros: frozenset[str]


def macros_of(postback: PostbackLike) -> frozenset[str]:
    """Return the canonical expressions that this postback uses."""
    return _compiled(postback).macros


def render_postback(
    postback: PostbackLike, *, delivery_id: str, values: Values, trace: bool = False
) -> RenderedRequest:
    """Render a postback for one event.

    Never raises for a value: a required macro that came out empty makes the request `skipped`,
    one that is too long makes it `failed`. With `trace`, `macros` lists every macro and its value.
    """
    compiled = _compiled(postback)
    values = {**values, "delivery_id": delivery_id}
    url = render(compiled.url, values, trace=trace)
    missing = list(url.missing)
    sig_at = {URL: list(url.sig_at)} if url.sig_at else {}
    uses = [(url.macros, "URL")]
    headers: FrozenHeaders = [[ID_HEADER, [delivery_id]]]
    for name, template in compiled.headers:
        rendered = render(template, values, trace=trace)
        missing += rendered.missing
        uses.append((rendered.macros, name))
        headers.append([name, [_header_part(part) for part in rendered.parts]])
    body: str | None = None
    if compiled.body is not None:
        rendered = render(compiled.body, values, trace=trace)
        missing += rendered.missing
        uses.append((rendered.macros, "body"))
        body = rendered.text
        if rendered.sig_at:
            sig_at[BODY] = list(rendered.sig_at)
    if postback.method is Method.POST:
        headers.append(["content-type", [postback.content_type]])
        body = body or ""
    status, reason, text = _judge(url.text, body, missing, sig_at)
    return RenderedRequest(
        method=postback.method,
        url=url.text,
        destination=compiled.destination,
        headers=headers,
        body=body,
        status=status,
        reason=reason,
        reason_text=text,
        macros=tuple(_uses(uses)) if trace else (),
        sig_at=sig_at or None,
    )


def fill_headers(
    headers: FrozenHeaders, *, secrets: Mapping[str, str], sig: str = ""
) -> tuple[tuple[str, str], ...]:
    """Return the headers as sent: each secret in its place, one that is gone is empty.

    `sig` is the signature that stands for `{sig}`.
    """
    return tuple((str(name), _filled(parts, secrets, sig)) for name, parts in headers)


def _filled(parts: Any, secrets: Mapping[str, str], sig: str) -> str:
    if len(parts) == 1 and isinstance(parts[0], str):
        return parts[0]
    return "".join(
        part
        if isinstance(part, str)
        else secrets.get(part["secret"], "")
        if "secret" in part
        else sig
        for part in parts
    )


def needs_secrets(headers: FrozenHeaders) -> bool:
    """Tell whether any header refers to a secret."""
    return next(secret_names(headers), None) is not None


def secret_names(headers: FrozenHeaders) -> Iterator[str]:
    """Give the names of the secrets that headers refer to."""
    for _, parts in headers:
        for part in parts:
            if not isinstance(part, str) and "secret" in part:
                yield part["secret"]


def has_sig(headers: FrozenHeaders) -> bool:
    """Tell whether any header contains the signature."""
    return any(part == HEADER_PART for _, parts in headers for part in parts)


def message_id(headers: FrozenHeaders) -> str:
    """Return the id that a request carries."""
    return next(str(parts[0]) for name, parts in headers if name == ID_HEADER)


def _header_part(part: str | SecretRef | SigRef) -> HeaderPart:
    if isinstance(part, str):
        return part
    return {"secret": part.name} if isinstance(part, SecretRef) else dict(HEADER_PART)


def _judge(
    url: str, body: str | None, missing: list[str], sig_at: Mapping[str, list[int]]
) -> tuple[DeliveryStatus, DeliveryReason | None, str | None]:
    if missing:
        names = ", ".join(dict.fromkeys(missing))
        text = f"Not sent: {names} was empty, and the postback says that it is required."
        return DeliveryStatus.SKIPPED, DeliveryReason.REQUIRED_MACRO_EMPTY, text
    # With room for signatures, however many secrets there will be when it is sent.
    url_size = len(url) + MAX_SIG_CHARACTERS * len(sig_at.get(URL, ()))
    if url_size > MAX_URL_BYTES:
        text = f"The URL came out {url_size:,} characters long; {MAX_URL_BYTES:,} is the limit."
        return DeliveryStatus.FAILED, DeliveryReason.TOO_LARGE, text
    room = MAX_SIG_CHARACTERS * len(sig_at.get(BODY, ()))
    if body is not None and len(body.encode()) + room > STANDARD.request_body:
        limit = STANDARD.request_body // 1024
        text = f"The body came out larger than {limit} KiB, which is the limit."
        return DeliveryStatus.FAILED, DeliveryReason.TOO_LARGE, text
    return DeliveryStatus.PENDING, None, None


def _uses(found: list[tuple[tuple[UsedMacro, ...], str]]) -> list[MacroUse]:
    return [
        MacroUse(
            expression=macro.expression,
            value=macro.value,
            encoded=macro.encoded,
            empty=macro.empty,
            where=where,
        )
        for macros, where in found
        for macro in macros
    ]


def _compiled(postback: PostbackLike) -> _Compiled:
    return _compile(
        postback.method,
        postback.url,
        postback.body,
        postback.content_type,
        postback.headers,
    )


@lru_cache(maxsize=4096)
def _compile(
    method: Method,
    url: str,
    body: str | None,
    content_type: str,
    headers: tuple[tuple[str, str], ...],
) -> _Compiled:
    url_template = parse(url, Position.URL)
    header_templates = tuple((name, parse(value, Position.HEADER)) for name, value in headers)
    body_template = (
        parse(body, body_position(content_type)) if body and method is Method.POST else None
    )
    templates = [url_template, *(template for _, template in header_templates)]
    if body_template is not None:
        templates.append(body_template)
    return _Compiled(
        url=url_template,
        destination=_destination(url),
        headers=header_templates,
        body=body_template,
        macros=macros_in(*templates),
    )


def _destination(url: str) -> str:
    """Return `scheme://host:port` in lower case; a macro never stands before the path."""
    scheme, _, rest = url.partition("://")
    authority = rest
    for end in "/?#":
        authority = authority.split(end, 1)[0]
    authority = authority.rsplit("@", 1)[-1].lower()
    if not authority.rsplit("]", 1)[-1].count(":"):
        authority += ":443" if scheme.lower() == "https" else ":80"
    return f"{scheme.lower()}://{authority}"[:300]
