import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Tiers, small_release
from tests.rendered import rendered
from tests.synthesized import Synthesized, policy

VALUES = {
    "007ABD72bucket": "artifacts",
    "alias": "assets",
    "address": "db",
    "arn": "arn:db",
    "resource_id": "db-1",
}


@pytest.fixture
def application(prod: Tiers) -> Synthesized:
    return prod["application"]


def test_instances_are_in_private_subnets(application: Synthesized) -> None:
    zones = application.only("aws_autoscaling_group")["vpc_zone_identifier"]
    assert len(zones) == 3
    assert all("vpc_app_subnet" in each for each in zones)


def test_tiers_are_wired_together(application: Synthesized) -> None:
    rule = application.only("aws_lb_listener_rule")
    assert "input-web.outputs" in rule["listener_arn"]
    template = application.only("aws_launch_template")
    assert "data_key" in template["block_device_mappings"][0]["ebs"]["kms_key_id"]
    (interface,) = template["network_interfaces"]
    assert "security-groups_application" in interface["security_groups"][0]
    for group in application.resources("aws_cloudwatch_log_group").values():
        assert "logs_key" in group["kms_key_id"]


def test_instances_boot_when_all_that_they_need_is_there(application: Synthesized) -> None:
    waits_for = {
        each.split(".")[0] for each in application.only("aws_autoscaling_group")["depends_on"]
    }
    assert waits_for == {
        "aws_cloudwatch_log_group",
        "aws_iam_role_policy",
        "aws_lb_listener_rule",
        "aws_s3_object",
        "aws_ssm_parameter",
        "aws_vpc_security_group_egress_rule",
        "aws_vpc_security_group_ingress_rule",
    }


def test_the_port_is_opened_beside_the_target_group_that_asks_on_it(platform: Tiers) -> None:
    application = platform["application"]
    port = application.only("aws_lb_target_group")["port"]
    ways = {
        "aws_vpc_security_group_egress_rule": ("web", "application"),
        "aws_vpc_security_group_ingress_rule": ("application", "web"),
    }
    for kind, (of, to) in ways.items():
        rule = application.only(kind)
        assert (rule["from_port"], rule["to_port"]) == (port, port)
        assert f"security-groups_{of}_" in rule["security_group_id"]
        assert f"security-groups_{to}_" in rule["referenced_security_group_id"]
        rules = platform["network"].resources(kind).values()
        assert not [each for each in rules if each["from_port"] == port]


def test_every_value_that_cloudfront_may_send_is_accepted(platform: Tiers) -> None:
    """Whichever of them it sends: the tiers are applied side by side."""
    secrets = platform["web"].resources("aws_secretsmanager_secret_version")
    stored = platform["application"].parsed["data"]["aws_secretsmanager_secret_version"]
    accepted = {each["version_id"].partition("cross-stack-output-")[2] for each in stored.values()}
    assert len(accepted) == len(secrets) == 3
    (sent,) = platform["edge"].parsed["data"]["aws_secretsmanager_secret_version"].values()
    assert sent["version_id"].partition("cross-stack-output-")[2] in accepted


def test_the_group_and_its_instances_carry_every_required_tag(platform: Tiers) -> None:
    (provider,) = platform["application"].parsed["provider"]["aws"]
    required = {**provider["default_tags"][0]["tags"]}
    group = platform["application"].only("aws_autoscaling_group")
    tags = {each["key"]: each["value"] for each in group["tag"]}
    assert tags == {**required, "Name": group["name"]}
    template = platform["application"].only("aws_launch_template")
    for specification in template["tag_specifications"]:
        assert specification["tags"] == tags


def test_the_secret_header_is_in_no_output(platform: Tiers) -> None:
    for stack in platform.values():
        for output in stack.parsed.get("output", {}).values():
            assert "secret_string" not in str(output["value"])


def test_an_output_says_where_the_log_is(application: Synthesized) -> None:
    assert application.parsed["output"]["log_group_name"]["value"].endswith(".name}")


def test_user_data_names_the_very_release(platform: Tiers) -> None:
    template = platform["application"].only("aws_launch_template")
    sha256 = small_release().sha256
    assert template["description"] == f"release {sha256[:12]}"
    text = rendered(template["user_data"], VALUES)
    assert f"RELEASE={sha256}\n" in text


def test_the_uploaded_archive_is_beside_the_stack(output_of: Callable[[str], Path]) -> None:
    folder = output_of("prod") / "stacks" / "application"
    stack = Synthesized((folder / "cdk.tf.json").read_text(encoding="utf-8"))
    archive = (folder / stack.only("aws_s3_object")["source"]).read_bytes()
    assert hashlib.sha256(archive).hexdigest() == small_release().sha256


def test_processes_read_the_secrets_that_the_settings_name_and_no_others(
    prod: Tiers, options: Tiers
) -> None:
    def readable(tiers: Tiers) -> list[str]:
        policies = tiers["application"].resources("aws_iam_role_policy").items()
        found = {id_: policy(each["policy"]).get("ReadSecrets") for id_, each in policies}
        assert all(id_.startswith(("role_web_", "role_release_")) for id_ in found if found[id_])
        return [arn for each in found.values() if each for arn in each["Resource"]]

    assert readable(prod) == []
    # The web process and the release command.
    key = "arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/api-key-a1B2c3"
    assert readable(options) == [key, key]
