"""Puts the application together."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from guestbook import assets
from guestbook.assets import Assets
from guestbook.credentials import Credentials, SecretsManager
from guestbook.database import Database, UnavailableError
from guestbook.environment import Environment
from guestbook.headers import Headers
from guestbook.health import Health
from guestbook.messages import Messages
from guestbook.observed import Observed
from guestbook.pages import Pages
from guestbook.telemetry import Telemetry

log = logging.getLogger(__name__)

_BUSY = "The guest book cannot be reached just now. Nothing is lost; please try again shortly."
# Bytes below which compressing an answer gains nothing.
_SMALLEST = 500
_FAILED = "Something went wrong on our side. It has been noted."


def create(environment: Environment) -> tuple[ASGIApp, Health]:
    """The application, and the switch that says whether it wants more requests."""
    secret = SecretsManager(secret_arn=environment.secret_arn, region=environment.region)
    database = Database(environment.database, Credentials(secret))
    health = Health(database)
    pages = Pages(
        Messages(database), Assets(environment.assets_base_url), version=environment.version
    )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        telemetry = Telemetry()
        yield
        await database.close()
        telemetry.close()

    starlette = Starlette(
        routes=_routes(pages, health, own_assets=not environment.assets_base_url),
        exception_handlers={
            HTTPException: lambda _, fault: _refusal(pages, fault),
            UnavailableError: lambda _, fault: _unavailable(pages, fault),
            Exception: lambda *_: pages.fault(500, _FAILED),
        },
        lifespan=lifespan,
    )
    # CloudFront compresses what it caches alone. Nothing on a page is secret, so that its length
    # tells nobody anything: https://www.breachattack.com
    compressed = GZipMiddleware(starlette, minimum_size=_SMALLEST)
    headers = Headers(compressed, assets_base_url=environment.assets_base_url, health=health)
    return Observed(headers), health


def _routes(pages: Pages, health: Health, *, own_assets: bool) -> list[BaseRoute]:
    routes: list[BaseRoute] = [
        Route("/", pages.show),
        Route("/", pages.sign, methods=["POST"]),
        Route("/healthz", _alive),
        Route("/readyz", health.ready),
    ]
    if own_assets:
        routes.append(Mount(assets.PATH, StaticFiles(directory=assets.FOLDER)))
    return routes


async def _alive(_: Request) -> Response:
    return PlainTextResponse("alive\n")


def _refusal(pages: Pages, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)  # noqa: S101
    response = pages.fault(fault.status_code, fault.detail)
    response.headers.update(fault.headers or {})
    return response


def _unavailable(pages: Pages, fault: Exception) -> Response:
    log.error("database unavailable: %s", fault)
    response = pages.fault(503, _BUSY)
    response.headers["Retry-After"] = "10"
    return response
