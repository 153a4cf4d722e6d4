"""A first deployment by the shipped workflows, whose own steps are run in an emulated account."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from automation.bootstrap import account
from automation.emulator import Emulator
from automation.rehearse.account import (
    bootstrap_account,
    emulator_of,
    role_of,
    terraform_environment,
)
from config import Settings, load
from tests.actions import GitHub, filled, read
from tests.automation.terraform.mirrors import Mirror
from tests.documents.clones import Hub, snapshot
from tests.processes import PROJECT

REPOSITORY = "acme/shop"
# What `make setup` installs or fetches, but for the provider: each machine finds its own.
SET_UP = (".venv", "node_modules", ".terrace/wheels", ".terrace/jsii")


def trusted(environment: str) -> account.GitHub:
    """Whom `bootstrap --github owner/name` trusts, and nothing else is said."""
    found = account.parse(REPOSITORY, branches=(), environments=(), default=environment)
    assert found is not None
    return found


def test_without_further_options_the_roles_trust_the_shipped_workflows() -> None:
    job = read("layer.yml")["jobs"]["deploy"]
    environment = filled(job["environment"], {"inputs": {"environment": "prod"}})
    found = trusted("prod")
    assert found.subjects == (f"repo:{REPOSITORY}:environment:{environment}",)
    # Jobs in no GitHub environment have the branch: those that plan before, and verify afterwards.
    assert "environment" not in read("plan.yml")["jobs"]["plan"]
    assert "environment" not in read("deploy.yml")["jobs"]["verify"]
    (branch,) = read("deploy.yml")["on"]["push"]["branches"]
    assert f"repo:{REPOSITORY}:ref:refs/heads/{branch}" in found.planners


@pytest.fixture
def mirror(tmp_path: Path) -> Mirror:
    return Mirror(tmp_path / "mirror")


@pytest.fixture
def dev() -> Settings:
    return load("dev")


@pytest.fixture
def emulator(tmp_path: Path, dev: Settings) -> Iterator[Emulator]:
    with emulator_of(dev, tmp_path / "emulator") as started:
        bootstrap_account(started, dev, github=trusted(dev.environment))
        yield started


@pytest.fixture
def github(tmp_path: Path, dev: Settings, emulator: Emulator, mirror: Mirror) -> GitHub:
    checkout = tmp_path / "checkout"
    snapshot(checkout, Hub(tmp_path / "hub"))

    def check_out(machine: Path) -> None:
        shutil.copytree(checkout, machine)
        (machine / ".terrace").mkdir()
        for each in SET_UP:
            if (PROJECT / each).exists():
                (machine / each).symlink_to(PROJECT / each)

    def sign(role: str, subject: str) -> dict[str, str]:
        purpose = role.rpartition("-")[2]
        roles = {"plan": trusted("dev").planners, "deploy": trusted("dev").subjects}
        assert f"repo:{REPOSITORY}:{subject}" in roles[purpose]
        return role_of(emulator, dev, purpose)

    environ = {
        **terraform_environment(emulator, os.environ),
        "TF_CLI_CONFIG_FILE": str(mirror.configuration),
        "GNUPGHOME": str(tmp_path / "gnupg"),
    }
    (tmp_path / "gnupg").mkdir(mode=0o700)
    return GitHub(
        tmp_path,
        check_out=check_out,
        sign=sign,
        environ=environ,
        agree=lambda _: None,
        variables={"AWS_ENVIRONMENT": "dev"},
        secrets={"PLAN_PASSPHRASE": "long enough"},
    )


@pytest.mark.rehearsal
@pytest.mark.terraform
@pytest.mark.slow
def test_a_first_deployment_is_one_run_with_an_approval_for_each_layer(
    github: GitHub, mirror: Mirror
) -> None:
    agreed: list[str] = []

    def agree(environment: str) -> None:
        """Meanwhile there is a newer provider, which plans that are agreed to do not get."""
        agreed.append(environment)
        mirror.offer(mirror.next)

    github.agree = agree
    run = github.run("deploy.yml")
    assert run.result == "success", github.said
    layers = [each for each in read("deploy.yml")["jobs"] if each.startswith("layer-")]
    assert agreed == ["dev"] * len(layers)
    assert github.ran[-1] == "verify"
    # Nothing is left, and so nobody is asked.
    github.ran.clear()
    shutil.rmtree(github.folder / "artifacts")
    shutil.rmtree(github.folder / "machines")
    assert github.run("deploy.yml").result == "success", github.said
    assert agreed == ["dev"] * len(layers)
    assert github.ran == ["layer-1", "layer-1/plan", "layer-1/plan/plan", "verify"]
