"""The published releases of the application in the artifacts bucket."""

from pathlib import Path

from cdktf import (
    AssetType,
    Fn,
    ITerraformDependable,
    Postcondition,
    TerraformAsset,
    TerraformResourceLifecycle,
    TerraformStack,
)
from cdktf_cdktf_provider_aws.data_aws_s3_objects import DataAwsS3Objects
from cdktf_cdktf_provider_aws.s3_object import (
    S3Object,
    S3ObjectOverrideProvider,
    S3ObjectOverrideProviderDefaultTags,
)
from constructs import Construct

FOLDER = "releases/"
# More than a team publishes in the life of a platform: what is not listed would be deleted.
_MOST = 100_000


class Releases(Construct):
    """Uploads a release under its hash, and keeps those before it.

    Terraform deletes the old object when the key of a resource changes, and instances of the
    release before would find nothing to boot from. So there is one resource for each object that
    the bucket has, besides the new one: a plan shows that one alone (docs/adr/0008). Without `file`
    the release has to be there.
    """

    def __init__(
        self, scope: Construct, id_: str, *, bucket: str, sha256: str, file: Path | None
    ) -> None:
        super().__init__(scope, id_)
        key = f"{FOLDER}{sha256}.tar.gz"
        # A name, not a secret, whichever stack it comes from.
        self._bucket = Fn.nonsensitive(bucket)
        found = DataAwsS3Objects(
            self,
            "published",
            bucket=self._bucket,
            prefix=FOLDER,
            max_keys=_MOST,
            lifecycle=None if file else _has(key),
        )
        new = [key] if file else []
        self._objects = S3Object(
            self,
            "release",
            bucket=bucket,
            key="${each.key}",
            source=self._asset(sha256, file) if file else None,
            content_type="application/gzip",
            # An object has room for ten tags, and nobody looks for releases by theirs.
            override_provider=S3ObjectOverrideProvider(
                default_tags=S3ObjectOverrideProviderDefaultTags(tags={})
            ),
            lifecycle=TerraformResourceLifecycle(ignore_changes="all"),
        )
        keys = Fn.toset(Fn.concat([found.keys, new]))
        self._objects.add_override("for_each", keys)
        self._adopt(found)

    @property
    def resource(self) -> ITerraformDependable:
        """What instances wait for."""
        return self._objects

    def _asset(self, sha256: str, file: Path) -> str:
        """The path of a copy beside the synthesized stack, the same on every machine."""
        asset = TerraformAsset(
            self, "archive", path=str(file), type=AssetType.FILE, asset_hash=sha256
        )
        return asset.path

    def _adopt(self, found: DataAwsS3Objects) -> None:
        """Take over what somebody else published, or what a lost state no longer knows."""
        address = f"aws_s3_object.{self._objects.friendly_unique_id}[each.key]"
        adopted = {
            "for_each": Fn.toset(found.keys),
            "to": address,
            "id": f"{self._bucket}/${{each.key}}",
        }
        TerraformStack.of(self).add_override("import", [adopted])


def _has(key: str) -> TerraformResourceLifecycle:
    there = Postcondition(
        condition=f'${{contains(self.keys, "{key}")}}',
        error_message=f"{key} is not in the artifacts bucket: give APP_RELEASE the SHA-256 of a "
        "published release",
    )
    return TerraformResourceLifecycle(postcondition=[there])
