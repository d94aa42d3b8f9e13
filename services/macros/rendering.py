"""Puts values into a template, once, each encoded for the place where it stands."""

from __future__ import annotations

from dataclasses import dataclass

from services.macros.template import Macro, SecretRef, SigRef, Template
from services.macros.values import Value, Values, as_text, scrub


@dataclass(frozen=True, slots=True)
class UsedMacro:
    """What one macro became. ``value`` is the text after its filters, before encoding."""

    expression: str
    name: str
    value: str
    encoded: str
    empty: bool


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rendered template.

    ``text`` goes on the wire as it is, but for signatures: ``sig_at`` says where in it they are
    inserted, in characters, in order. In a header with secrets ``text`` shows ``{secret:name}`` and
    ``parts`` is what counts. ``missing`` are the macros with ``|required`` that came out empty,
    as written: the delivery must not be sent then.
    """

    text: str
    parts: tuple[str | SecretRef | SigRef, ...]
    macros: tuple[UsedMacro, ...]
    missing: tuple[str, ...]
    sig_at: tuple[int, ...] = ()


def render(template: Template, values: Values, *, trace: bool = True) -> Rendered:
    """Replace every macro by its value, once: a value that looks like a macro stays text.

    A value that is absent, None or "" is empty. ``trace=False`` leaves ``macros`` empty, for
    the hot path. Never raises. The result holds no NUL and no lone surrogate; in a URL its
    scheme and authority are those of the template, in a header it is one line.
    """
    out: list[str] = []
    used: list[UsedMacro] = []
    missing: list[str] = []
    sig_at: list[int] = []
    for part in template.program:
        if isinstance(part, str):
            out.append(part)
        elif isinstance(part, Macro):
            value = _value(part, values)
            text = value if isinstance(value, str) else as_text(value)
            encoded = part.encode(text) if value is text else part.encode_typed(text)
            out.append(encoded)
            if not text and part.required:
                missing.append(part.expression)
            if trace:
                used.append(UsedMacro(part.expression, part.name, text, encoded, empty=not text))
        elif isinstance(part, SecretRef):
            out.append(_shown(part))
            if trace:
                out_text = out[-1]
                used.append(
                    UsedMacro(out_text, f"secret:{part.name}", out_text, out_text, empty=False)
                )
        else:
            sig_at.append(sum(map(len, out)))
            out.append("")
            if trace:
                used.append(UsedMacro("{sig}", "sig", "", "", empty=False))
    text = "".join(out)
    return Rendered(
        text=text,
        parts=_parts(template, out) if template.has_refs else (text,),
        macros=tuple(used),
        missing=tuple(missing),
        sig_at=tuple(sig_at),
    )


def _value(macro: Macro, values: Values) -> Value:
    value: Value | None = values.get(macro.name)
    if value is None:
        value = ""
    elif isinstance(value, str) and (not value.isascii() or "\x00" in value):
        value = scrub(value)
    for step in macro.steps:
        value = step(value)
    return value


def _shown(secret: SecretRef) -> str:
    return f"{{secret:{secret.name}}}"


def _parts(template: Template, out: list[str]) -> tuple[str | SecretRef | SigRef, ...]:
    """Return the rendered pieces with what is filled in later apart, neighbouring text joined."""
    parts: list[str | SecretRef | SigRef] = []
    for part, text in zip(template.program, out, strict=True):
        if isinstance(part, SecretRef | SigRef):
            parts.append(part)
        elif parts and isinstance(parts[-1], str):
            parts[-1] += text
        elif text:
            parts.append(text)
    return tuple(parts)
