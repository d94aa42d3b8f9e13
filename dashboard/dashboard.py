"""The composition root: imports the pages and joins dashboard, HTTP side and runtime. No logic."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import reflex as rx

from dashboard import attention, feedback, layout, live, session, theme
from dashboard.api.app import before_pages
from dashboard.pages.account import page as account
from dashboard.pages.affiliate import page as affiliate
from dashboard.pages.affiliates import page as affiliates
from dashboard.pages.alerts import page as alerts
from dashboard.pages.api_keys import page as api_keys
from dashboard.pages.audit import page as audit
from dashboard.pages.campaign import page as campaign
from dashboard.pages.campaigns import page as campaigns
from dashboard.pages.deliveries import page as deliveries
from dashboard.pages.event import page as event
from dashboard.pages.event_list import page as event_list
from dashboard.pages.event_lists import page as event_lists
from dashboard.pages.events import page as events
from dashboard.pages.forgotten_password import page as forgotten_password
from dashboard.pages.import_record import page as import_record
from dashboard.pages.imports import page as imports
from dashboard.pages.incoming import page as incoming
from dashboard.pages.incoming_call import page as incoming_call
from dashboard.pages.incoming_calls import page as incoming_calls
from dashboard.pages.lead import page as lead
from dashboard.pages.leads import page as leads
from dashboard.pages.log_entry import page as log_entry
from dashboard.pages.logs import page as logs
from dashboard.pages.overview import page as overview
from dashboard.pages.postback import page as postback
from dashboard.pages.reports import page as reports
from dashboard.pages.setup import page as setup
from dashboard.pages.sign_in import page as sign_in
from dashboard.pages.test_receiver import page as test_receiver
from dashboard.pages.users import page as users
from dashboard.pages.welcome import page as welcome
from services import runtime
from services.settings import get_settings


@asynccontextmanager
async def _running() -> AsyncIterator[None]:
    await runtime.start(get_settings())
    live.Feed.watcher = runtime.watcher()
    live.Feed.is_connected = _is_connected
    try:
        yield
    finally:
        live.Feed.watcher = None
        await runtime.stop()


def _is_connected(connection: str) -> bool:
    events = app.event_namespace
    return events is not None and connection in events.sid_to_token


app = rx.App(
    api_transformer=before_pages,
    html_lang=theme.HTML_LANG,
    stylesheets=theme.STYLESHEETS,
    head_components=[*theme.head_components(), session.time_zone_script()],
    toaster=theme.toaster(),
    backend_exception_handler=feedback.unexpected,
)
app.add_middleware(session.SessionGate())
app.register_lifespan_task(_running)

layout.Frame.banner = attention.banner

_BEFORE_SIGN_IN = (sign_in, setup, forgotten_password, welcome)
_PAGES = (
    overview,
    leads,
    lead,
    imports,
    import_record,
    campaigns,
    campaign,
    affiliates,
    affiliate,
    logs,
    deliveries,
    incoming_calls,
    incoming_call,
    log_entry,
    events,
    event,
    event_lists,
    event_list,
    postback,
    reports,
    incoming,
    alerts,
    test_receiver,
    api_keys,
    users,
    audit,
    account,
)
for page in _BEFORE_SIGN_IN:
    page.register(app)
for page in _PAGES:
    page.register(attention.followed(app))
app.add_page(layout.not_found, route="404", title=theme.page_title("Page not found"))
