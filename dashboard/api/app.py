"""Assembles the HTTP side: every resource, the one shape of errors, and nothing else."""

import functools
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp

from dashboard.api import (
    affiliates,
    audit,
    browser_files,
    bulk_replays,
    bulk_resends,
    campaign_events,
    campaigns,
    conversion_status,
    custom_fields,
    deliveries,
    echo,
    event_export,
    event_lists,
    event_types,
    events,
    import_files,
    imports,
    incoming,
    incoming_urls,
    keys,
    leads,
    notices,
    operations,
    postback_signing,
    postbacks,
    problem,
    reports,
    sign_in,
    submissions,
)
from dashboard.api.description import describe
from dashboard.api.problem import NoSuchPath, WrongMethod
from dashboard.api.protection import Protection
from dashboard.api.reference import routes as reference
from dashboard.api.routing import BASE
from dashboard.api.straight import Straight

# The order in which a path is looked up: what comes most often stands first.
_ROUTERS = (
    events.router,
    event_export.router,
    incoming.router,
    echo.receiving,
    leads.router,
    conversion_status.router,
    event_types.router,
    campaign_events.router,
    custom_fields.router,
    event_lists.router,
    incoming_urls.router,
    postbacks.router,
    postback_signing.router,
    campaigns.router,
    affiliates.router,
    bulk_resends.router,
    deliveries.router,
    bulk_replays.router,
    submissions.router,
    notices.router,
    audit.export,
    audit.router,
    import_files.router,
    imports.router,
    reports.router,
    keys.router,
    echo.router,
    operations.router,
    reference.router,
    sign_in.router,
    browser_files.router,
)
# Answered before any look-up, see `straight`; they are among the routes for their description.
_HOT: Final = {
    ("POST", f"{BASE}/events"): events.record_event,
    ("POST", f"{BASE}/events/batch"): events.record_batch,
}
# A route without a list of methods answers them all, those too that nobody has heard of.
_ANY_METHOD: Final = ()
_OURS = (
    *("/api", "/api/{rest:path}"),
    *("/in", "/in/{rest:path}"),
    *("/echo", "/echo/{rest:path}"),
    *("/healthz", "/readyz"),
    *("/docs", "/docs/{rest:path}"),
)
_CLOSED = ("/_upload", "/_upload/{rest:path}", "/_health", "/_all_routes")


def create_api() -> FastAPI:
    """Return the application that answers programs."""
    routes: list[BaseRoute] = [route for router in _ROUTERS for route in router.routes]
    answered = [route for route in routes if isinstance(route, APIRoute)]

    async def nothing_here(request: Request) -> Response:
        fitting = [route for route in answered if route.matches(request.scope)[0] is not Match.NONE]
        # `/postbacks/test` fits `/postbacks/{postback_id}` too, but no postback is called so.
        fewest = min((len(route.param_convertors) for route in fitting), default=0)
        allowed = {
            method
            for route in fitting
            if len(route.param_convertors) == fewest
            for method in route.methods
        }
        if allowed:
            raise WrongMethod(f"{request.method} is not possible here.", allowed=sorted(allowed))
        raise NoSuchPath("There is nothing at this address.")

    # Without them Reflex would answer with a page: 200 for GET, a bare text for the rest.
    routes += [Route(path, nothing_here, methods=_ANY_METHOD) for path in _OURS]
    api = FastAPI(
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
        routes=routes,
    )
    # Behind FastAPI's own, which answers GET.
    api.routes.append(Route("/openapi.json", nothing_here, methods=_ANY_METHOD))
    problem.install(api)
    api.openapi = functools.cache(lambda: describe(api))  # type: ignore[method-assign]
    api.add_middleware(Straight, endpoints=_HOT, incoming=incoming.receive_event)
    return api


def before_pages(pages: ASGIApp) -> ASGIApp:
    """Return the HTTP side with the pages behind it, for `rx.App(api_transformer=…)`.

    A function: an application given there gets the CORS headers that Reflex puts around
    everything a second time.
    """
    api = create_api()
    # What Reflex offers at its own addresses and no page of ours uses: uploads that anybody could
    # make and read, and a probe that tells of the inside.
    api.routes.extend(Route(path, _closed, methods=_ANY_METHOD) for path in _CLOSED)
    api.mount("", pages)
    return Protection(api, pages=pages)


async def _closed(_request: Request) -> Response:
    raise NoSuchPath("There is nothing at this address.")
