"""A database that the user already has."""

import os
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from automation.errors import UserError
from automation.local_app.access import Access

_FORM = "mysql://user:password@host:port/name, with ?ssl_ca=file where TLS needs an authority"


def parse(url: str) -> Access:
    """What the URL says; raises `UserError` without telling the password."""
    try:
        parts = urlsplit(url)
        port = parts.port or 3306
    except ValueError:
        raise _refusal(url) from None
    name = parts.path.removeprefix("/")
    if (
        not (parts.scheme in ("mysql", "mariadb") and parts.username and parts.hostname and name)
        or "/" in name
    ):
        raise _refusal(url)
    authority = parse_qs(parts.query).get("ssl_ca", [""])[0]
    if authority and not Path(authority).is_file():
        raise UserError(f"{_given_by(url)}: ssl_ca is {authority}; name a file of certificates")
    return Access(
        host=parts.hostname,
        port=port,
        name=unquote(name),
        user=unquote(parts.username),
        password=unquote(parts.password or ""),
        tls_ca=Path(authority).resolve() if authority else None,
    )


def _refusal(url: str) -> UserError:
    scheme, _, rest = url.partition("://")
    shown = f"{scheme}://...@{rest.rpartition('@')[2]}" if rest else "something else"
    return UserError(f"{_given_by(url)}: received {shown}; give {_FORM}")


def _given_by(url: str) -> str:
    return "DATABASE_URL" if url == os.environ.get("DATABASE_URL") else "--database-url"
