from typing import Literal

import pytest

from config import Naming
from modules.application.launch_template import LaunchTemplate
from tests.synthesized import Resource, Synthesized, synthesize

TAGS = {"Name": "prod-349081-application", "Owner": "platform"}
SCRIPT = '#cloud-config\nruncmd:\n  - ["echo", "ready"]\n'


def launch_template(
    naming: Naming, architecture: Literal["arm64", "x86_64"] = "arm64"
) -> Synthesized:
    return synthesize(
        lambda stack: LaunchTemplate(
            stack,
            "launch-template",
            naming=naming,
            tags=TAGS,
            architecture=architecture,
            instance_type="m7g.large",
            instance_profile_arn="profile",
            security_group_id="sg-app",
            root_volume_gib=20,
            kms_key_arn="data-key",
            user_data=SCRIPT,
            version_description="release 0123456789ab",
        )
    )


@pytest.fixture
def template(naming: Naming) -> Resource:
    return launch_template(naming).only("aws_launch_template")


@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
def test_the_image_is_looked_up_for_the_architecture_where_plans_show_it(
    naming: Naming, architecture: Literal["arm64", "x86_64"]
) -> None:
    stack = launch_template(naming, architecture)
    (image,) = stack.parsed["data"]["aws_ssm_parameter"].values()
    path = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-"
    assert image["name"] == f"{path}{architecture}"
    assert stack.only("aws_launch_template")["image_id"].endswith(".insecure_value}")


def test_metadata_takes_session_tokens_from_the_instance_itself_alone(template: Resource) -> None:
    assert template["metadata_options"] == {
        "http_endpoint": "enabled",
        "http_tokens": "required",
        "http_put_response_hop_limit": 1,
        "instance_metadata_tags": "disabled",
    }


def test_the_root_volume_is_encrypted(template: Resource) -> None:
    (root,) = template["block_device_mappings"]
    assert root["ebs"] == {
        "volume_type": "gp3",
        "volume_size": 20,
        "encrypted": "true",
        "kms_key_id": "data-key",
        "delete_on_termination": "true",
    }


def test_nobody_reaches_the_instance_from_outside(template: Resource) -> None:
    (interface,) = template["network_interfaces"]
    assert interface["associate_public_ip_address"] == "false"
    assert interface["security_groups"] == ["sg-app"]
    assert "key_name" not in template


def test_instance_volume_and_interface_carry_all_tags(template: Resource) -> None:
    tagged = {each["resource_type"]: each["tags"] for each in template["tag_specifications"]}
    assert tagged == dict.fromkeys(("instance", "volume", "network-interface"), TAGS)


def test_user_data_is_readable_in_the_synthesized_file(template: Resource) -> None:
    assert template["user_data"].startswith('${base64gzip("#cloud-config\\nruncmd:')


def test_a_version_says_which_release_it_is(template: Resource) -> None:
    assert template["description"] == "release 0123456789ab"
