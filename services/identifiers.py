"""Public ids: a prefix that names the kind, then a time-ordered random part.

The text after the prefix is 10 characters of milliseconds and 14 of randomness in Crockford's
base 32 (the ordering idea of ULID, https://github.com/ulid/spec), so that ids made later sort
later and a key page never needs a second column.
"""

import re
import secrets
import time
from datetime import datetime

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_ID = re.compile(r"[a-z0-9_]{1,40}", re.ASCII)
_PAIRS = [a + b for a in _ALPHABET for b in _ALPHABET]


def new_id(prefix: str) -> str:
    """Return a new id such as `evt_01kb…`, unique without asking the database."""
    return _id(prefix, (time.time_ns() // 1_000_000 << 70) | secrets.randbits(70))


def first_id(prefix: str, moment: datetime) -> str:
    """Return what sorts before every id made at this moment or later, and after all before it."""
    return _id(prefix, int(moment.timestamp() * 1_000) << 70)


def _id(prefix: str, number: int) -> str:
    pairs = []
    for _ in range(12):
        pairs.append(_PAIRS[number & 1023])
        number >>= 10
    pairs.reverse()
    return prefix + "_" + "".join(pairs)


def is_id(text: str) -> bool:
    """Tell whether a text from outside has the form of an id.

    PostgreSQL refuses to compare with some of those that have not, NUL among them.
    """
    return _ID.fullmatch(text) is not None
