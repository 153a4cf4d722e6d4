"""The environment variables that point a program at the emulator."""

import os
import ssl
from collections.abc import Mapping
from pathlib import Path

# Where Terraform downloads providers, if it has to: nothing else is exempt.
DOWNLOADS = (
    "registry.terraform.io",
    "releases.hashicorp.com",
    "github.com",
    "objects.githubusercontent.com",
    "release-assets.githubusercontent.com",
)
# No secret: any key opens the emulator.
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "rehearsal", "AWS_SECRET_ACCESS_KEY": "rehearsal"}
_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")


def variables(*, url: str, bundle: Path, region: str) -> dict[str, str]:
    """For Terraform, `cdktf`, the AWS CLI and boto3.

    They also turn the user's own AWS configuration off, endpoints included.
    """
    proxies = {**dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY"), url), "NO_PROXY": ",".join(DOWNLOADS)}
    trusted = ("AWS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS")
    return {
        **proxies,
        **{name.lower(): value for name, value in proxies.items()},
        **dict.fromkeys(trusted, str(bundle.resolve())),
        **CREDENTIALS,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        "CHECKPOINT_DISABLE": "1",
    }


def without_aws(environ: Mapping[str, str]) -> dict[str, str]:
    """An environment without what leads to the user's own AWS account, or past the emulator."""
    return {
        name: value
        for name, value in environ.items()
        if not name.startswith("AWS_") and name.upper() not in _PROXIES
    }


def system_roots() -> str:
    """The roots that this machine trusts, for the hosts that are exempt."""
    named = os.environ.get("SSL_CERT_FILE"), ssl.get_default_verify_paths().cafile
    # Python from python.org or pyenv may know of none; Debian, Fedora and macOS have these.
    usual = (
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/cert.pem",
    )
    for file in (*named, *usual):
        if file and Path(file).is_file():
            return Path(file).read_text(encoding="utf-8").rstrip() + "\n"
    return ""
