import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.terraform.diagnostics import PASSING, REMEDIES, ErrorKind, Fault, classify, faults
from automation.terraform.progress import Problem
from tests.automation.terraform.texts import DENIED, ENCODED, LOCKED, TEXTS


@pytest.mark.parametrize(("kind", "problem"), TEXTS, ids=lambda each: str(each)[:40])
def test_real_errors_are_of_their_kind(kind: ErrorKind, problem: Problem) -> None:
    assert classify(problem).kind is kind


def test_every_kind_of_terraforms_has_an_example_and_every_kind_a_remedy() -> None:
    assert {kind for kind, _ in TEXTS} == set(ErrorKind) - {ErrorKind.UNAPPROVED}
    assert set(REMEDIES) == set(ErrorKind)


def test_only_what_passes_by_itself_is_tried_again() -> None:
    again = {kind for kind, problem in TEXTS if classify(problem).passing}
    assert again == PASSING == {ErrorKind.THROTTLED, ErrorKind.LOCKED, ErrorKind.NETWORK}


def test_a_lock_names_its_holder_and_the_way_out() -> None:
    assert classify(LOCKED) == Fault(
        ErrorKind.LOCKED,
        "the state is locked by alice@build-7 since 2026-11-23 17:13:11.72746 +0000 UTC, to apply",
        "wait until that run has ended; if it has died: "
        "python -m automation deploy --env prod --unlock network",
    )


def test_the_action_that_is_denied_is_named() -> None:
    assert classify(DENIED).what.startswith("iam:CreateRole is denied: aws_iam_role.app: creating")
    fault = classify(ENCODED)
    assert fault.what == (
        "EC2 CreateVpc is denied: aws_vpc.vpc: creating EC2 VPC: operation error EC2: CreateVpc "
        "UnauthorizedOperation: You are not authorized to perform this operation."
    )


def test_nobody_is_told_to_let_plans_read_what_is_only_written() -> None:
    role = "arn:aws:sts::123456789012:assumed-role/prod-349081-plan/ci"
    problem = Problem(
        "reading Secrets Manager Secret Version (database-master|1): operation error Secrets "
        f"Manager: GetSecretValue, User: {role} is not authorized to perform: "
        "secretsmanager:GetSecretValue on resource: database-master because no identity-based "
        "policy allows the secretsmanager:GetSecretValue action",
        address="aws_secretsmanager_secret_version.mysql_master-secret_version_1",
    )
    fault = classify(problem)
    assert fault.what.startswith("secretsmanager:GetSecretValue is denied")
    assert "role that deploys, or take the AWS provider 6.40 or newer" in fault.remedy
    assert "Allow" not in fault.remedy


def test_a_denial_shows_the_statement_that_is_missing() -> None:
    role = "arn:aws:sts::123456789012:assumed-role/prod-349081-deploy/ci"
    bucket = "arn:aws:s3:::prod-349081-assets-123456789012"
    problem = Problem(
        f"User: {role} is not authorized to perform: s3:PutBucketTagging on resource: {bucket} "
        "because no identity-based policy allows the s3:PutBucketTagging action"
    )
    assert classify(problem).remedy == (
        "add to the identity-based policy of assumed-role/prod-349081-deploy/ci: "
        '{"Effect": "Allow", "Action": "s3:PutBucketTagging", '
        f'"Resource": "{bucket}"}}, then repeat the command'
    )


def test_an_explicit_deny_shows_whose_it_is() -> None:
    problem = Problem(
        "User: arn:aws:sts::123456789012:assumed-role/a/b is not authorized to perform: "
        "kms:Decrypt on resource: c with an explicit deny in a resource-based policy"
    )
    assert classify(problem).remedy.startswith("the resource-based policy denies it")


def test_a_control_policy_has_another_remedy() -> None:
    problem = Problem(
        "User: x is not authorized to perform: rds:CreateDBInstance with an explicit deny in a "
        "service control policy"
    )
    assert classify(problem).remedy.startswith("the organization's service control policies")


def test_each_provider_of_a_stack_finds_the_same_fault_once() -> None:
    assert len(faults([DENIED, DENIED, ENCODED])) == 2


@given(st.text(), st.text(), st.text())
def test_anything_becomes_one_short_line_with_a_remedy(
    summary: str, detail: str, address: str
) -> None:
    fault = classify(Problem(summary, detail, address))
    assert len(fault.what.splitlines()) <= 1
    assert len(fault.what) <= 300 + 100
    assert fault.remedy
    assert len(str(fault).splitlines()) == 1
