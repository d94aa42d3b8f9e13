"""Writes a request as a cURL command that a shell takes as it is."""

import shlex
from collections.abc import Iterable


def curl_command(method: str, url: str, headers: Iterable[tuple[str, str]], body: str) -> str:
    """Return the command for a request; quoting is a POSIX shell's."""
    # --globoff: braces and brackets of a URL are no patterns of ours.
    parts = [f"curl --globoff -X {method} {shlex.quote(url)}"]
    parts += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in headers]
    if body:
        parts.append(f"--data-raw {shlex.quote(body)}")
    return " \\\n  ".join(parts)
