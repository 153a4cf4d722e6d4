"""What proves to the load balancer that a request came through our own distribution."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.data_aws_secretsmanager_secret_version import (
    DataAwsSecretsmanagerSecretVersion,
)
from constructs import Construct

from config.application import ORIGIN_HEADER, ORIGIN_SECRETS
from config.naming import Naming
from modules.generated_secret import GeneratedSecret, read_only_by

LENGTH = 48


@dataclass(frozen=True, kw_only=True)
class OriginValue:
    """A value by where it is stored: other stacks are told that, and read it as they plan."""

    id: str
    secret_arn: str
    version_id: str

    def read(self, scope: Construct) -> str:
        """A reference to the sensitive value, for the stack of `scope` alone."""
        stored = DataAwsSecretsmanagerSecretVersion(
            scope, f"stored-{self.id}", secret_id=self.secret_arn, version_id=self.version_id
        )
        return stored.secret_string


class OriginSecret(Construct):
    """A header that CloudFront sends and that the load balancer asks for.

    There are three values: the one that is sent, the one before it and the next one. The load
    balancer accepts them all, and raising `version` by one sends the next one and rewrites the one
    before. So neither has to be changed before the other: what CloudFront sends was accepted before
    it was sent, and is accepted until it has left every edge.
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/restrict-access-to-load-balancer.html
    """

    header_name = ORIGIN_HEADER

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
        values = {each: self._value(each) for each in (version - 1, version, version + 1)}
        self.sent: OriginValue = values[version]
        self.accepted: Sequence[OriginValue] = sorted(values.values(), key=lambda each: each.id)

    def _value(self, version: int) -> OriginValue:
        """Each third version has the same secret, which counts its own versions from 1."""
        written, turn = divmod(version, len(ORIGIN_SECRETS))
        id_ = ORIGIN_SECRETS[turn]
        secret = GeneratedSecret(
            self,
            id_,
            name=self._naming.name(id_),
            description=f"Sent by CloudFront to the load balancer in {self.header_name}",
            kms_key_arn=self._kms_key_arn,
            length=LENGTH,
            version=written + 1,
            recoverable=self._recoverable,
            # Who plans and deploys has to know it; instances never do.
            policy=read_only_by(self._naming, self._readers, roles=("plan", "deploy")),
        )
        return OriginValue(id=id_, secret_arn=secret.arn, version_id=secret.version_id)
