"""What the account refuses again and again ends Terraform, which would go on for 20 minutes."""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from automation import PROJECT
from automation.emulator import Emulator
from automation.errors import CommandError
from automation.rehearse.account import pool_of
from automation.terraform.diagnostics import ErrorKind, classify
from automation.terraform.pool import Outcome, StackPool, StackRun, Workspace, prepare
from automation.terraform.program import Terraform
from automation.terraform.providers import Installation
from automation.terraform.stacks import Stack
from tests.automation.consoles import Consoles
from tests.automation.emulator.calls import balancer, network, publish

pytestmark = [pytest.mark.rehearsal, pytest.mark.slow]

# A Terraform whose provider listens to no error.
STUBBORN = """\
#!{python}
import time, boto3
from botocore.config import Config
from botocore.exceptions import ClientError
agent = Config(user_agent="Terraform/1.11.4 terraform-provider-aws/5.100.0")
ec2 = boto3.client("ec2", config=agent)
while True:
    try:
        ec2.delete_vpc(VpcId="{vpc}")
    except ClientError as error:
        with open("{codes}", "a") as file:
            file.write(error.response["Error"]["Code"] + "\\n")
    time.sleep(0.5)
"""
MINUTE = 60


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    workspace = tmp_path / "emulator"
    with Emulator(account_id="123456789012", region="us-west-2", workspace=workspace) as started:
        yield started


def pool(emulator: Emulator, workspace: Workspace, stack: Stack, folder: Path) -> StackPool:
    return pool_of(
        workspace,
        [stack],
        emulator,
        data=folder / "data",
        console=Consoles().progress,
        when="during the test",
    )


def destroy(stack_run: StackRun) -> bool:
    planned = stack_run.do("plan", lambda: stack_run.runner.plan("destroy"))
    return planned and stack_run.do("destroy", stack_run.runner.apply)


def test_a_terraform_that_goes_on_all_the_same_is_ended(emulator: Emulator, tmp_path: Path) -> None:
    vpc, _ = network(emulator)
    program, codes = tmp_path / "terraform", tmp_path / "codes"
    program.write_text(STUBBORN.format(python=sys.executable, vpc=vpc, codes=codes))
    program.chmod(0o755)
    (tmp_path / "network").mkdir()
    stack = Stack("network", tmp_path / "network" / "cdk.tf.json")
    found = Workspace(Terraform(str(program), "1.11.4", {}), Installation(tmp_path, "", {}))
    start = time.monotonic()
    with pytest.raises(CommandError) as ended:
        pool(emulator, found, stack, tmp_path).run("Destroying", {"network": frozenset()}, destroy)
    assert time.monotonic() - start < MINUTE
    said = str(ended.value)
    assert said.startswith(
        f"Terraform was ended during the test: ec2:DeleteVpc(VpcId={vpc}) was refused "
    )
    assert "api error DependencyViolation: " in said
    refused = codes.read_text().split()
    assert list(dict.fromkeys(refused)) == ["DependencyViolation", "RefusedAgain"]
    time.sleep(1.5)
    assert codes.read_text().split() == refused


@pytest.mark.terraform
def test_a_certificate_that_a_listener_has_is_not_waited_for(
    emulator: Emulator, tmp_path: Path
) -> None:
    stack = certificate_stack(tmp_path / "dns")
    found = pool(emulator, prepare([stack], workspace=PROJECT / ".terrace"), stack, tmp_path)
    graph = {"dns": frozenset[str]()}
    applied = found.run("Applying", graph, apply)["dns"]
    assert applied.outcome is Outcome.DONE, applied.problems
    listen(emulator)
    destroyed = found.run("Destroying", graph, destroy)["dns"]
    assert destroyed.steps[-1].seconds < MINUTE
    assert destroyed.outcome is Outcome.FAILED
    (problem,) = destroyed.problems
    fault = classify(problem)
    assert fault.kind is ErrorKind.DEPENDENCY
    assert "api error ResourceInUseException: Certificate arn:aws:acm:" in str(problem)
    assert "nothing in the account changed meanwhile" in str(problem)
    assert not emulator.stubborn.exists()


def apply(stack_run: StackRun) -> bool:
    runner = stack_run.runner
    return stack_run.do("init", runner.init) and stack_run.do("apply", runner.apply_at_once)


def certificate_stack(folder: Path) -> Stack:
    """A stack with a certificate, whose state is a file."""
    content = {
        "terraform": {
            "backend": {"local": {"path": str(folder / "terraform.tfstate")}},
            "required_providers": {
                "aws": {"source": "aws", "version": ">= 5.100.0, < 7.0.0"},
            },
        },
        "provider": {"aws": [{"region": "us-west-2"}]},
        "resource": {
            "aws_acm_certificate": {
                "site": {"domain_name": "a.example.com", "validation_method": "DNS"}
            }
        },
    }
    folder.mkdir()
    file = folder / "cdk.tf.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return Stack("dns", file)


def listen(emulator: Emulator) -> None:
    """Give the certificate to a listener."""
    (certificate,) = emulator.client("acm").list_certificates()["CertificateSummaryList"]
    arn = certificate["CertificateArn"]
    zone = emulator.client("route53").create_hosted_zone(Name="example.com", CallerReference="a")
    publish(emulator, arn, zone["HostedZone"]["Id"])
    vpc, subnets = network(emulator)
    elbv2 = emulator.client("elbv2")
    group = elbv2.create_target_group(Name="g", Protocol="HTTP", Port=80, VpcId=vpc)
    target = group["TargetGroups"][0]["TargetGroupArn"]
    elbv2.create_listener(
        LoadBalancerArn=balancer(emulator, "b", subnets),
        Protocol="HTTPS",
        Port=443,
        Certificates=[{"CertificateArn": arn}],
        DefaultActions=[{"Type": "forward", "TargetGroupArn": target}],
    )
