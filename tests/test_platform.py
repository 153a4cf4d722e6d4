"""What holds for every resource of every tier, in every environment."""

import re
from graphlib import TopologicalSorter

from tests import promises
from tests.conftest import Tiers
from tests.promises import SHIPPED, account, every, prefix, required_tags, statements, taggable

NAME_ARGUMENTS = (
    "alarm_name",
    "bucket",
    "dashboard_name",
    "group_name",
    "identifier",
    "name",
    "name_prefix",
    "rule_name",
    "scheduled_action_name",
)
# What AWS or DNS has a say in comes before the prefix; `bucket` and the like may also refer to
# another resource, which is looked at by itself.
NAME = r"(alias/|aws-waf-logs-|/aws/[a-z0-9/-]+/|/)?{prefix}[-/a-z0-9._]*|\$\{{.*\}}"
NAMED_BY_DNS = ("aws_route53_record", "aws_route53_zone")
EDGE_PORTS = {80, 443}


def test_the_tiers_that_ship_are_there(platform: Tiers) -> None:
    assert set(platform) >= set(SHIPPED)


def with_digests(name: str) -> str:
    """A name with as many zeros for each digest that only Terraform can make."""
    digest = re.compile(r"\$\{substr\(sha256\(.*?\), 0, (\d+)\)\}")
    return digest.sub(lambda found: "0" * int(found[1]), name)


def test_every_name_has_the_prefix(platform: Tiers) -> None:
    name = re.compile(NAME.format(prefix=prefix(platform)))
    wrong = [
        f"{tier}: {address}: {argument} = {resource[argument]}"
        for tier, address, resource in every(platform)
        if not address.startswith(NAMED_BY_DNS)
        for argument in NAME_ARGUMENTS
        if argument in resource and not name.fullmatch(with_digests(resource[argument]))
    ]
    assert wrong == []


def test_what_has_no_name_has_a_name_tag(platform: Tiers) -> None:
    nameless = [
        f"{tier}: {address}"
        for tier, address, resource in every(platform)
        if taggable(address.split(".")[0])
        and not any(argument in resource for argument in (*NAME_ARGUMENTS, "key", "tag"))
        and not resource.get("tags", {}).get("Name", "").startswith(f"{prefix(platform)}-")
    ]
    assert nameless == []


def test_every_provider_tags_what_it_creates(platform: Tiers) -> None:
    required = {**required_tags(platform)}
    required.pop("Stack")
    assert set(required) >= {
        "Environment",
        "Application",
        "Owner",
        "CostCenter",
        "DataClassification",
        "Compliance",
        "ManagedBy",
    }
    for tier, stack in platform.items():
        for provider in stack.parsed["provider"]["aws"]:
            assert provider["default_tags"] == [{"tags": {**required, "Stack": tier}}]


def test_no_resource_overrides_a_required_tag(platform: Tiers) -> None:
    for tier, address, resource in every(platform):
        required = {**required_tags(platform), "Stack": tier}
        for key, value in (resource.get("tags") or {}).items():
            assert required.get(key, value) == value, f"{address}: {key}"


def test_auto_scaling_hands_every_tag_to_its_instances(platform: Tiers) -> None:
    required = {**required_tags(platform), "Stack": "application"}
    application = platform["application"]
    tags = application.only("aws_autoscaling_group")["tag"]
    assert all(tag["propagate_at_launch"] for tag in tags)
    assert {tag["key"]: tag["value"] for tag in tags}.items() >= required.items()
    specifications = application.only("aws_launch_template")["tag_specifications"]
    kinds = {each["resource_type"] for each in specifications}
    assert kinds >= {"instance", "volume"}
    for specification in specifications:
        assert specification["tags"].items() >= required.items()


def test_every_log_group_has_retention_and_a_key(platform: Tiers) -> None:
    groups = list(every(platform, "aws_cloudwatch_log_group"))
    assert groups
    for _, address, group in groups:
        assert group["retention_in_days"] >= 1, address
        assert "aws_kms_key" in group["kms_key_id"], address


def test_nothing_is_open_but_web_ports_to_cloudfront(platform: Tiers) -> None:
    for _, address, rule in every(platform, "aws_vpc_security_group_ingress_rule"):
        assert "cidr_ipv4" not in rule, address
        assert "cidr_ipv6" not in rule, address
        if "prefix_list_id" in rule:
            assert "cloudfront" in rule["prefix_list_id"]
            assert rule["from_port"] == rule["to_port"]
            assert rule["from_port"] in EDGE_PORTS
    for _, address, group in every(platform, "aws_security_group"):
        assert not {"ingress", "egress"} & set(group), (
            f"{address}: rules have resources of their own"
        )
    assert not list(every(platform, "aws_security_group_rule"))


def test_database_subnets_have_no_default_route(platform: Tiers) -> None:
    network = platform["network"]
    for _, address, route in every(platform, "aws_route"):
        assert "vpc_database" not in route["route_table_id"], address
    for id_, table in network.resources("aws_route_table").items():
        assert "route" not in table, id_
    tables = [id_ for id_ in network.resources("aws_route_table") if "vpc_database" in id_]
    associations = [
        each
        for each in network.resources("aws_route_table_association").values()
        if "vpc_database" in each["subnet_id"]
    ]
    assert len(tables) == len(associations) >= 2
    assert all("vpc_database" in each["route_table_id"] for each in associations)


def test_every_bucket_is_versioned_encrypted_private_and_logged(platform: Tiers) -> None:
    buckets = list(every(platform, "aws_s3_bucket"))
    purposes = ("logs", "assets", "artifacts", "audit")
    named = {bucket["bucket"] for _, _, bucket in buckets}
    assert named >= {f"{prefix(platform)}-{purpose}-{account(platform)}" for purpose in purposes}
    for tier, address, bucket in buckets:
        reference = f"${{{address}.id}}"
        companions = {
            other.split(".")[0]: body
            for where, other, body in every(platform)
            if where == tier and body.get("bucket") == reference
        }
        expected = {
            "aws_s3_bucket_lifecycle_configuration",
            "aws_s3_bucket_ownership_controls",
            "aws_s3_bucket_policy",
            "aws_s3_bucket_public_access_block",
            "aws_s3_bucket_server_side_encryption_configuration",
            "aws_s3_bucket_versioning",
        }
        if bucket["bucket"] != f"{prefix(platform)}-logs-{account(platform)}":
            expected.add("aws_s3_bucket_logging")
        assert set(companions) >= expected, address
        sids = {each["Sid"] for each in statements(companions["aws_s3_bucket_policy"])}
        assert sids >= {"DenyInsecureTransport", "DenyOutdatedTls"}


def test_every_stack_keeps_a_locked_encrypted_state_of_its_own(platform: Tiers) -> None:
    keys = set()
    for tier, stack in platform.items():
        terraform = stack.parsed["terraform"]
        backend = terraform["backend"]["s3"]
        keys.add(backend["key"])
        assert backend["bucket"] == f"{prefix(platform)}-tfstate-{account(platform)}"
        assert backend["key"] == f"{prefix(platform)}/{tier}/terraform.tfstate"
        assert backend["encrypt"] is True
        assert backend["use_lockfile"] is True
        assert backend["kms_key_id"].endswith(f":alias/{prefix(platform)}-tfstate")
        assert terraform["required_version"] == ">= 1.11.0"
        assert terraform["required_providers"]["aws"]["version"] == ">= 5.100.0, < 7.0.0"
        for provider in stack.parsed["provider"]["aws"]:
            assert provider["allowed_account_ids"] == [account(platform)]
    assert len(keys) == len(platform)


def test_each_stack_builds_only_on_those_before_it(platform: Tiers) -> None:
    upstreams = {}
    for tier, stack in platform.items():
        lookups = stack.parsed.get("data", {}).get("terraform_remote_state", {})
        upstreams[tier] = {id_.removeprefix("cross-stack-reference-input-") for id_ in lookups}
    for position, tier in enumerate(SHIPPED):
        assert upstreams[tier] & set(SHIPPED) <= set(SHIPPED[:position])
    # A tier of a user's own may be read by those that ship, but none waits for itself.
    assert set(TopologicalSorter(upstreams).static_order()) == set(platform)


def test_values_between_stacks_are_sensitive(platform: Tiers) -> None:
    for tier, stack in platform.items():
        for name, output in stack.parsed.get("output", {}).items():
            if name.startswith("cross-stack-output"):
                assert output["sensitive"] is True, f"{tier}: {name}"


def test_no_secret_is_written_down(platform: Tiers) -> None:
    for _, address, resource in every(platform, "aws_secretsmanager_secret_version"):
        assert "secret_string" not in resource, address
        assert resource["secret_string_wo"].startswith("${"), address
        assert "ephemeral." in resource["secret_string_wo"], address
    for _, address, instance in every(platform, "aws_db_instance"):
        assert "password" not in instance, address
        assert instance.get("password_wo", "${ephemeral").startswith("${"), address


def test_nothing_names_a_region_that_is_not_the_environment_s(platform: Tiers) -> None:
    allowed = promises.regions(platform)
    named = re.compile(r"\b(?:af|ap|ca|eu|il|me|mx|sa|us)-[a-z]+-\d\b")
    for tier, stack in platform.items():
        assert set(named.findall(stack.text)) <= allowed, tier


def test_iam_policies_grant_no_wildcards(platform: Tiers) -> None:
    """Actions on `*` are those for which AWS has no resource-level permissions."""
    types = ("aws_iam_role_policy", "aws_iam_policy")
    broad = []
    for _, address, resource in every(platform, *types):
        for statement in statements(resource):
            for action in statement["Action"]:
                if "*" in action:
                    broad.append(f"{address}: {action}")
                elif statement["Resource"] == ["*"] and not action.startswith(WITHOUT_RESOURCES):
                    broad.append(f"{address}: {action} on *")
    assert broad == []


# https://docs.aws.amazon.com/service-authorization/latest/reference/
WITHOUT_RESOURCES = (
    "cloudwatch:PutMetricData",
    "ec2:DescribeTags",
    # Its resources are optional, and AWS's own policies for Session Manager name none.
    "ssm:UpdateInstanceInformation",
    "ssmmessages:",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
)


# Services that send no source with which a role's trust could be narrowed.
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html
WITHOUT_SOURCE = {"cloudtrail.amazonaws.com", "ec2.amazonaws.com"}


def test_roles_are_trusted_for_one_service_and_this_account(platform: Tiers) -> None:
    for _, address, role in every(platform, "aws_iam_role"):
        for statement in statements(role):
            if role["name"].endswith(("-web", "-release")):
                # Instances hand their processes credentials of these.
                assert "{aws_iam_role.role_" in statement["Principal"]["AWS"], address
                continue
            service = statement["Principal"]["Service"]
            assert isinstance(service, str), address
            if service not in WITHOUT_SOURCE:
                assert account(platform) in str(statement["Condition"]), address


def test_services_of_other_accounts_cannot_use_resource_policies(platform: Tiers) -> None:
    types = (
        "aws_kms_key",
        "aws_s3_bucket_policy",
        "aws_sns_topic_policy",
        "aws_cloudwatch_log_resource_policy",
    )
    for _, address, resource in every(platform, *types):
        for statement in statements(resource):
            principal = statement["Principal"]
            if statement["Effect"] == "Allow" and "Service" in principal:
                assert account(platform) in str(statement["Condition"]), (address, statement["Sid"])


LIMITS = {
    "aws_autoscaling_group": 255,
    "aws_cloudwatch_metric_alarm": 255,
    "aws_db_instance": 63,
    # The provider adds 26 to its prefix; RDS allows 255.
    "aws_db_option_group": 229,
    "aws_db_parameter_group": 255,
    "aws_iam_instance_profile": 128,
    "aws_iam_role": 64,
    "aws_launch_template": 128,
    "aws_lb": 32,
    "aws_lb_target_group": 32,
    "aws_s3_access_point": 50,
    "aws_s3_bucket": 63,
    "aws_security_group": 255,
    "aws_wafv2_web_acl": 128,
    "aws_xray_group": 32,
}


def test_every_name_is_as_short_as_aws_wants_it(platform: Tiers) -> None:
    for _, address, resource in every(platform, *LIMITS):
        names = [resource[argument] for argument in NAME_ARGUMENTS if argument in resource]
        for name in map(with_digests, names):
            if not name.startswith("${"):
                assert len(name) <= LIMITS[address.split(".")[0]], (address, name)
