import gzip
import json
import os
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from automation.errors import CommandError, UserError
from automation.synth.validation import ValidationReport, ValidationResult, Validator
from automation.terraform import program
from automation.terraform.stacks import Stack, Synthesis, read
from tests.automation import hostile
from tests.conftest import ENVIRONMENTS, OPTIONS
from tests.processes import run


def stack(folder: Path, **resources: object) -> Stack:
    required = {"aws": {"source": "aws", "version": ">= 5.100.0, < 7.0.0"}}
    content = {
        "terraform": {"required_providers": required},
        "provider": {"aws": [{"region": "us-west-2"}]},
        "resource": resources,
    }
    file = folder / "cdk.tf.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return Stack("queue", file)


def validator(stacks: tuple[Stack, ...]) -> Validator:
    try:
        return Validator(program.find(), stacks)
    except (UserError, CommandError) as error:
        pytest.skip(str(error))


@pytest.mark.terraform
@pytest.mark.slow
@pytest.mark.parametrize("environment", [*ENVIRONMENTS, OPTIONS])
def test_terraform_accepts_every_stack(environment: str, output_of: Callable[[str], Path]) -> None:
    stacks = read(output_of(environment))
    before = [each.file.read_bytes() for each in stacks]
    verdicts = list(validator(stacks).each(stacks, f"test-{environment}"))
    assert {verdict.stack.name: verdict.complaints for verdict in verdicts} == {
        each.name: () for each in stacks
    }
    assert stacks
    assert [each.file.read_bytes() for each in stacks] == before


@pytest.mark.terraform
def test_a_complaint_names_the_resource_and_the_fault(tmp_path: Path) -> None:
    faulty = stack(tmp_path, aws_sqs_queue={"jobs": {"nmae": "jobs"}})
    (verdict,) = validator((faulty,)).each([faulty], "test-faulty")
    assert not verdict.valid
    assert "resource.aws_sqs_queue.jobs" in verdict.complaints[0]
    assert "nmae" in verdict.complaints[0]


@pytest.mark.terraform
def test_the_users_own_arguments_and_choices_are_for_other_projects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in hostile.TERRAFORM.items():
        monkeypatch.setenv(name, value)
    faultless = stack(tmp_path, aws_sqs_queue={"jobs": {"name": "jobs"}})
    (verdict,) = validator((faultless,)).each([faultless], "test-surrounded")
    assert verdict.complaints == ()


def report(folder: Path, *complaints: str) -> ValidationReport:
    one = stack(folder, aws_sqs_queue={"jobs": {}, "mail": {}})
    synthesis = Synthesis("prod", folder, (one,), 1.5)
    return ValidationReport(synthesis, [ValidationResult(one, 2.5, complaints)], 2.5)


def test_the_report_is_plain_without_a_terminal(tmp_path: Path) -> None:
    text = StringIO()
    report(tmp_path, "aws_sqs_queue.jobs: [unknown] argument").print(Console(file=text))
    assert "queue: aws_sqs_queue.jobs: [unknown] argument" in text.getvalue()
    assert text.getvalue().splitlines()[-1] == (
        "prod: 1 stacks, 2 resources, synthesized in 1.5 s, validated in 2.5 s: invalid: queue"
    )
    assert text.getvalue().isascii()
    assert "\x1b" not in text.getvalue()


def test_the_report_says_what_user_data_takes(tmp_path: Path) -> None:
    data = '${base64gzip("' + "abc" * 1000 + '")}'
    one = stack(tmp_path, aws_launch_template={"web": {"user_data": data}, "none": {}})
    size = len(gzip.compress(data.encode()))
    assert 20 < size < 200
    text = StringIO()
    synthesis = Synthesis("prod", tmp_path, (one,), 1.5)
    ValidationReport(synthesis, [ValidationResult(one, 2.5, ())], 2.5).print(Console(file=text))
    assert f"queue: user data takes {size} of 16,384 bytes\n" in text.getvalue()


def test_the_report_for_machines_has_every_count(tmp_path: Path) -> None:
    (found,) = report(tmp_path).to_json()["stacks"]
    assert found == {
        "name": "queue",
        "valid": True,
        "resources": 2,
        "data_sources": 0,
        "user_data_bytes": 0,
        "seconds": 2.5,
        "complaints": [],
    }


@pytest.mark.parametrize(
    ("command", "path", "message"),
    [
        (["validate"], "", "Terraform is not installed, or not on PATH: install 1.11"),
        (["validate", "--env", "all", "--env", "nope"], None, "--env: received 'nope'; set --env"),
        (
            ["synth", "--env", "production"],
            None,
            "set --env to one of: dev, options, prod, staging",
        ),
    ],
)
def test_what_the_user_can_mend_exits_with_2(
    command: list[str], path: str | None, message: str
) -> None:
    search = os.environ["PATH"] if path is None else path
    finished = run(sys.executable, "-m", "automation", *command, PATH=search)
    assert finished.returncode == 2
    assert message in finished.stderr
    assert "Traceback" not in finished.stderr


def test_the_variable_is_blamed_for_what_it_says() -> None:
    finished = run(sys.executable, "-m", "automation", "synth", APP_ENV="production")
    assert finished.returncode == 2
    assert "APP_ENV: received 'production'; set APP_ENV to one of: dev, " in finished.stderr
