import subprocess
import sys

import boto3
import pytest
from botocore.exceptions import ClientError

from automation.bootstrap.stack import TEMPLATE
from config import Settings
from tests.automation.bootstrap import runs

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
LONGEST_BODY = 51_200
LINT = "from cfnlint.runner import main; main()"


def test_cfn_lint_has_nothing_to_say() -> None:
    finished = subprocess.run(  # noqa: S603
        [sys.executable, "-c", LINT, "--include-checks", "I", "--", str(TEMPLATE)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (finished.stdout, finished.stderr, finished.returncode) == ("", "", 0)


def test_it_is_short_enough_to_be_sent_with_the_call() -> None:
    assert len(TEMPLATE.read_bytes()) < LONGEST_BODY


def test_it_has_no_anchors_of_which_cloudformation_knows_nothing() -> None:
    text = TEMPLATE.read_text()
    assert "&" not in text
    assert ": *" not in text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Prefix", "Dev-1"),
        ("Prefix", "dev"),
        ("GitHubRepository", "acme"),
        ("GitHubRepositoryId", "*"),
        ("GitHubSubjects", "repo:acme/shop:*"),
        ("GitHubSubjects", "repo:acme@*/shop@34:environment:prod"),
        ("GitHubSubjects", "repo:acme/shop:ref:refs/heads/*"),
        ("GitHubSubjects", "repo:acme/shop:ref:refs/heads/main,anything"),
        ("GitHubProvider", "other"),
    ],
)
def test_faulty_parameters_are_refused(
    name: str, value: str, aws: boto3.Session, settings: Settings
) -> None:
    with pytest.raises(ClientError, match=f"Parameter '{name}' must be"):
        aws.client("cloudformation").create_stack(
            StackName=runs.name(settings),
            TemplateBody=TEMPLATE.read_text(),
            Parameters=runs.parameters(settings, **{name: value}),
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )


def test_iam_has_to_be_consented_to(aws: boto3.Session, settings: Settings) -> None:
    with pytest.raises(ClientError, match="InsufficientCapabilities"):
        aws.client("cloudformation").create_stack(
            StackName=runs.name(settings),
            TemplateBody=TEMPLATE.read_text(),
            Parameters=runs.parameters(settings),
        )
