"""Refuses what another site makes a visitor's browser send."""

from collections.abc import Mapping


def comes_from_this_site(headers: Mapping[str, str]) -> bool:
    """Whether a request that changes something was made by one of our own pages.

    Browsers tell in headers that pages cannot forge. So there is no token to keep, no cookie and no
    secret. A request with neither header comes from no current browser, and is refused, too.
    https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    # Browsers leave it out where a page came over plain HTTP, unless from this machine.
    host = headers.get("host")
    return bool(host) and headers.get("origin") in (f"https://{host}", f"http://{host}")
