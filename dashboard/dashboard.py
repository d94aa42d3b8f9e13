"""The composition root: imports the pages and joins dashboard, HTTP side and runtime. No logic."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import reflex as rx

from dashboard import feedback, live, session, theme
from dashboard.api.app import create_api
from dashboard.pages.setup import page as setup
from dashboard.pages.sign_in import page as sign_in
from services import runtime
from services.settings import get_settings


@asynccontextmanager
async def _running() -> AsyncIterator[None]:
    await runtime.start(get_settings())
    live.Feed.watcher = runtime.watcher()
    try:
        yield
    finally:
        live.Feed.watcher = None
        await runtime.stop()


app = rx.App(
    api_transformer=create_api(),
    html_lang=theme.HTML_LANG,
    stylesheets=theme.STYLESHEETS,
    head_components=[*theme.head_components(), session.time_zone_script()],
    toaster=theme.toaster(),
    backend_exception_handler=feedback.unexpected,
)
app.add_middleware(session.SessionGate())
app.register_lifespan_task(_running)

for page in (setup, sign_in):
    page.register(app)
