import json
from dataclasses import replace
from typing import Any

import pytest
from cdktf import TerraformStack

from config import Naming
from modules.application.cloudwatch_agent import CloudWatchAgent
from modules.application.user_data import user_data
from modules.policy import policy_document
from tests.modules.application.boots import BOOT
from tests.synthesized import Synthesized, policy, synthesize

GROUP = "prod-349081-application"


def agent(scope: TerraformStack, naming: Naming, group: str = GROUP) -> CloudWatchAgent:
    return CloudWatchAgent(
        scope,
        "agent",
        naming=naming,
        auto_scaling_group_name=group,
        retention_in_days=365,
        kms_key_arn="logs-key",
    )


@pytest.fixture
def stack(naming: Naming) -> Synthesized:
    return synthesize(lambda stack: agent(stack, naming))


@pytest.fixture
def configuration(stack: Synthesized) -> dict[str, Any]:
    stored: str = stack.only("aws_ssm_parameter")["insecure_value"]
    parsed: dict[str, Any] = json.loads(stored.replace("$${", "${"))
    return parsed


def test_logs_go_to_encrypted_groups_that_exist_before_the_agent(
    stack: Synthesized, configuration: dict[str, Any]
) -> None:
    files = configuration["logs"]["logs_collected"]["files"]["collect_list"]
    groups = {each["file_path"]: each["log_group_name"] for each in files}
    assert groups == {
        "/var/log/application/*.log": "/prod-349081/application/app",
        "/var/log/messages": "/prod-349081/application/system",
        "/var/log/cloud-init-output.log": "/prod-349081/application/system",
    }
    for name in groups.values():
        assert stack.has(
            "aws_cloudwatch_log_group", name=name, retention_in_days=365, kms_key_id="logs-key"
        )


def test_memory_and_disk_are_measured_for_the_whole_group(configuration: dict[str, Any]) -> None:
    metrics = configuration["metrics"]
    assert metrics["namespace"] == "prod-349081-application"
    assert metrics["aggregation_dimensions"] == [["AutoScalingGroupName"]]
    for kind in ("mem", "disk"):
        collected = metrics["metrics_collected"][kind]
        assert collected["measurement"] == ["used_percent"]
        assert collected["append_dimensions"] == {"AutoScalingGroupName": GROUP}


def test_terraform_leaves_the_placeholders_of_the_agent_alone(
    stack: Synthesized, configuration: dict[str, Any]
) -> None:
    assert "$${aws:InstanceId}" in stack.only("aws_ssm_parameter")["insecure_value"]
    assert configuration["metrics"]["append_dimensions"] == {"InstanceId": "${aws:InstanceId}"}


def test_traces_and_metrics_are_received_on_loopback_ports_of_their_own(
    configuration: dict[str, Any],
) -> None:
    traces = configuration["traces"]["traces_collected"]["otlp"]
    metrics = configuration["metrics"]["metrics_collected"]["otlp"]
    assert traces == {"grpc_endpoint": "127.0.0.1:4317", "http_endpoint": "127.0.0.1:4318"}
    endpoints = [*traces.values(), *metrics.values()]
    assert len(set(endpoints)) == 4
    assert all(each.startswith("127.0.0.1:") for each in endpoints)


def test_the_agent_may_only_write_what_it_gathers(naming: Naming) -> None:
    documents: list[str] = []
    synthesize(lambda stack: documents.append(policy_document(*agent(stack, naming).statements())))
    statements = policy(documents[0])
    assert all(each.endswith(":*") for each in statements["WriteLogs"]["Resource"])
    assert statements["WriteMetrics"]["Condition"] == {
        "StringEquals": {"cloudwatch:namespace": "prod-349081-application"}
    }
    without_limits = {sid for sid, each in statements.items() if each["Resource"] == ["*"]}
    assert without_limits == {"WriteMetrics", "WriteTraces"}


def test_another_configuration_changes_the_user_data(naming: Naming) -> None:
    def boot(group: str) -> str:
        texts: list[str] = []

        def build(stack: TerraformStack) -> None:
            built = agent(stack, naming, group)
            boots = replace(BOOT, agent_parameter=built.parameter_name)
            texts.append(user_data(agent_content_hash=built.content_hash, boot=boots))

        synthesize(build)
        return texts[0]

    assert boot(GROUP) == boot(GROUP)
    assert boot(GROUP) != boot("another")


def test_an_instance_starts_the_agent_with_the_stored_configuration() -> None:
    boot = replace(BOOT, agent_parameter="/prod-349081/agent")
    text = user_data(agent_content_hash="abc", boot=boot)
    assert text.startswith("#cloud-config\n")
    assert "AGENT_PARAMETER=/prod-349081/agent\n" in text
    assert '-a fetch-config -m ec2 -s -c "ssm:$AGENT_PARAMETER"\n' in text
    assert "PACKAGES='amazon-cloudwatch-agent logrotate rsyslog python3.11'\n" in text
