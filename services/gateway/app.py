"""Routes and middlewares together: the gateway's web application."""

from collections.abc import Iterable

from aiohttp import web

from services.gateway import (
    api_bookings,
    api_config,
    api_holds,
    api_logins,
    api_offices,
    api_releases,
    api_requests,
    api_streams,
    middleware,
    pages,
    site,
)
from services.gateway.context import GATEWAY, Gateway
from shared import health

ENDPOINTS = [
    *api_offices.ENDPOINTS,
    *api_releases.ENDPOINTS,
    *api_streams.ENDPOINTS,
    *api_logins.ENDPOINTS,
    *api_holds.ENDPOINTS,
    *api_requests.ENDPOINTS,
    *api_bookings.ENDPOINTS,
    *api_config.ENDPOINTS,
]
LARGEST_BODY = 3 * 1024 * 1024  # a webhook of WhatsApp; our own calls take far less


def checks(gateway: Gateway) -> list[health.Check]:
    """List what a gateway needs to take commands; `/readyz` says which of it is not there."""
    return [
        *health.checks(gateway.broker, gateway.pool),
        gateway.sender.readiness,
        gateway.fair_use.limiter.readiness,
        gateway.admission.readiness,
    ]


def build(gateway: Gateway, more: Iterable[web.RouteDef] = ()) -> web.Application:
    """Make the application; `more` are the channels' routes."""
    app = web.Application(middlewares=middleware.MIDDLEWARES, client_max_size=LARGEST_BODY)
    app[GATEWAY] = gateway
    app.on_response_prepare.append(middleware.dress)
    app.on_shutdown.append(api_streams.end_all)
    app.add_routes([endpoint.route() for endpoint in ENDPOINTS])
    built = site.find(gateway.config.web_root)
    app.add_routes(pages.routes(ENDPOINTS, has_site=built is not None))
    if built is not None:
        app[site.SITE] = built
        app.add_routes(built.routes())
    app.add_routes(health.routes(checks(gateway)))
    app.add_routes(more)
    return app
