"""What a person may write as headers and content type of a postback: pure."""

import re
from collections.abc import Mapping

from services.outgoing_headers import check_headers

# Rendering writes it from the field `content_type`, which also decides how macros are encoded.
_OWN_FIELD = "content-type"
_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PARAMETER = rf'[ \t]*;[ \t]*{_WORD}=({_WORD}|"[^"\\\r\n]*")'
_CONTENT_TYPE = re.compile(rf"{_WORD}/{_WORD}({_PARAMETER})*")  # RFC 9110 §8.3.1


def header_problems(headers: Mapping[str, str]) -> dict[str, str]:
    """Return a sentence for every header that cannot be saved, by `headers.<Name>`.

    What concerns all of them together stands under `headers`.
    """
    problems = {
        f"headers.{name}" if name else "headers": sentence
        for name, sentence in check_headers(headers.items()).items()
    }
    for name in headers:
        if name.lower() == _OWN_FIELD:
            problems[f"headers.{name}"] = "Write the content type in its own field, content_type."
    return problems


def is_content_type(text: str) -> bool:
    """Tell whether the text is a media type such as `application/json; charset=utf-8`."""
    return text.isascii() and _CONTENT_TYPE.fullmatch(text) is not None
