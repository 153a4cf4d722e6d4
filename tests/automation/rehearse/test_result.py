from automation.checks import Finding
from automation.emulator.gaps import AttributeChange
from automation.terraform.pool import Outcome
from automation.terraform.progress import Problem
from tests.automation.rehearse.results import failed, result, stack_run, success, verdict


def test_a_rehearsal_where_all_went_well_is_ok() -> None:
    assert success().ok
    assert success().failures == []


def test_outputs_are_those_that_users_need() -> None:
    assert success().outputs == {
        "edge.site_url": "https://dev.example.com",
        "edge.name_servers": ["ns-1", "ns-2"],
    }


def test_the_critical_path_and_the_slowest_resources_say_where_the_time_went() -> None:
    found = success()
    assert found.critical_path == {"security": 6, "network": 8, "storage": 12, "edge": 7}
    assert [(stack, each.seconds) for stack, each in found.slowest(2)] == [
        ("storage", 8),
        ("network", 4),
    ]


def test_what_did_not_start_is_named_after_what_failed() -> None:
    problem = Problem("creating VPC: quota exceeded", address="aws_vpc.vpc")
    found = result(
        applied={
            "network": failed(problem),
            "storage": stack_run(Outcome.SKIPPED),
            "edge": stack_run(Outcome.SKIPPED),
        }
    )
    assert found.failures == ["failed: network", "not started: storage, edge"]
    assert list(found.problems) == [("network", problem)]


def test_a_failed_check_fails_the_rehearsal() -> None:
    found = success()
    found.findings = [
        Finding("network", "NAT", ok=False, detail="found 1, expected 3"),
        Finding("network", "VPC", ok=True, detail="one"),
    ]
    assert found.failures == ["check failed: network: NAT: found 1, expected 3"]


def test_what_a_second_plan_changes_fails_the_rehearsal_unless_it_is_a_known_gap() -> None:
    found = success()
    found.verdicts["edge"] = verdict(explained=[AttributeChange("aws_a.b", "aws_a", "viewers")])
    assert found.ok
    found.verdicts["edge"] = verdict(unexplained=[AttributeChange("aws_a.b", "aws_a", "ttl")])
    found.planned_again = {**found.planned_again, "edge": stack_run(Outcome.FAILED)}
    assert found.failures == ["changes again: edge: aws_a.b: ttl"]


def test_what_is_left_after_destroying_and_altered_files_fail_the_rehearsal() -> None:
    found = success()
    found.left = ["storage: aws_s3_bucket.logs"]
    found.altered = ["cdktf.out/stacks/edge/cdk.tf.json"]
    assert found.failures == [
        "not destroyed: storage: aws_s3_bucket.logs",
        "the rehearsal altered cdktf.out/stacks/edge/cdk.tf.json",
    ]
