"""A certificate authority that lives as long as one emulator.

moto ships the private key of its own authority with every copy, so whoever trusts that one while
Terraform downloads a provider can be deceived by anybody; this one's key never leaves the process.
"""

import datetime
import ipaddress
import ssl
import tempfile
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_LIFETIME = datetime.timedelta(days=7)
# A clock that was set back a little must not make a new certificate invalid.
_LEEWAY = datetime.timedelta(days=1)


class Authority:
    """Signs a certificate for every host that a client asks for."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._host_key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Terrace emulator")])
        builder = self._builder(self._name, self._key.public_key())
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        builder = builder.add_extension(_usage(signs_certificates=True), True)
        self._certificate = builder.sign(self._key, hashes.SHA256())

    @property
    def pem(self) -> str:
        """The certificate that clients have to trust."""
        return self._certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")

    def context(self, host: str) -> ssl.SSLContext:
        """What a server needs to be the host; hosts of one domain share it."""
        return _context(self, "*." + host.partition(".")[2] if host.count(".") > 1 else host)

    def _builder(self, name: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return (
            x509.CertificateBuilder(
                issuer_name=self._name,
                subject_name=name,
                public_key=key,
                serial_number=x509.random_serial_number(),
                not_valid_before=now - _LEEWAY,
                not_valid_after=now + _LIFETIME,
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), False)
            .add_extension(signer, False)
        )

    def sign(self, host: str) -> str:
        """A certificate and its private key, as PEM."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:64])])
        builder = self._builder(name, self._host_key.public_key())
        builder = builder.add_extension(x509.SubjectAlternativeName([_subject(host)]), False)
        builder = builder.add_extension(_usage(signs_certificates=False), True)
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        certificate = builder.add_extension(purpose, False).sign(self._key, hashes.SHA256())
        key = self._host_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return (certificate.public_bytes(serialization.Encoding.PEM) + key).decode("ascii")


@cache
def _context(authority: Authority, host: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # Python reads a server's certificate from files only.
    with tempfile.TemporaryDirectory(prefix="terrace-") as folder:
        file = Path(folder, "host.pem")
        file.write_text(authority.sign(host), encoding="ascii")
        context.load_cert_chain(file)
    return context


def _subject(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
