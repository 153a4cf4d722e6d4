"""The least that the sample application's framework and server can do: a constant page."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

# As long as the guest book's first page.
_PAGE = "<!doctype html>" + "x" * 8000


async def _page(_: Request) -> HTMLResponse:
    return HTMLResponse(_PAGE)


app = Starlette(routes=[Route("/", _page)])
