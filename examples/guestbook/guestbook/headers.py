"""Headers that every answer has."""

from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from guestbook.assets import PATH
from guestbook.health import Health

_COMMON = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": browsers would then hide where a form comes from, from us as well.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# Every page has a form of its own, and may be out of date at once.
_DYNAMIC = (b"cache-control", b"no-store")
# The names of static files tell their content.
_STATIC = (b"cache-control", b"public, max-age=31536000, immutable")
_CLOSE = (b"connection", b"close")


class Headers:
    """Adds what keeps browsers from doing harm, and closes connections before the process ends."""

    def __init__(self, app: ASGIApp, *, assets_base_url: str, health: Health) -> None:
        self._app = app
        self._health = health
        common = {**_COMMON, "Content-Security-Policy": policy(assets_base_url)}
        self._common = [(name.lower().encode(), value.encode()) for name, value in common.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on but the start of an answer, which gets the headers."""
        static = scope.get("path", "").startswith(f"{PATH}/")

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                caching = _STATIC if static and message["status"] < 400 else _DYNAMIC
                closing = [_CLOSE] if self._health.ending else []
                message["headers"] = [*message["headers"], *self._common, caching, *closing]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def policy(assets_base_url: str) -> str:
    """A content security policy: no scripts at all, and assets from where they are."""
    url = urlsplit(assets_base_url)
    sources = f"'self' {url.scheme}://{url.netloc}" if url.netloc else "'self'"
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'none'",
            f"style-src {sources}",
            f"img-src {sources}",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
