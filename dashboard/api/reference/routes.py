"""`/docs`, its style and its scripts, each read once."""

import functools
from pathlib import Path
from typing import Final

from fastapi import APIRouter, FastAPI, Request, Response

from dashboard.api.problem import NoSuchPath
from dashboard.api.reference.page import page_of

router = APIRouter(include_in_schema=False)

_HERE: Final = Path(__file__).parent
# The tokens of the dashboard, so that both look the same in light and dark.
_ASSETS: Final = Path(__file__).parents[3] / "assets"
_TOKENS: Final = _ASSETS / "style.css"
_SCRIPTS: Final = {
    "theme": _HERE / "theme.js",
    "script": _HERE / "reference.js",
    "call": _ASSETS / "elements" / "call.js",
}
_HEADERS: Final = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}


@router.get("/docs")
async def show_reference(request: Request) -> Response:
    """Show the description of the API as a page."""
    return Response(_page(request.app), headers=_HEADERS, media_type="text/html")


@router.get("/docs/style.css")
async def style() -> Response:
    """Return how the page looks."""
    return Response(
        _text(_TOKENS, _HERE / "reference.css"), headers=_HEADERS, media_type="text/css"
    )


@router.get("/docs/{name}.js")
async def script(name: str) -> Response:
    """Return what the page does."""
    if name not in _SCRIPTS:
        raise NoSuchPath("There is nothing at this address.")
    return Response(_text(_SCRIPTS[name]), headers=_HEADERS, media_type="text/javascript")


@functools.lru_cache(maxsize=1)
def _page(api: FastAPI) -> str:
    return page_of(api.openapi())


@functools.cache
def _text(*paths: Path) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in paths)
