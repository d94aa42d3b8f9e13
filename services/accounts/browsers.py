"""What a browser says of itself, as people call it."""

from typing import Final

# (what the browser's text names, what people call it); the first that fits counts.
_BROWSERS: Final = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def browser_name(browser: str) -> str:
    """Return a short name for a User-Agent, such as `Firefox on Linux`."""
    kind = next((name for mark, name in _BROWSERS if mark in browser), "A browser")
    system = next((name for mark, name in _SYSTEMS if mark in browser), "")
    return f"{kind} on {system}" if system else kind
