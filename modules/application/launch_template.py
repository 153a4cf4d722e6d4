"""What an instance is made of."""

from collections.abc import Mapping, Sequence
from typing import Literal

from cdktf import Fn, Token
from cdktf_cdktf_provider_aws.data_aws_ssm_parameter import DataAwsSsmParameter
from cdktf_cdktf_provider_aws.launch_template import (
    LaunchTemplate as AwsLaunchTemplate,
)
from cdktf_cdktf_provider_aws.launch_template import (
    LaunchTemplateBlockDeviceMappings,
    LaunchTemplateBlockDeviceMappingsEbs,
    LaunchTemplateIamInstanceProfile,
    LaunchTemplateMetadataOptions,
    LaunchTemplateMonitoring,
    LaunchTemplateNetworkInterfaces,
    LaunchTemplateTagSpecifications,
)
from constructs import Construct

from config.naming import Naming
from modules.literal import literal

# https://docs.aws.amazon.com/linux/al2023/ug/ec2.html
_AMI = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-"
_ROOT_DEVICE = "/dev/xvda"


class LaunchTemplate(Construct):
    """An Amazon Linux 2023 instance without public address or SSH key, its volume encrypted.

    `tags` go to the instance, its volume and its network interface, which the provider's default
    tags do not reach.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        tags: Mapping[str, str],
        architecture: Literal["arm64", "x86_64"],
        # An id, or else the latest for the architecture.
        image: str = "latest",
        instance_type: str,
        instance_profile_arn: str,
        security_group_id: str,
        root_volume_gib: int,
        kms_key_arn: str,
        user_data: str,
        version_description: str,
    ) -> None:
        super().__init__(scope, id_)
        template = AwsLaunchTemplate(
            self,
            "launch-template",
            name=naming.name("application"),
            description=version_description,
            update_default_version=True,
            image_id=self._latest(architecture) if image == "latest" else image,
            instance_type=instance_type,
            iam_instance_profile=LaunchTemplateIamInstanceProfile(arn=instance_profile_arn),
            instance_initiated_shutdown_behavior="terminate",
            monitoring=LaunchTemplateMonitoring(enabled=True),
            metadata_options=_session_tokens_only(),
            network_interfaces=[_private_interface(security_group_id)],
            block_device_mappings=[_encrypted_root(root_volume_gib, kms_key_arn)],
            user_data=Fn.base64gzip(literal(user_data)),
            tag_specifications=_tag_specifications(tags),
        )
        self.id: str = template.id
        # A number, never `$Latest`: a group that names that one never sees a change.
        self.version: str = Token.as_string(template.latest_version)

    def _latest(self, architecture: str) -> str:
        """Looked up as Terraform plans, so that a new image shows in the plan."""
        found = DataAwsSsmParameter(self, "image", name=f"{_AMI}{architecture}")
        return found.insecure_value


def _session_tokens_only() -> LaunchTemplateMetadataOptions:
    """IMDSv2, out of reach of containers and proxies on the instance.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
    """
    return LaunchTemplateMetadataOptions(
        http_endpoint="enabled",
        http_tokens="required",
        http_put_response_hop_limit=1,
        instance_metadata_tags="disabled",
    )


def _private_interface(security_group_id: str) -> LaunchTemplateNetworkInterfaces:
    return LaunchTemplateNetworkInterfaces(
        device_index=0,
        associate_public_ip_address="false",
        delete_on_termination="true",
        security_groups=[security_group_id],
    )


def _encrypted_root(size_gib: int, kms_key_arn: str) -> LaunchTemplateBlockDeviceMappings:
    return LaunchTemplateBlockDeviceMappings(
        device_name=_ROOT_DEVICE,
        ebs=LaunchTemplateBlockDeviceMappingsEbs(
            volume_type="gp3",
            volume_size=size_gib,
            encrypted="true",
            kms_key_id=kms_key_arn,
            delete_on_termination="true",
        ),
    )


def _tag_specifications(tags: Mapping[str, str]) -> Sequence[LaunchTemplateTagSpecifications]:
    return [
        LaunchTemplateTagSpecifications(resource_type=each, tags=dict(tags))
        for each in ("instance", "volume", "network-interface")
    ]
