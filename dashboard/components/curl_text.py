"""A request as a command for a shell."""

import shlex
from collections.abc import Iterable


def curl_text(
    *, method: str, url: str, headers: Iterable[tuple[str, str]], body: str | None
) -> str:
    """Return the cURL command that sends this request, safe to paste whatever the values hold.

    Masked header values stay masked. Braces and brackets in the URL mean themselves.
    """
    lines = [f"curl --globoff --path-as-is -X {shlex.quote(method)} {shlex.quote(url)}"]
    lines += [f"  -H {shlex.quote(f'{name}: {value}')}" for name, value in headers]
    if body:
        lines.append(f"  --data-raw {shlex.quote(body)}")
    return " \\\n".join(lines)
