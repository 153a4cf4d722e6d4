"""A certificate authority that lives as long as one emulator.

moto ships the private key of its own authority with every copy, so whoever trusts that one while
Terraform downloads a provider can be deceived by anybody; this one's key never leaves the process.
"""

import datetime
import ssl
from functools import cache

import trustme

_LIFETIME = datetime.timedelta(days=7)


class Authority:
    """Signs a certificate for every host that a client asks for."""

    def __init__(self) -> None:
        self._authority = trustme.CA(organization_name="Terrace emulator", path_length=0)

    @property
    def pem(self) -> str:
        """The certificate that clients have to trust."""
        return self._authority.cert_pem.bytes().decode("ascii")

    def context(self, host: str) -> ssl.SSLContext:
        """What a server needs to be the host; hosts of one domain share it."""
        return _context(self, "*." + host.partition(".")[2] if host.count(".") > 1 else host)

    def issue(self, host: str) -> trustme.LeafCert:
        """A certificate with its private key."""
        # A common name has 64 characters at most: hosts are named by the alternative names alone.
        expiry = datetime.datetime.now(datetime.UTC) + _LIFETIME
        return self._authority.issue_cert(host, not_after=expiry)

    def sign(self, host: str) -> str:
        """A certificate and its private key, as PEM."""
        issued = self.issue(host)
        (certificate,) = issued.cert_chain_pems
        return (certificate.bytes() + issued.private_key_pem.bytes()).decode("ascii")


@cache
def _context(authority: Authority, host: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue(host).configure_cert(context)
    return context
