"""The built pages speak to whoever served them, at whatever host and port that was."""

import re
from typing import Any

from reflex.plugins import Plugin

# Vite writes each address of env.json as a string, in whichever quotes are the shortest.
_ADDRESS = re.compile(r"""(["'`])(http|ws)://[^/"'`]+(/[^"'`]*)\1""")
_ENDPOINTS = "assets/reflex-env-*.js"


class SameOrigin(Plugin):
    """Takes host and port of the machine that built the pages out of them.

    Reflex puts both into the pages when it builds them and mends the host alone: behind a proxy or
    a forwarded port that listens elsewhere, pages would open and never come alive.
    """

    def post_build(self, **context: Any) -> None:
        """Replace the addresses in what was built; raises RuntimeError where none is found."""
        found = 0
        for path in context["static_dir"].glob(_ENDPOINTS):
            text, count = _ADDRESS.subn(_own, path.read_text(encoding="utf-8"))
            path.write_text(text, encoding="utf-8")
            found += count
        if not found:
            raise RuntimeError(f"no address of the server in {_ENDPOINTS}")


def _own(match: re.Match[str]) -> str:
    scheme = {"http": "${location.protocol}", "ws": '${location.protocol.replace("http","ws")}'}
    return f"`{scheme[match[2]]}//${{location.host}}{match[3]}`"
