"""A partner's own names and words in our terms: pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from models.words import ConversionStatus
from services.catalog.rows import IncomingDialect
from services.field_values import number_text
from services.intake.contract import EventInput
from services.moments import with_sign

MAX_RETURN = 100

_CUSTOM = "fields."
_OURS = tuple(name for name in EventInput.model_fields if name != "fields")
_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"0", "false", "no", "off"})


@dataclass(slots=True)
class Understood:
    """What the parameters of a call mean.

    `given` are fields of `EventInput`, `extras` values under the names of custom fields. `names`:
    our field → the parameter that carried it, or that should have. `problems` stand under our
    names. `unknown` are the parameters that mean nothing unless the event has a custom field of
    that name: parameter → custom field, or "" for those that never do.
    """

    given: dict[str, Any] = field(default_factory=dict)
    extras: dict[str, Any] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)
    is_test: bool = False
    returns: str | None = None


def understand(
    parameters: Sequence[tuple[str, object]] | Mapping[str, object],
    dialect: IncomingDialect | None,
    *,
    url_encoded: int = 0,
) -> Understood:
    """Return what a call says.

    Of a parameter that stands there twice the first one that is not empty counts. A field that
    the dialect calls otherwise is read under that name only: under ours the partner may mean
    something else. In the first `url_encoded` parameters a time's offset may have a space for
    its `+`.
    """
    found = Understood()
    theirs = dict(dialect.parameters) if dialect else {}
    ours = {name: name for name in _OURS if name not in theirs}
    if "conversion_status" in ours:
        ours["status"] = "conversion_status"
    ours |= {name: own for own, name in theirs.items()}
    found.names |= theirs
    edge: dict[str, Any] = {}
    for index, (name, value) in enumerate(_flat(parameters)):
        own = ours.get(name)
        if own is None and name in {"test", "return"}:
            if _has_value(value):
                edge.setdefault(name, value)
        elif own is None or own.startswith(_CUSTOM):
            _take_custom(found, name, (own or name).removeprefix(_CUSTOM), value, theirs)
        elif _has_value(value) and own not in found.given:
            found.given[own] = _of_url(own, value) if index < url_encoded else value
            found.names[own] = name
    if dialect is not None:
        _translate(found, dialect.words)
    _read_test(found, edge.get("test"))
    _read_return(found, edge.get("return"))
    return found


def _flat(
    parameters: Sequence[tuple[str, object]] | Mapping[str, object],
) -> Iterable[tuple[str, object]]:
    pairs = parameters.items() if isinstance(parameters, Mapping) else parameters
    for name, value in pairs:
        if name == "fields" and isinstance(value, Mapping):
            yield from ((f"{_CUSTOM}{inner}", _plain(each)) for inner, each in value.items())
        else:
            yield name, _plain(value)


def _plain(value: object) -> object:
    # A partner's number in JSON may be our text: an id, or a word such as status 2.
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return value
    return number_text(value)


def _of_url(own: str, value: object) -> object:
    return with_sign(value) if own == "occurred_at" and isinstance(value, str) else value


def _has_value(value: object) -> bool:
    return value is not None and value != ""


def _take_custom(
    found: Understood, name: str, own: str, value: object, theirs: Mapping[str, str]
) -> None:
    if theirs.get(_CUSTOM + own, name) != name:
        found.unknown.setdefault(name, "")
        return
    found.unknown.setdefault(name, own)
    if _has_value(value):
        found.extras.setdefault(own, value)


def _translate(found: Understood, words: Mapping[str, Mapping[str, str]]) -> None:
    for own, known in words.items():
        word = found.given.get(own)
        if not known or not isinstance(word, str):
            continue
        if word in known:
            found.given[own] = known[word]
        elif own == "conversion_status" and word not in set(ConversionStatus):
            # Refused here, in the partner's words: the contract would list only ours.
            del found.given[own]
            found.problems[own] = (
                f"This URL does not know the word “{word[:64]}”. It knows {_listed(known)}."
            )


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)


def _read_test(found: Understood, value: object) -> None:
    text = str(value).lower() if value is not None else "0"
    found.is_test = text in _YES
    if text not in _YES | _NO:
        found.problems["test"] = "Give 1 for a test, or leave this out."


def _read_return(found: Understood, value: object) -> None:
    if value is None:
        return
    if isinstance(value, str) and len(value) <= MAX_RETURN and value.isprintable():
        found.returns = value
    else:
        found.problems["return"] = f"Give at most {MAX_RETURN} printable characters."
