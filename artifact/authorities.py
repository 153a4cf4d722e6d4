"""Who signs the certificates of the databases.

Release by release in the archive, so that an instance asks nobody for them as it boots.
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
"""

import difflib
from pathlib import Path

from artifact.errors import ArtifactError

FILE = Path(__file__).with_name("rds-ca.pem")


def of(region: str) -> str:
    """The authorities of one region, as PEM; they sign until 2061."""
    known = _by_region()
    if region in known:
        return known[region]
    if region in _of_aws():
        raise ArtifactError(
            f'region: received "{region}", whose database authorities are unknown here: add '
            f"https://truststore.pki.rds.amazonaws.com/{region}/{region}-bundle.pem to "
            f"artifact/{FILE.name} below a line `# {region}`"
        )
    close = difflib.get_close_matches(region, known, n=1)
    meant = f"did you mean {close[0]}?" if close else f"use one of: {', '.join(known)}"
    raise ArtifactError(f'region: received "{region}", which is no region of AWS; {meant}')


def _of_aws() -> list[str]:
    """The regions that botocore knows, which is asked only where something is wrong."""
    from botocore.session import get_session  # noqa: PLC0415

    regions: list[str] = get_session().get_available_regions("rds")
    return regions


def _by_region() -> dict[str, str]:
    sections = FILE.read_text(encoding="utf-8").split("# ")[1:]
    return {name: content for name, _, content in (each.partition("\n") for each in sections)}
