import json

from config.network import Network
from tests.conftest import Tiers
from tests.synthesized import Synthesized

# Where a service's IAM prefix is not the name of its endpoint.
PREFIXES = {"cloudwatch": "monitoring"}
# Session Manager takes these, by a policy of AWS's.
BY_SESSION_MANAGER = {"ssm", "ssmmessages"}


def test_flow_logs_go_to_the_log_bucket_in_parquet_by_the_hour(prod: Tiers) -> None:
    flow_log = prod["audit"].only("aws_flow_log")
    assert flow_log["traffic_type"] == "ALL"
    assert flow_log["log_destination_type"] == "s3"
    assert "iam_role_arn" not in flow_log
    # The tier before has the bucket and its policy, without which AWS writes one of its own.
    assert "input-logs.outputs" in flow_log["log_destination"]
    assert flow_log["destination_options"] == {
        "file_format": "parquet",
        "per_hour_partition": True,
        "hive_compatible_partitions": False,
    }


def test_flow_logs_in_a_log_group_are_encrypted_with_the_key_of_the_security_tier(
    options: Tiers,
) -> None:
    audit = options["audit"]
    assert audit.only("aws_flow_log")["log_destination_type"] == "cloud-watch-logs"
    (group,) = (
        each
        for id_, each in audit.resources("aws_cloudwatch_log_group").items()
        if id_.startswith("flow-logs_")
    )
    assert "remote_state.cross-stack-reference-input-security" in group["kms_key_id"]
    assert "logs_key" in group["kms_key_id"]


def actions(application: Synthesized) -> set[str]:
    """What instances may do, but for what they may do by a service that they ask."""
    found: set[str] = set()
    for policy in application.resources("aws_iam_role_policy").values():
        for statement in json.loads(policy["policy"])["Statement"]:
            if "kms:ViaService" not in json.dumps(statement.get("Condition", {})):
                found |= set(statement["Action"])
    return found


def test_no_endpoint_is_paid_for_by_default_that_instances_do_not_use(prod: Tiers) -> None:
    used = {action.partition(":")[0] for action in actions(prod["application"])}
    services = {PREFIXES.get(each, each) for each in used} | BY_SESSION_MANAGER
    assert set(Network().interface_endpoints) <= services


def test_the_choices_of_the_network_are_made_somewhere(options: Tiers) -> None:
    network = options["network"]
    services = {
        each["service_name"].rpartition(".")[2]: each["vpc_endpoint_type"]
        for each in network.resources("aws_vpc_endpoint").values()
    }
    assert services["dynamodb"] == services["s3"] == "Gateway"
    assert services["ec2"] == "Interface"
    out = network.resources("aws_vpc_security_group_egress_rule").values()
    assert {each["description"] for each in out} >= {
        "DynamoDB through its gateway endpoint",
        "HTTPS servers through the egress-only gateway",
    }
    assert {each.get("cidr_ipv6") for each in out} == {None, "::/0"}


def test_interface_endpoints_answer_only_the_application(prod: Tiers) -> None:
    network = prod["network"]
    assert network.has(
        "aws_vpc_security_group_ingress_rule",
        description="application-to-endpoints",
        from_port=443,
        to_port=443,
    )
    for endpoint in network.resources("aws_vpc_endpoint").values():
        if endpoint["vpc_endpoint_type"] == "Interface":
            (group,) = endpoint["security_group_ids"]
            assert "security-groups_endpoints" in group
