from tests.conftest import Tiers


def test_flow_logs_are_encrypted_with_the_logs_key_of_the_security_tier(prod: Tiers) -> None:
    group = prod["network"].only("aws_cloudwatch_log_group")
    assert "remote_state.cross-stack-reference-input-security" in group["kms_key_id"]
    assert "logs_key" in group["kms_key_id"]


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
