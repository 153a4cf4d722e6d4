from collections.abc import Callable
from pathlib import Path

from automation.preview.base import SLOW, ahead
from automation.terraform.stacks import dependencies, in_order, read
from config import load
from tests.automation.terraform import tiny

TARGET_GROUP, RULE, GROUP = "aws_lb_target_group", "aws_lb_listener_rule", "aws_autoscaling_group"


def test_what_is_not_slow_does_not_wait_for_the_database(
    output_of: Callable[[str], Path],
) -> None:
    stacks = {stack.name: stack for stack in read(output_of("prod"))}
    found = ahead([stacks[name] for name in in_order(dependencies(stacks.values()))])
    types = {
        name: {address.split(".")[0] for address in addresses}
        for name, addresses in found.items()
        if addresses is not None
    }
    assert {TARGET_GROUP, RULE} <= types["application"]
    # Its instances read the database's address.
    assert GROUP not in types["application"]
    assert "aws_db_parameter_group" in types["database"]
    assert all(SLOW.isdisjoint(each) for each in types.values())
    # Alarms are told by the audit tier's topics, which do not wait for its bucket either.
    assert {"aws_cloudtrail", "aws_sns_topic"} <= types["audit"]
    assert "aws_backup_selection" not in types["audit"]
    # CloudFront reads the load balancer's name, and neither waits for the database.
    assert found["web"] is found["edge"] is None
    assert found["security"] is found["network"] is None


def test_what_comes_after_something_slow_is_slow_across_stacks(tmp_path: Path) -> None:
    stacks = {stack.name: stack for stack in tiny.write(tmp_path, load("dev").naming)}
    database = {"aws_db_instance": {"mysql": {"identifier": "mysql"}}}
    security, application = stacks["security"].content, stacks["application"].content
    security["resource"] |= database
    security["resource"]["aws_ssm_parameter"]["owner"]["value"] = "${aws_db_instance.mysql.arn}"
    security["output"]["database"] = {"value": "${aws_ssm_parameter.owner.value}"}
    reads = "${data.terraform_remote_state.security.outputs.database}"
    application["locals"] = {"database": reads}
    application["resource"]["aws_ssm_parameter"]["password"]["value"] = "${local.database}"
    application["resource"]["aws_ssm_parameter"]["settings"]["depends_on"] = [
        "aws_ssm_parameter.password"
    ]
    # What is passed on as it is, is passed on as late as it comes.
    stacks["storage"].content["output"]["database"] = {"value": reads}
    stacks["dns"].content["resource"]["aws_ssm_parameter"]["zone"]["value"] = reads.replace(
        "security", "storage"
    )
    lookups = stacks["application"].content["data"]["terraform_remote_state"]
    stacks["dns"].content["data"]["terraform_remote_state"]["storage"] = lookups["storage"]
    found = ahead([stacks[name] for name in ("security", "storage", "application", "dns")])
    assert found == {
        "security": ("aws_sns_topic.alarms",),
        "storage": None,
        "application": (),
        "dns": (),
    }
