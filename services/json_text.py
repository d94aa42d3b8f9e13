"""Reads JSON from outside strictly: what two readers could understand differently is refused."""

import json
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from services.errors import AppError


class BrokenJson(AppError):
    """The body cannot be read as one JSON object."""

    code = "broken_json"


def read_object(raw: bytes) -> dict[str, object]:
    """Return the JSON object in `raw`; a number with a point becomes a Decimal, digits kept.

    Raises BrokenJson for wrong UTF-8, broken JSON, NaN and Infinity (RFC 8259 has none), a name
    that stands twice in one object, nesting and exponents beyond measure, and anything but an
    object.
    """
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise BrokenJson(f"The body is not valid UTF-8 at byte {error.start + 1}.") from None
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise BrokenJson(
            f"The body is not valid JSON: line {error.lineno}, column {error.colno}."
        ) from None
    except RecursionError:
        raise BrokenJson("The body is nested too deeply.") from None
    except ValueError:  # an integer of more digits than Python converts
        raise BrokenJson("The body holds a number with too many digits.") from None
    except InvalidOperation:  # an exponent beyond what Decimal counts, far beyond any use
        raise BrokenJson("The body holds a number with too large an exponent.") from None
    if not isinstance(value, dict):
        raise BrokenJson('Send a JSON object, such as {"event": "sale"}.')
    return value


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise BrokenJson(f"The name “{name[:64]}” stands twice in one object.")
            seen.add(name)
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise BrokenJson(f"{name} is no JSON number.")


_DECODER = json.JSONDecoder(
    parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_pairs
)
