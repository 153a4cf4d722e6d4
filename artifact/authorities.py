"""Who signs the certificates of the databases.

Release by release in the archive, so that an instance asks nobody for them as it boots.
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
"""

from pathlib import Path

from artifact.errors import ArtifactError

FILE = Path(__file__).with_name("rds-ca.pem")


def of(region: str) -> str:
    """The authorities of one region, as PEM; they sign until 2061."""
    for section in FILE.read_text(encoding="utf-8").split("# ")[1:]:
        name, _, certificates = section.partition("\n")
        if name == region:
            return certificates
    raise ArtifactError(
        f'region: received "{region}", whose database authorities are unknown here: add '
        f"https://truststore.pki.rds.amazonaws.com/{region}/{region}-bundle.pem to "
        f"artifact/{FILE.name} below a line `# {region}`"
    )
