from pathlib import Path

from automation.scan.document import merge
from tests.automation.scan.conftest import made, stack

LOOKUP = "data.terraform_remote_state.cross-stack-reference-input-keys.outputs.cross-stack-output-"


def test_resources_of_all_stacks_are_in_one_document(tmp_path: Path) -> None:
    stacks = [
        stack(tmp_path, name, resource={"aws_sns_topic": {"topic_A1": made(f"{name}/topic")}})
        for name in ("audit", "monitoring")
    ]
    document = merge("prod", stacks)
    assert set(document.content["resource"]["aws_sns_topic"]) == {
        "audit--topic_A1",
        "monitoring--topic_A1",
    }
    assert document.paths == {
        "audit--topic_A1": "audit/topic",
        "monitoring--topic_A1": "monitoring/topic",
    }


def test_references_follow_their_resource(tmp_path: Path) -> None:
    topic, image = "${aws_sns_topic.topic_A1.arn}", "${data.aws_ssm_parameter.image_A1.value}"
    content = stack(
        tmp_path,
        "queue",
        resource={
            "aws_sns_topic": {"topic_A1": {}},
            "aws_sns_topic_policy": {"policy_A1": {"arn": topic, "other": ["${aws_lb.it.arn}"]}},
        },
        data={"aws_ssm_parameter": {"image_A1": {"name": image}}},
    )
    document = merge("prod", [content])
    policy = document.content["resource"]["aws_sns_topic_policy"]["queue--policy_A1"]
    assert policy == {
        "arn": "${aws_sns_topic.queue--topic_A1.arn}",
        "other": ["${aws_lb.it.arn}"],
    }
    parameter = document.content["data"]["aws_ssm_parameter"]["queue--image_A1"]
    assert parameter["name"] == "${data.aws_ssm_parameter.queue--image_A1.value}"


def test_values_of_other_stacks_are_references_to_their_resources(tmp_path: Path) -> None:
    keys = stack(
        tmp_path,
        "keys",
        resource={"aws_kms_key": {"data_A1": {}}},
        output={"cross-stack-output-key": {"value": "${aws_kms_key.data_A1.arn}"}},
    )
    reference = f"${{nonsensitive({LOOKUP}key)}}/*"
    queue = stack(tmp_path, "queue", resource={"aws_sns_topic": {"topic": {"key": reference}}})
    document = merge("prod", [keys, queue])
    topic = document.content["resource"]["aws_sns_topic"]["queue--topic"]
    assert topic["key"] == "${aws_kms_key.keys--data_A1.arn}/*"


def test_what_scanners_cannot_read_is_left_out(tmp_path: Path) -> None:
    content = stack(
        tmp_path,
        "queue",
        terraform={"required_version": ">= 1.11.0"},
        data={"terraform_remote_state": {"keys": {"backend": "s3"}}},
    )
    assert merge("prod", [content]).content == {"resource": {}, "data": {}}


def test_a_resource_without_a_construct_is_named_by_its_stack_and_id(tmp_path: Path) -> None:
    content = stack(tmp_path, "queue", resource={"aws_sns_topic": {"topic": {}}})
    assert merge("prod", [content]).paths == {"queue--topic": "queue/topic"}
