"""Turns what a person typed into an identifier that fits."""

import re
import unicodedata

MAX_LENGTH = 64

_OTHER = re.compile(r"[^a-z0-9]+")


def slug(text: str, *, separator: str) -> str:
    """Return the text in small ASCII letters and digits, at most 64; empty when none is left."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _OTHER.sub(separator, letters).strip(separator)[:MAX_LENGTH].rstrip(separator)
