"""The Content-Security-Policy of the pages: which scripts the build put into them, and no other."""

import base64
import hashlib
import re
from pathlib import Path
from typing import Final

from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

_SCRIPT: Final = re.compile(r"<script(?P<attributes>[^>]*)>(?P<code>.*?)</script>", re.DOTALL)

_RULES: Final = (
    "default-src 'none'",
    # Styles only: emotion and the toasts put <style> into the page as they run, Radix places its
    # pop-ups by style attributes, and neither can be known beforehand. A style runs no code.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",  # the websocket of the same address too (CSP 3)
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
)


def page_policy(pages: ASGIApp) -> str:
    """Return the policy for the built pages behind `pages`.

    Reflex's build writes a few scripts into each page: the theme before the first paint, the time
    zone, the state of the router. They are the same at every request, so their hashes allow them
    by what they say; nothing else inline runs, and nothing is evaluated.
    """
    hashes = " ".join(f"'sha256-{each}'" for each in sorted(_inline_scripts(_folder(pages))))
    return "; ".join((*_RULES, f"script-src 'self' {hashes}".rstrip()))


def _folder(pages: ASGIApp) -> Path | None:
    """Return where the built pages are, or None where another server brings them (development)."""
    for route in getattr(pages, "routes", ()):
        if (
            isinstance(route, Mount)
            and route.name == "frontend"
            and isinstance(route.app, StaticFiles)
            and route.app.directory is not None
        ):
            return Path(route.app.directory)
    return None


def _inline_scripts(folder: Path | None) -> frozenset[str]:
    """Return the SHA-256 of each script that stands in a page itself, in Base64."""
    if folder is None:
        return frozenset()
    codes = {
        found["code"]
        for page in folder.rglob("*.html")
        for found in _SCRIPT.finditer(page.read_text(encoding="utf-8"))
        if "src=" not in found["attributes"]
    }
    return frozenset(
        base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() for code in codes
    )
