"""What proves to the load balancer that a request came through our own distribution."""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.data_aws_secretsmanager_secret_version import (
    DataAwsSecretsmanagerSecretVersion,
)
from constructs import Construct

from config.naming import Naming
from modules.generated_secret import GeneratedSecret, read_only_by

LENGTH = 48


class OriginSecret(Construct):
    """A header that CloudFront sends and that the load balancer asks for.

    There are two secrets, and a new `version` rewrites the older one. The load balancer accepts
    both, so that the distribution's old value is good until the new one has reached every edge;
    raise `version` once more to shut the old value out.
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/restrict-access-to-load-balancer.html
    """

    header_name = "X-Origin-Verify"

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        kms_key_arn: str,
        readers: Sequence[str],
        version: int = 1,
        recoverable: bool = True,
    ) -> None:
        super().__init__(scope, id_)
        self._naming = naming
        self._kms_key_arn = kms_key_arn
        self._readers = readers
        self._recoverable = recoverable
        # Odd versions are kept in one secret and even ones in the other, each with a count of its
        # own from 1, so that raising `version` by one rewrites one secret and leaves the other.
        odd = self._secret("odd", (version + 1) // 2)
        even = self._secret("even", version // 2 + 1)
        current = odd if version % 2 else even
        self.secret_arn: str = current.arn
        self.version_id: str = current.version_id
        # References to sensitive values: for the load balancer's rule in this stack alone.
        self.accepted_values = [self._read("odd", odd), self._read("even", even)]

    def _secret(self, parity: str, version: int) -> GeneratedSecret:
        return GeneratedSecret(
            self,
            f"origin-{parity}",
            name=self._naming.name(f"origin-{parity}"),
            description=f"Sent by CloudFront to the load balancer in {self.header_name}",
            kms_key_arn=self._kms_key_arn,
            length=LENGTH,
            version=version,
            recoverable=self._recoverable,
            # Who plans and deploys has to know it; instances never do.
            policy=read_only_by(self._naming, self._readers, roles=("plan", "deploy")),
        )

    def _read(self, parity: str, secret: GeneratedSecret) -> str:
        stored = DataAwsSecretsmanagerSecretVersion(
            self, f"stored-{parity}", secret_id=secret.arn, version_id=secret.version_id
        )
        return stored.secret_string
