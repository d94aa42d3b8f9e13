"""Where `{sig}` stands in a frozen request: kept beside its texts, never in them.

URL and body are frozen with nothing at the signature's place, and the place as a number of
characters. A mark inside the text could be forged: any mark that we may store, a lead's value may
contain. A number cannot, and the text that is kept is at once the text that is signed.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

URL: Final = "url"
BODY: Final = "body"

SigPlaces = Mapping[str, Sequence[int]]
"""For `url` and `body` the places, in characters, in order; what has none is left out."""

# What stands in a frozen policy under this name, and in a header among its parts.
POLICY_KEY: Final = "sig"
HEADER_PART: Final[Mapping[str, str]] = {"macro": "sig"}

# What people see in the place of a signature that is not made yet.
SHOWN: Final = "{sig}"


def sig_places(policy: Mapping[str, Any] | None) -> SigPlaces | None:
    """Return the places in a delivery's frozen policy, `None` when nothing asks for a signature."""
    return policy.get(POLICY_KEY) if policy else None


def insert_sig(text: str, places: SigPlaces | None, where: str, *, sig: str) -> str:
    """Return the text of `where` (`url` or `body`) with the signature at each of its places."""
    at = places.get(where) if places else None
    if not at:
        return text
    return sig.join(text[start:end] for start, end in pairwise([0, *at, len(text)]))
