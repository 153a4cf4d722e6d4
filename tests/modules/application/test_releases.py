import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cdktf import App, LocalBackend, TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider

from automation import PROJECT
from automation.emulator import Emulator
from automation.rehearse.account import terraform_environment
from automation.terraform import program
from automation.terraform.providers import LOCK, Installation, install
from automation.terraform.stacks import Stack
from modules.application.releases import Releases
from tests.synthesized import Synthesized, synthesize

ACCOUNT, REGION, BUCKET = "123456789012", "us-west-2", "artifacts"
ONE, TWO = "1" * 64, "2" * 64


def key(sha256: str) -> str:
    return f"releases/{sha256}.tar.gz"


def archive(folder: Path, sha256: str) -> Path:
    file = folder / f"{sha256}.tar.gz"
    file.write_text(f"release {sha256}", encoding="utf-8")
    return file


def releases(sha256: str, file: Path | None) -> Synthesized:
    return synthesize(
        lambda stack: Releases(stack, "releases", bucket=BUCKET, sha256=sha256, file=file)
    )


def test_a_release_is_uploaded_under_its_hash_beside_those_that_are_there(tmp_path: Path) -> None:
    stack = releases(ONE, archive(tmp_path, ONE))
    uploaded = stack.only("aws_s3_object")
    assert uploaded["key"] == "${each.key}"
    assert uploaded["for_each"].endswith(f'.keys, ["{key(ONE)}"]))}}')
    assert uploaded["lifecycle"] == {"ignore_changes": "all"}


def test_the_path_is_the_same_on_every_machine(tmp_path: Path) -> None:
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    here, there = (releases(ONE, archive(tmp_path / name, ONE)) for name in ("here", "there"))
    assert here.text == there.text
    source = here.only("aws_s3_object")["source"]
    assert source.startswith("assets/")
    assert source.endswith(f"/{ONE}.tar.gz")


def test_a_published_release_is_asked_for_and_not_uploaded() -> None:
    stack = releases(ONE, None)
    assert "source" not in stack.only("aws_s3_object")
    (published,) = stack.parsed["data"]["aws_s3_objects"].values()
    (there,) = published["lifecycle"]["postcondition"]
    assert there["condition"] == f'${{contains(self.keys, "{key(ONE)}")}}'


class Applied:
    """A stack that holds nothing but releases, applied to the emulated account."""

    def __init__(self, folder: Path, emulator: Emulator) -> None:
        self._folder = folder
        self._emulator = emulator
        found = program.find()
        environ = terraform_environment(emulator, found.environ)
        self._terraform = replace(found, environ=environ)
        self.stack = folder / "stacks" / "test"
        self._installation: Installation | None = None

    def apply(self, sha256: str, *, upload: bool = True) -> list[tuple[str, list[str]]]:
        """Plan and apply; what the plan did to which key."""
        self._synthesize(sha256, archive(self._folder, sha256) if upload else None)
        if self._installation is None:
            self._init()
        planned = self._run("plan", "-out=plan")
        assert planned.returncode == 0, planned.stderr
        plan = json.loads(self._run("show", "-json", "plan").stdout)
        applied = self._run("apply", "plan")
        assert applied.returncode == 0, applied.stderr
        return [
            (each["index"], each["change"]["actions"])
            for each in plan["resource_changes"]
            if each["mode"] == "managed"
        ]

    def refusal(self, sha256: str) -> str:
        self._synthesize(sha256, None)
        planned = self._run("plan")
        assert planned.returncode == 1
        return " ".join(planned.stderr.replace("│", " ").split())

    def destroy(self) -> None:
        destroyed = self._run("destroy", "-auto-approve")
        assert destroyed.returncode == 0, destroyed.stderr

    def _synthesize(self, sha256: str, file: Path | None) -> None:
        app = App(outdir=str(self._folder))
        stack = TerraformStack(app, "test")
        AwsProvider(stack, "aws", region=REGION)
        LocalBackend(stack, path="terraform.tfstate")
        stack.add_override("terraform.required_providers.aws.version", ">= 5.100.0, < 7.0.0")
        Releases(stack, "releases", bucket=BUCKET, sha256=sha256, file=file)
        app.synth()

    def _init(self) -> None:
        stack = Stack("test", self.stack / "cdk.tf.json")
        self._installation = install(program.find(), [stack], PROJECT / ".terrace")
        (self.stack / LOCK).write_text(self._installation.lock, encoding="utf-8")
        initialized = self._run("init", f"-plugin-dir={self._installation.folder}")
        assert initialized.returncode == 0, initialized.stderr

    def _run(self, *arguments: str) -> Any:
        return self._terraform.run(arguments[0], "-no-color", *arguments[1:], folder=self.stack)


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    workspace = tmp_path_factory.mktemp("emulator")
    with Emulator(account_id=ACCOUNT, region=REGION, workspace=workspace) as started:
        yield started


@pytest.mark.rehearsal
@pytest.mark.slow
@pytest.mark.terraform
def test_releases_stay_until_the_platform_goes(emulator: Emulator, tmp_path: Path) -> None:
    s3 = emulator.client("s3")
    location = {"LocationConstraint": REGION}
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})

    def contents() -> dict[str, bytes]:
        listed = s3.list_objects_v2(Bucket=BUCKET).get("Contents", ())
        return {
            each["Key"]: s3.get_object(Bucket=BUCKET, Key=each["Key"])["Body"].read()
            for each in listed
        }

    stack = Applied(tmp_path, emulator)
    assert stack.apply(ONE) == [(key(ONE), ["create"])]
    kept = (key(ONE), ["no-op"])
    assert stack.apply(TWO) == [kept, (key(TWO), ["create"])]
    both = {key(each): f"release {each}".encode() for each in (ONE, TWO)}
    assert contents() == both
    assert stack.apply(ONE, upload=False) == [kept, (key(TWO), ["no-op"])]
    (stack.stack / "terraform.tfstate").unlink()
    assert stack.apply(TWO) == [kept, (key(TWO), ["no-op"])]
    assert contents() == both
    absent = "3" * 64
    assert f"{key(absent)} is not in the artifacts bucket: give APP_RELEASE" in stack.refusal(
        absent
    )
    stack.apply(TWO)
    stack.destroy()
    assert contents() == {}
